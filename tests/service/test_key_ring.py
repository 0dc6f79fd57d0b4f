"""Keys come and go while the service runs, and a bad file shuts nobody out."""

from pathlib import Path

import pytest
import structlog

from ensembles.errors import ConfigError
from monitoring import metrics
from service.key_file import read_keys, write_keys
from service.key_ring import LOOK_SECONDS, KeyRing
from service.keys import PREFIX, hashed, new_key
from tests.service.keyed import entry

ONE, OTHER = "skysift_one", "skysift_other"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def next_look(self) -> None:
        self.now += LOOK_SECONDS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.yaml"


@pytest.fixture
def ring(path: Path, clock: Clock) -> KeyRing:
    write_keys(path, [entry("one", ONE, per_minute=1)])
    return KeyRing(path, clock)


def name_of(ring: KeyRing, presented: str) -> str | None:
    holder = ring.holder(presented)
    return holder.key.name if holder else None


def failures() -> float:
    [family] = metrics.KEY_FILE_FAILURES.collect()
    return family.samples[0].value


@pytest.mark.parametrize(
    "presented", ["", "skysift_", "skysift_one ", "SKYSIFT_ONE", hashed(ONE), "skysift_öne"]
)
def test_nothing_but_the_key_itself_opens(ring: KeyRing, presented: str) -> None:
    assert name_of(ring, ONE) == "one"
    assert name_of(ring, presented) is None


def test_keys_are_256_random_bits_and_are_not_kept(path: Path) -> None:
    key = new_key()
    write_keys(path, [entry("one", key)])

    assert len(key.removeprefix(PREFIX)) == 43
    assert key != new_key()
    assert key not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_added_opens_without_a_restart(
    ring: KeyRing, path: Path, clock: Clock
) -> None:
    write_keys(path, [entry("one", ONE), entry("other", OTHER)])

    assert name_of(ring, OTHER) is None
    clock.next_look()
    assert name_of(ring, OTHER) == "other"


def test_a_key_that_is_taken_out_opens_nothing_a_second_later(
    ring: KeyRing, path: Path, clock: Clock
) -> None:
    write_keys(path, [])
    clock.next_look()

    assert name_of(ring, ONE) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keys",
        "keys: [{name: one}]",
        "keys: [{name: one, scopes: [all], sha256: a}]",
        "\x00",
        "keys: [",
    ],
)
def test_a_bad_file_keeps_the_keys_that_were_read_and_says_so_once(
    ring: KeyRing, path: Path, clock: Clock, text: str
) -> None:
    path.write_text(text)
    before = failures()

    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            clock.next_look()
            assert name_of(ring, ONE) == "one"

    assert [(line["event"], line["kept"]) for line in lines] == [("keys_not_read", 1)]
    assert failures() == before + 3


def test_a_file_that_is_gone_keeps_the_keys_and_one_that_comes_back_counts(
    ring: KeyRing, path: Path, clock: Clock
) -> None:
    path.unlink()
    clock.next_look()
    gone = name_of(ring, ONE)
    write_keys(path, [entry("other", OTHER)])
    clock.next_look()

    assert gone == "one"
    assert name_of(ring, ONE) is None
    assert name_of(ring, OTHER) == "other"


def test_what_a_key_has_used_up_stays_so_when_the_file_changes(
    ring: KeyRing, path: Path, clock: Clock
) -> None:
    before = ring.holder(ONE)
    assert before is not None
    assert before.allowance is not None
    before.allowance.take()
    write_keys(path, [entry("one", ONE, per_minute=1), entry("other", OTHER)])
    clock.next_look()

    after = ring.holder(ONE)

    assert after is not None
    assert after.allowance is not None
    assert after.allowance.take() == pytest.approx(59)


def test_a_bad_file_at_the_start_is_refused(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        KeyRing(path)


def test_all_mistakes_of_a_file_come_at_once_and_tell_no_key(path: Path) -> None:
    path.write_text(
        "keys:\n"
        "- {name: one, scopes: [triage], sha256: skysift_secret}\n"
        "- {name: Two Words, scopes: [], per_minute: 0, sha256: skysift_secret}\n"
        "- {name: three, scopes: [triage], key: skysift_secret}\n"
    )

    with pytest.raises(ConfigError) as wrong:
        read_keys(path)

    text = str(wrong.value)
    for place in ("keys[0].sha256", "keys[1].name", "keys[1].scopes", "keys[1].per_minute"):
        assert place in text
    assert "keys[2].key: unknown key" in text
    assert "secret" not in text


def test_a_name_stands_once(path: Path) -> None:
    write_keys(path, [entry("one", ONE), entry("one", OTHER)])

    with pytest.raises(ConfigError, match="'one' is used more than once"):
        read_keys(path)


def test_a_file_that_cannot_be_written_is_said_and_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_keys(tmp_path / "nowhere" / "keys.yaml", [])


def test_a_file_that_is_written_again_keeps_its_mode(path: Path) -> None:
    write_keys(path, [])
    path.chmod(0o640)

    write_keys(path, [entry("one", ONE)])

    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.iterdir()] == ["keys.yaml"]
