from pathlib import Path

from models.cpu_features import has_vnni


def test_vnni_is_read_from_the_flags_of_the_cpu(tmp_path: Path) -> None:
    with_it, without = tmp_path / "new", tmp_path / "old"
    with_it.write_text("flags\t: avx2 avx512f avx512_vnni\n", encoding="utf-8")
    without.write_text("flags\t: avx2\n", encoding="utf-8")

    assert has_vnni(with_it)
    assert not has_vnni(without)
    assert not has_vnni(tmp_path / "nowhere")
