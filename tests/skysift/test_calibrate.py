"""`skysift calibrate`: a promise with its papers, or a refusal with a number."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from batch.score_tables import read_score_table
from ensembles.certificate import read_certificate
from ensembles.checked_file import read_ensemble
from ensembles.ensemble_file import any_options
from ensembles.replay import kept_by_ensemble, objects_found
from models.catalog import read
from models.digest import digest
from models.settings import read_settings
from tests.ensembles.worlds import World
from tests.skysift.conftest import Skysift, ensemble_text
from tests.skysift.score_tables import ids, table, write

FILES = ["certificate.json", "ensemble.yaml", "relabel.csv", "report.html"]


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    return write(tmp_path / "scores.csv", table(positives=120))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "ensemble.yaml"


def two_voters(path: Path, *, positives: int = 120, **asides: list[str]) -> Path:
    """A score table for the voters `near` and `far` of the tests' ensemble."""
    scores = table(positives=positives).of_voters(("a", "b"))
    return write(path, replace(scores, voters=("near", "far")), **asides)


def test_the_best_rule_gets_a_file_a_certificate_a_second_look_and_a_report(
    skysift: Skysift, scores: Path, out: Path
) -> None:
    shown = skysift("calibrate", scores, "--recall", 0.95, "--out", out)

    assert shown.code == 0
    assert sorted(path.name for path in out.parent.iterdir()) == FILES
    assert "recall at least 0.95, with confidence 0.95" in shown.out
    assert "voting" in shown.out
    assert "bound to no ensemble yet: kinds are left to fill in" in shown.out


def test_json_holds_what_a_program_wants_and_the_file_decides_the_same(
    skysift: Skysift, scores: Path, out: Path
) -> None:
    shown = skysift(
        "calibrate", scores, "--recall", 0.95, "--rule", "2-of-3", "--out", out, "--json"
    )

    facts = json.loads(shown.out)
    frames = read_score_table(scores)
    kept = kept_by_ensemble(frames.table, read_ensemble(out, any_options))
    assert (facts["rule"], facts["n"], facts["certified"]) == ("2-of-3", 120, True)
    assert facts["bound"] >= 0.95
    assert kept.mean() == facts["share_kept"]
    assert int((~objects_found(frames.table, kept)).sum()) == facts["misses"]
    assert facts["certificate_id"] == read_certificate(out.with_name("certificate.json")).id


@pytest.mark.parametrize(("recall", "have", "need"), [(0.95, 58, 59), (0.99, 298, 299)])
def test_too_few_positives_are_refused_with_the_number_that_would_do(
    skysift: Skysift, tmp_path: Path, out: Path, recall: float, have: int, need: int
) -> None:
    scores = write(tmp_path / "scores.csv", table(positives=have))

    shown = skysift("calibrate", scores, "--recall", recall, "--rule", "or", "--out", out, "--json")

    assert shown.code == 2
    assert f"at least {need} positives" in shown.err
    assert "label 1 more" in shown.err
    assert json.loads(shown.out)["positives_needed"] == need
    assert not out.exists()


def test_the_price_of_choosing_is_told_where_it_is_the_reason(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    scores = write(tmp_path / "scores.csv", table(positives=80))

    shown = skysift("calibrate", scores, "--recall", 0.95, "--out", out)

    assert shown.code == 2
    assert "label 14 more" in shown.err
    assert "one rule chosen beforehand needs 59" in shown.err


def test_voting_that_loses_to_one_model_is_said_plainly(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    world = World(skill=(3.0, 0.1, 0.1), correlation=0.0)
    scores = write(tmp_path / "scores.csv", table(positives=400, negatives=2000, world=world))

    shown = skysift("calibrate", scores, "--recall", 0.95, "--out", out)

    assert "Voting loses to one model" in shown.out
    assert "rule        a" in shown.out


def test_the_certificate_holds_for_the_file_that_was_written(
    skysift: Skysift, ensemble: Path, tmp_path: Path, out: Path
) -> None:
    scores = two_voters(tmp_path / "scores.csv")

    skysift("calibrate", scores, "--recall", 0.95, "--ensemble", ensemble, "--out", out)

    certificate = read_certificate(out.with_name("certificate.json"))
    now = digest(read(out), read_settings())
    assert certificate.standing(now)[0] == "valid"
    assert certificate.rule == "or"
    assert f"certificate {certificate.id} valid" in skysift("check", out).out
    out.write_text(out.read_text().replace("full_ballots: 0", "full_ballots: 0.5"))
    assert "void: made for digest" in skysift("check", out).out


def test_rows_carry_the_id_of_a_promise_that_holds(
    skysift: Skysift, ensemble: Path, tmp_path: Path, out: Path, flight: Path
) -> None:
    scores = two_voters(tmp_path / "scores.csv")
    skysift("calibrate", scores, "--recall", 0.95, "--ensemble", ensemble, "--out", out)
    certificate = out.with_name("certificate.json")

    def carried() -> str | None:
        row: dict[str, str | None] = json.loads(
            skysift("triage", flight / "a.png", "--ensemble", out, "--json").out
        )
        return row["certificate_id"]

    assert carried() == read_certificate(certificate).id
    out.write_text(out.read_text().replace("full_ballots: 0", "full_ballots: 0.5"))
    assert carried() is None


def test_naming_a_certificate_does_not_change_the_digest(ensemble: Path) -> None:
    before = digest(read(ensemble), read_settings())

    ensemble.write_text(f"{ensemble.read_text()}certificate: certificate.json\n")

    assert digest(read(ensemble), read_settings()) == before


def test_a_weighted_vote_keeps_the_weights_of_the_base(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    base = tmp_path / "base.yaml"
    vote = "vote: {weights: {near: 2, far: 1}, needed: 2}"
    base.write_text(ensemble_text().replace("vote: or", vote), encoding="utf-8")
    scores = two_voters(tmp_path / "scores.csv")

    skysift("calibrate", scores, "--recall", 0.95, "--ensemble", base, "--out", out)

    assert read(out).rule.weights == (2, 1)


def test_scores_of_other_models_are_refused(
    skysift: Skysift, ensemble: Path, tmp_path: Path, out: Path
) -> None:
    count = len(table(positives=120))
    made_by = [f"near={'0' * 16} far={'1' * 16}"] * count
    scores = two_voters(tmp_path / "scores.csv", made_by=made_by)

    shown = skysift("calibrate", scores, "--recall", 0.95, "--ensemble", ensemble, "--out", out)

    assert shown.code == 2
    assert "score_near: these scores were made by another model" in shown.err


def test_slices_scope_and_groups_are_in_the_certificate(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    made = table(positives=120)
    light = ["dusk" if row % 5 == 0 else "day" for row in range(len(made))]
    scores = write(tmp_path / "scores.csv", made, light=light)

    skysift(
        *("calibrate", scores, "--recall", 0.95, "--rule", "or", "--out", out),
        *("--slice-by", "light", "--scope", "sensor=FC220", "--scope", "terrain=snow"),
    )

    certificate = read_certificate(out.with_name("certificate.json"))
    slices = {part.name: part for part in certificate.slices}
    assert certificate.scope == {"sensor": "FC220", "terrain": "snow"}
    assert {"light=day", "light=dusk"} < set(slices)
    assert not slices["group=g0"].certified


def test_a_column_of_numbers_is_no_condition(skysift: Skysift, tmp_path: Path, out: Path) -> None:
    made = table(positives=120)
    scores = write(tmp_path / "scores.csv", made, height=[str(row) for row in range(len(made))])

    shown = skysift("calibrate", scores, "--recall", 0.95, "--slice-by", "height", "--out", out)

    assert shown.code == 2
    assert "different values" in shown.err


def test_a_second_look_corrects_labels_until_no_miss_is_left(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    made = table(positives=120)
    wrong = np.flatnonzero(made.labels == 0)[:3]
    mislabelled = made.labels.copy()
    mislabelled[wrong] = 1
    scores = write(tmp_path / "scores.csv", replace(made, labels=mislabelled))
    truth = dict(zip(ids(made), made.labels, strict=True))
    relabel = out.with_name("relabel.csv")
    command = ("calibrate", scores, "--recall", 0.95, "--rule", "or", "--out", out)

    shown = skysift(*command)
    assert read_certificate(out.with_name("certificate.json")).label_check is None
    for _ in range(9):
        if "had its second look" in shown.out:
            break
        answer(relabel, {name: str(label) for name, label in truth.items()})
        shown = skysift(*command, "--relabelled", relabel)

    check = read_certificate(out.with_name("certificate.json")).label_check
    assert check is not None
    assert check.complete
    assert 1 <= check.labels_changed <= 3
    assert check.hits_checked >= 1


def answer(relabel: Path, truth: dict[str, str]) -> None:
    with relabel.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with relabel.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "label"])
        writer.writeheader()
        writer.writerows({"id": row["id"], "label": truth[row["id"]]} for row in rows)


def test_answers_in_the_way_are_not_lost(skysift: Skysift, scores: Path, out: Path) -> None:
    command = ("calibrate", scores, "--recall", 0.95, "--rule", "or", "--out", out)
    skysift(*command)
    relabel = out.with_name("relabel.csv")
    answer(relabel, dict.fromkeys(ids(table(positives=120)), "1"))

    shown = skysift(*command)

    assert shown.code == 2
    assert "--relabelled" in shown.err


def test_a_recall_on_average_is_called_that_and_gets_no_certificate(
    skysift: Skysift, tmp_path: Path, out: Path
) -> None:
    scores = write(tmp_path / "scores.csv", table(positives=40))

    shown = skysift("calibrate", scores, "--recall", 0.95, "--rule", "a", "--average", "--out", out)

    assert shown.code == 0
    assert "on average, not guaranteed" in shown.out
    assert not out.with_name("certificate.json").exists()
    assert "certificate" not in out.read_text().split("\n", 1)[1]


def test_the_best_of_several_holds_not_even_on_average(
    skysift: Skysift, scores: Path, out: Path
) -> None:
    shown = skysift("calibrate", scores, "--recall", 0.95, "--average", "--out", out)

    assert shown.code == 2
    assert "name one --rule" in shown.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--recall", 95), "recall must lie between 0 and 1, not 95"),
        (("--recall", 0.95, "--rule", "2-of-4"), "there is no such rule or voter"),
        (("--recall", 0.95, "--scope", "snow"), "expected key=value"),
        (("--recall", 0.95, "--slice-by", "light"), "has no such column"),
    ],
)
def test_what_cannot_be_done_is_told(
    skysift: Skysift, scores: Path, out: Path, arguments: tuple[object, ...], message: str
) -> None:
    shown = skysift("calibrate", scores, *arguments, "--out", out)

    assert shown.code == 2
    assert message in shown.err


def test_a_certificate_of_another_ensemble_is_not_lost(
    skysift: Skysift, ensemble: Path, scores: Path, tmp_path: Path, out: Path
) -> None:
    skysift("calibrate", scores, "--recall", 0.95, "--rule", "or", "--out", out)
    lamps = two_voters(tmp_path / "lamps.csv")

    shown = skysift(
        *("calibrate", lamps, "--recall", 0.95, "--ensemble", ensemble),
        *("--out", out.with_name("lamps.yaml")),
    )

    assert shown.code == 2
    assert "belongs to the ensemble 'calibrated'" in shown.err


def test_an_early_no_is_certified_with_the_rest_and_told(
    skysift: Skysift, ensemble: Path, tmp_path: Path, out: Path
) -> None:
    scores = two_voters(tmp_path / "scores.csv", positives=200)
    wish = ("--recall", 0.95, "--ensemble", ensemble, "--early-no", "near", "--out", out)

    shown = skysift("calibrate", scores, *wish)

    certificate = read_certificate(out.with_name("certificate.json"))
    config = read(out)
    assert certificate.standing(digest(config, read_settings()))[0] == "valid"
    assert config.voters[0].floor == certificate.floors["near"] > 0
    assert certificate.charged_misses == 4
    assert certificate.bound >= 0.95
    assert "floor       near: " in shown.out
    assert "counted only: with a floor" in shown.out
    table_now = read_score_table(scores).table
    kept = kept_by_ensemble(table_now, config)
    assert int((~objects_found(table_now, kept)).sum()) == certificate.misses
    page = out.with_name("report.html").read_text()
    assert "Floor of near" in page
    assert "“near” ends most empty frames by itself" in page


def test_an_early_no_that_is_asked_late_is_told(
    skysift: Skysift, ensemble: Path, tmp_path: Path, out: Path
) -> None:
    scores = two_voters(tmp_path / "scores.csv", positives=200)

    shown = skysift(
        "calibrate", scores, "--recall", 0.95, "--ensemble", ensemble, "--early-no", "far",
        "--out", out,
    )  # fmt: skip

    assert "list far before them" in shown.out


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (("--early-no", "nera"), "no voter is called that; did you mean 'near'?"),
        (("--early-no", "near", "--rule", "and"), "a plain no of it ends a frame under and"),
        (("--early-no", "near", "--average"), "--average gives none"),
    ],
)
def test_an_early_no_that_cannot_be_is_refused(
    skysift: Skysift,
    ensemble: Path,
    tmp_path: Path,
    out: Path,
    wish: tuple[str, ...],
    told: str,
) -> None:
    scores = two_voters(tmp_path / "scores.csv", positives=200)

    shown = skysift(
        "calibrate", scores, "--recall", 0.95, "--ensemble", ensemble, *wish, "--out", out
    )

    assert shown.code == 2
    assert told in shown.err
    assert not out.exists()
