"""Whether a recall is promised is told with the ensemble and with every verdict."""

from dataclasses import replace

import pytest

from ensembles.certificate import Status
from ensembles.standing import Standing
from tests.service.fakes import BRIGHT, client_of, ensemble


@pytest.mark.parametrize(("status", "carried"), [("valid", "abc"), ("void", None)])
def test_verdicts_carry_the_id_of_a_promise_only_while_it_holds(
    status: Status, carried: str | None
) -> None:
    client = client_of(replace(ensemble(), standing=Standing(status, "because", "abc")))

    [listed] = client.get("/v1/ensembles").json()["ensembles"]
    verdict = client.post(
        "/v1/triage", content=BRIGHT, headers={"content-type": "image/jpeg"}
    ).json()

    assert listed["certificate_id"] == "abc"
    assert (listed["certificate_status"], listed["certificate_reason"]) == (status, "because")
    assert verdict["certificate_id"] == carried
