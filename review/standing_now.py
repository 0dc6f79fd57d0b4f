"""Whether a recall is promised now: the certificate, held against drift and against labels."""

from collections.abc import Collection
from dataclasses import replace

from ensembles.standing import Standing
from review.recall import LiveRecall


def standing_now(
    standing: Standing, *, drift_alarms: Collection[str] = (), live: LiveRecall | None = None
) -> Standing:
    """Return the standing that holds now; it is never better than the certificate's own.

    Args:
        standing: Of the certificate by itself.
        drift_alarms: Kinds of drift whose alarm is on.
        live: What people's labels say; None when nobody can be asked.
    """
    if standing.status != "valid":
        return standing
    if live is not None and live.alarmed:
        return replace(standing, status="void", reason=f"labels speak against it: {_told(live)}")
    if drift_alarms:
        kinds = ", ".join(sorted(drift_alarms))
        return replace(
            standing, status="watch", reason=f"drift ({kinds}); it was: {standing.reason}"
        )
    return standing


def _told(live: LiveRecall) -> str:
    return f"{live.missed} of {live.kept + live.missed} labelled targets were missed"
