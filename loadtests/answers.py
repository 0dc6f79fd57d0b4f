"""Whether an answer is right, not only whether it came."""

from collections.abc import Mapping, Sequence
from typing import Any

from ensembles.reasons import Reason
from loadtests.pictures import Sample
from service.refusals import STATUS

Json = Mapping[str, Any]

TOLERANCE = 1e-4
"""Scores may differ by this: sums in batches of other sizes round differently."""

OK, OVERLOADED = 200, 429


class WrongAnswer(AssertionError):  # noqa: N818 - the service's fault, not this code's
    """An answer that a client in the field must never get."""


class Memory:
    """What was first said of each picture: the same picture must always be answered so."""

    def __init__(self) -> None:
        self._decisions: dict[str, str] = {}
        self._scores: dict[tuple[str, str], float] = {}

    def compare(self, sample: Sample, verdict: Json) -> None:
        """Refuse a verdict that contradicts an earlier one on the same picture.

        Raises:
            WrongAnswer: Another decision, or another score of the same voter.
        """
        first = self._decisions.setdefault(sample.id, verdict["decision"])
        if verdict["decision"] != first:
            raise WrongAnswer(f"{sample.name}: {verdict['decision']}, but first it was {first}")
        for vote in verdict["votes"]:
            self._compare_score(sample, vote["voter"], vote["score"])

    def _compare_score(self, sample: Sample, voter: str, score: float | None) -> None:
        if score is None:
            raise WrongAnswer(f"{sample.name}: {voter} abstained")
        first = self._scores.setdefault((sample.id, voter), score)
        if abs(score - first) > TOLERANCE:
            raise WrongAnswer(f"{sample.name}: {voter} says {score}, but first it said {first}")


def check_single(
    sample: Sample, status: int, answer: Json, memory: Memory, *, explain: bool = False
) -> None:
    """Refuse a wrong answer to one picture.

    Raises:
        WrongAnswer: Saying what is wrong with it.
    """
    if sample.fault:
        _check_refused(sample, sample.fault, status, answer)
        return
    if status != OK:
        raise WrongAnswer(
            f"{sample.name}: a good picture is answered {status}: {answer.get('error')}"
        )
    check_verdict(sample, answer, memory)
    if explain and answer["skipped"]:
        raise WrongAnswer(f"{sample.name}: explained, but {answer['skipped']} were not asked")


def check_batch(samples: Sequence[Sample], status: int, answer: Json, memory: Memory) -> None:
    """Refuse a batch whose results are too few, in another order, or wrong.

    Raises:
        WrongAnswer: Saying what is wrong with it.
    """
    if status != OK:
        raise WrongAnswer(f"a batch of {len(samples)} is answered {status}: {answer.get('error')}")
    results = answer["results"]
    if [result["index"] for result in results] != list(range(len(samples))):
        raise WrongAnswer(
            f"a batch of {len(samples)} has the results {[r['index'] for r in results]}"
        )
    for sample, result in zip(samples, results, strict=True):
        if sample.fault:
            _check_reviewed(sample, sample.fault, result["decision"], result["reasons"])
        else:
            check_verdict(sample, result, memory)


def check_verdict(sample: Sample, verdict: Json, memory: Memory) -> None:
    """Refuse a verdict on another picture, or one that contradicts itself or an earlier one.

    Raises:
        WrongAnswer: Saying what is wrong with it.
    """
    if verdict["decision"] not in {"review", "skip"}:
        raise WrongAnswer(f"{sample.name}: the decision is {verdict['decision']!r}")
    if verdict["frame"]["id"] != sample.id:
        raise WrongAnswer(f"{sample.name}: the verdict is on another picture")
    if not verdict["votes"]:
        raise WrongAnswer(f"{sample.name}: decided without a vote")
    memory.compare(sample, verdict)


def check_overload(answer: Json, headers: Mapping[str, str]) -> float:
    """Return the seconds to wait after a 429.

    Raises:
        WrongAnswer: It does not say when to come back, or that a person must look.
    """
    if "Retry-After" not in headers:
        raise WrongAnswer("429 without Retry-After")
    if answer.get("decision") != "review":
        raise WrongAnswer(f"429 with the decision {answer.get('decision')!r}")
    return float(headers["Retry-After"])


def _check_refused(sample: Sample, fault: Reason, status: int, answer: Json) -> None:
    _check_reviewed(sample, fault, answer.get("decision"), [answer.get("reason")])
    if status != STATUS[fault]:
        raise WrongAnswer(f"{sample.name}: {status}, not {STATUS[fault]} for {fault}")


def _check_reviewed(
    sample: Sample, fault: Reason, decision: object, reasons: Sequence[object]
) -> None:
    if decision != "review":
        raise WrongAnswer(f"{sample.name}: broken, but the decision is {decision!r}")
    if fault not in reasons:
        raise WrongAnswer(f"{sample.name}: the reason is {reasons}, not {fault}")
