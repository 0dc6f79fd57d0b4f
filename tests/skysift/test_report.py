"""The report: one page that holds everything, says the right figures and runs nothing foreign."""

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ensembles.average import calibrate_on_average
from ensembles.bounds import Promise
from ensembles.calibrate import Calibration, calibrate, calibrate_best
from ensembles.candidates import all_candidates
from ensembles.certificate import Certificate, Slice
from ensembles.certify import Circumstances, certificate_of
from ensembles.errors import ConfigError
from ensembles.score_table import NOBODY, ScoreTable
from skysift.report.write import write_report
from tests.ensembles.worlds import World

VENDORED = {
    "d3.min.js": "912111098ea99503a6f4967361d2bbdc9dbf58cf9c678c8e27e5b02d1a07f0c1",
    "plot.umd.min.js": "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb",
}
SLICES = (
    Slice(name="forest", positives=70, misses=0, bound=0.958, certified=True),
    Slice(name="snow", positives=9, misses=1, bound=0.57, certified=False),
)
HOSTILE = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
MEGABYTE = 1_000_000
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Page(HTMLParser):
    """What a browser would see in the file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.source = file.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)
        else:
            self.text += data

    def attributes(self, *names: str) -> list[str]:
        return [
            value or "" for _, found in self.tags for name, value in found.items() if name in names
        ]

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", self.text)

    @property
    def numbers(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.scripts[0])
        return found


def scores(*, positives: int = 120, seed: int = 3) -> ScoreTable:
    world = World(frames_per_object=3, likeness=0.5)
    return world.table(np.random.default_rng(seed), positives=positives, negatives=400)


def renamed(table: ScoreTable, *voters: str) -> ScoreTable:
    return ScoreTable(
        voters, table.scores[:, : len(voters)], table.labels, table.objects, table.groups
    )


def best(table: ScoreTable, *, recall: float = 0.9) -> Calibration:
    return calibrate_best(table, all_candidates(table.voters), Promise(recall), seed=5)


def certificate(
    table: ScoreTable,
    calibration: Calibration,
    *,
    slices: Sequence[Slice] = (),
    scope: Mapping[str, str] | None = None,
) -> Certificate:
    about = Circumstances("hikers", "ab" * 32, "0.1.0", slices=slices, scope=scope or {})
    return certificate_of(calibration, table, about)


def ids_of(table: ScoreTable) -> list[str]:
    return [f"frame-{row}.jpg" for row in range(len(table))]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


@pytest.fixture
def plain(report: Path) -> Page:
    table = scores()
    calibration = best(table)
    proof = certificate(table, calibration, slices=SLICES, scope={"sensor": "M30T"})
    write_report(
        report, calibration=calibration, table=table, certificate=proof, ids=ids_of(table),
        seconds_per_frame=3.6, target="hikers",
    )  # fmt: skip
    return Page(report)


def test_the_headline_says_what_is_promised_and_what_it_costs(plain: Page) -> None:
    point = best(scores()).point

    assert "At least 90\u202f% of the hikers are found." in plain.text
    assert f"You look at {point.share_kept * 100:.0f}\u202f% of the frames." in plain.text
    assert f"{point.misses} of {point.positives} hikers missed" in plain.text
    assert f"{int(point.bound * 1e4) / 100:.2f}\u202f%" in plain.text
    assert f"{point.share_kept * 60:.0f}\u202fmin" in plain.text


def test_the_evidence_names_digest_certificate_scope_and_slices(plain: Page) -> None:
    for expected in ("ab" * 32, "sensor: M30T", "forest", "57.00\u202f%", "not certified"):
        assert expected in plain.text


def test_the_operating_point_lies_on_the_curve_that_is_drawn(plain: Page) -> None:
    point, curve = plain.numbers["point"], plain.numbers["certified"]
    assert isinstance(point, dict)
    assert isinstance(curve, dict)

    stop = curve["stops"][plain.numbers["start"]]

    assert (stop["share"], stop["bound"]) == (point["share"], point["bound"])
    assert (stop["low"], stop["high"]) == pytest.approx((point["low"], point["high"]))
    assert all(np.diff(curve["bounds"]) < 0)


def test_compared_curves_are_drawn_at_the_confidence_that_pays_for_comparing(plain: Page) -> None:
    compared = plain.numbers["compared"]
    assert isinstance(compared, list)

    assert len(compared) == 6
    assert [curve["confidence"] for curve in compared] == pytest.approx([1 - 0.05 / 6] * 6)
    assert "0.05 divided by 6" in plain.words


def test_the_page_asks_nothing_of_any_network(plain: Page) -> None:
    own = plain.source
    for name in VENDORED:
        own = own.replace(_static("vendor", name), "")

    links = plain.attributes("src", "href", "action", "data", "srcset", "poster")

    assert not re.search(r"https?:|//[a-z]+\.[a-z]", own)
    assert all(link.startswith(("#", "data:")) for link in links)
    assert "default-src 'none'" in plain.source


def test_a_browser_is_told_to_run_exactly_the_scripts_of_the_package(plain: Page) -> None:
    policy = next(value for value in plain.attributes("content") if "script-src" in value)

    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in plain.scripts[1:]]

    assert re.findall(r"'sha256-([^']+)'", policy) == digests
    assert "unsafe-inline" not in policy.partition("script-src")[2]


def test_scripts_of_others_are_the_published_ones() -> None:
    digests = {name: sha256(_static("vendor", name).encode()).hexdigest() for name in VENDORED}

    assert digests == VENDORED


def test_names_that_are_markup_stay_text(report: Path) -> None:
    table = renamed(scores(), HOSTILE, "</script><b>", "c")
    calibration = best(table)

    write_report(
        report, calibration=calibration, table=table, ids=[HOSTILE] * len(table),
        certificate=certificate(table, calibration, scope={HOSTILE: HOSTILE}), target=HOSTILE,
    )  # fmt: skip
    page = Page(report)

    assert [tag for tag, _ in page.tags].count("script") == 6
    assert "img" not in [tag for tag, _ in page.tags]
    assert "b" not in [tag for tag, _ in page.tags]
    assert HOSTILE in page.text
    voters = page.numbers["voters"]
    assert isinstance(voters, list)
    assert voters[0]["name"] == HOSTILE


def test_missed_objects_are_shown_as_small_pictures(report: Path, tmp_path: Path) -> None:
    table = scores(positives=900)
    calibration = best(table, recall=0.8)
    noise = np.random.default_rng(1).integers(0, 255, (900, 1200, 3), dtype=np.uint8)
    picture = tmp_path / "frame.jpg"
    Image.fromarray(noise).save(picture, quality=95)

    write_report(
        report,
        calibration=calibration,
        table=table,
        ids=ids_of(table),
        pictures=lambda name: picture if name.endswith("jpg") else None,
    )
    page = Page(report)
    images = [value for value in page.attributes("src") if value.startswith("data:image/jpeg")]

    assert len(images) == 60
    assert "the 60 that were nearest are shown" in page.words
    assert report.stat().st_size < 4 * MEGABYTE


def test_a_picture_that_cannot_be_read_leaves_a_blank(report: Path, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.jpg", tmp_path / "good.png"
    broken.write_bytes(b"no picture")
    Image.new("RGB", (40, 30)).save(good)
    table = scores()
    calibration = best(table)
    turns = cycle([good, broken, None])

    write_report(
        report,
        calibration=calibration,
        table=table,
        ids=ids_of(table),
        pictures=lambda _: next(turns),
    )
    page = Page(report)

    assert "img" in [tag for tag, _ in page.tags]
    assert "no picture" in page.text


def test_a_page_without_pictures_is_small(plain: Page) -> None:
    assert len(plain.source.encode()) < MEGABYTE


def test_one_voter_without_objects_groups_or_certificate_has_a_page(report: Path) -> None:
    alone = np.full(len(scores()), NOBODY)
    table = ScoreTable(("only",), scores().scores[:, :1], scores().labels, alone, alone)
    calibration = calibrate(table, all_candidates(table.voters)[0], Promise(0.9))

    write_report(report, calibration=calibration, table=table)
    words = Page(report).words

    assert "of the positive frames are found" in words
    assert "There is one voter, so there is nothing to vote on." in words
    assert "The evidence was not looked at in parts" in words
    assert "none: this calibration was not written down as one" in words


def test_a_split_says_which_part_certified(report: Path) -> None:
    table = scores(positives=400)
    calibration = best(table)

    write_report(report, calibration=calibration, table=table)

    assert calibration.method == "split"
    assert "half of the groups chose the rule, the other half certified it" in Page(report).words


def test_a_recall_that_holds_on_average_is_not_called_a_promise(report: Path) -> None:
    table = scores()
    calibration = calibrate_on_average(table, all_candidates(table.voters)[3], Promise(0.9))

    write_report(report, calibration=calibration, table=table)
    words = Page(report).words

    assert "A tendency, not a promise" in words
    assert "On average, at least" in words
    assert "It is not guaranteed." in words


def test_many_voters_show_each_alone_and_the_largest_companies(report: Path) -> None:
    first, second = scores(seed=1), scores(seed=2)
    both = np.concatenate([first.scores, second.scores[: len(first)]], axis=1)
    table = ScoreTable(tuple("abcdef"), both, first.labels, first.objects, first.groups)

    write_report(report, calibration=best(table), table=table)
    words = Page(report).words

    assert words.count("by it alone") == 6
    assert "other combinations" in words


def test_too_few_positives_to_compare_rules_are_said_so(report: Path) -> None:
    table = scores(positives=60)
    calibration = calibrate(table, all_candidates(table.voters)[3], Promise(0.95))

    write_report(report, calibration=calibration, table=table)
    words = Page(report).words

    assert "the rules cannot be compared at this recall" in words
    assert "cannot be certified: takes 94 positives" in words


def test_ids_that_do_not_fit_the_table_are_refused(report: Path) -> None:
    with pytest.raises(ValueError, match="2 ids do not fit"):
        write_report(report, calibration=best(scores()), table=scores(), ids=["a", "b"])


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_report(tmp_path / "no" / "folder", calibration=best(scores()), table=scores())


@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium to look at the page with")
def test_a_browser_draws_the_charts_and_moves_the_dial(report: Path, tmp_path: Path) -> None:
    table = renamed(scores(), HOSTILE, "b", "c")
    write_report(report, calibration=best(table), table=table)

    drawn = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-quic", f"--user-data-dir={tmp_path}/profile", "--dump-dom",
            f"{report.as_uri()}#recall=0.99&rule=or",
        ],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip

    assert drawn.count("<svg") == 5
    assert "Cannot be certified" in drawn
    assert "Label so many more" in drawn
    assert "<title>90" in drawn


def _static(*place: str) -> str:
    return files("skysift.report").joinpath("static", *place).read_text(encoding="utf-8")
