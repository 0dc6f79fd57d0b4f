from pathlib import Path

from batch.sources import find_pictures


def touch(folder: Path, *names: str) -> list[Path]:
    files = [folder / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return files


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    (notes,) = touch(tmp_path, "notes.txt")

    assert find_pictures([notes]).pictures == (notes,)


def test_a_folder_gives_its_pictures_in_order_of_their_path(tmp_path: Path) -> None:
    second, first, below = touch(tmp_path, "b.JPG", "a.png", "c/d.tiff")

    assert find_pictures([tmp_path]).pictures == (first, second, below)


def test_what_is_left_out_of_a_folder_is_told(tmp_path: Path) -> None:
    _, labels = touch(tmp_path, "a.jpg", "a.txt")

    assert find_pictures([tmp_path]).left_out == (labels,)


def test_formats_that_cannot_be_read_are_not_left_out(tmp_path: Path) -> None:
    raw, phone = touch(tmp_path, "a.dng", "b.heic")

    assert find_pictures([tmp_path]).pictures == (raw, phone)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, ".a.jpg", ".thumbnails/b.jpg")

    sources = find_pictures([tmp_path])

    assert sources.pictures == ()
    assert sources.left_out == ()


def test_a_folder_below_a_hidden_one_can_be_named(tmp_path: Path) -> None:
    (picture,) = touch(tmp_path, ".cache/flight/a.jpg")

    assert find_pictures([tmp_path / ".cache" / "flight"]).pictures == (picture,)


def test_what_does_not_exist_stays_in_the_list(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jpg"

    assert find_pictures([missing]).pictures == (missing,)


def test_the_order_of_naming_is_kept_and_so_are_repetitions(tmp_path: Path) -> None:
    first, second = touch(tmp_path, "b.jpg", "a.jpg")

    assert find_pictures([first, second, first]).pictures == (first, second, first)
