"""The desk: who judges, who may come to it, and what is written down."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Self

from starlette.requests import Request

from ensembles.reasons import Reason
from models.ensemble import Ensemble
from models.limits import Limits
from models.threads import Threads
from review.store import ReviewStore
from service.admission import Bodies, Slots
from service.audit import Audit
from service.lineup import Lineup, alarms_of
from service.multipart import Upload
from service.outlook import Watch
from service.refusals import Refusal
from service.settings import ServiceSettings
from service.shadow import Shadow
from service.stand_in import StandIn
from service.station import Pools, Station


class Desk:
    """What one worker process answers from.

    Args:
        stations: Every ensemble that is loaded; the first is the default.
        pools: The threads they work on.
        settings: Of the service.
        stand_ins: By the name of whom they stand in for.
        shadow: Of the default.

    `lineup` is replaced when an ensemble file was edited; `troubles` says, by the name of an
    ensemble, why its file cannot be loaded as it is now.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        pools: Pools,
        settings: ServiceSettings,
        stand_ins: Mapping[str, StandIn],
        *,
        shadow: Shadow | None = None,
    ) -> None:
        self.settings = settings
        self.shadow = shadow
        self.store = ReviewStore.at(settings.database)
        self.audit = Audit(self.store, settings.sample)
        by_name = {station.name: station for station in stations}
        ensembles = [station.ensemble for station in stations]
        watch = Watch(ensembles, stand_ins, self.store, drift_alarms=alarms_of(by_name))
        self.lineup = Lineup(by_name, watch)
        self.lineup.show()
        self.troubles: dict[str, str] = {}
        self.bodies = Bodies(settings)
        self.slots = Slots(settings.slots, settings.queue)
        self._pools = pools

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the desk of the app that answers the request."""
        desk: Self = request.app.state.desk
        return desk

    @classmethod
    def put_to_work(
        cls,
        ensembles: Sequence[Ensemble],
        settings: ServiceSettings,
        limits: Limits,
        threads: Threads,
        *,
        stand_ins: Mapping[str, StandIn] | None = None,
    ) -> Self:
        """Put ensembles to work that were loaded by somebody else."""
        pools = Pools(threads)
        stations = [Station(ensemble, limits, pools, settings) for ensemble in ensembles]
        return cls(stations, pools, settings, stand_ins or {})

    async def keep_watching(self, *, seconds: float) -> None:
        """Look at the promises every so many seconds, until cancelled."""
        while True:
            await asyncio.to_thread(self.lineup.watch.look)
            await asyncio.sleep(seconds)

    async def keep_probing(self, *, seconds: float) -> None:
        """Ask voters that give no score again every so many seconds, until cancelled.

        Without it nobody would, once a gate without voters is not ready and gets no pictures.
        """
        while True:
            await asyncio.to_thread(self._probe)
            await asyncio.sleep(seconds)

    def _probe(self) -> None:
        # By itself, so that no station is held on to until the next time.
        for station in self.lineup.stations.values():
            station.probe()

    def refuse_too_large(self, upload: Upload) -> None:
        """Refuse a picture of a batch that could not have come alone either.

        Raises:
            Refusal: It has more bytes than one picture may have.
        """
        if len(upload.data) > self.settings.max_body_bytes:
            raise Refusal(
                Reason.TOO_LARGE,
                f"the picture has {len(upload.data)} bytes; "
                f"at most {self.settings.max_body_bytes} are taken",
            )

    def close(self) -> None:
        """End the threads; what is running is not waited for, but drift writes down what it saw."""
        self._pools.close()
        if self.shadow:
            self.shadow.close()
        self.audit.close()
        if self.store:
            self.store.close()
        for station in self.lineup.stations.values():
            station.close()
