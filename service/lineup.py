"""Who judges now: replaced as a whole, so that a request sees one or the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ensembles.mistakes import near_miss
from ensembles.reasons import Reason
from monitoring import metrics
from service.outlook import DriftAlarms, Watch, forget
from service.refusals import Refusal
from service.stand_in import StandIn
from service.station import Station


@dataclass(frozen=True, slots=True)
class Lineup:
    """Every ensemble that is loaded.

    Args:
        stations: By name; the first is the default.
        watch: Over what they promise.
    """

    stations: Mapping[str, Station]
    watch: Watch

    @property
    def default(self) -> str:
        """Name of the ensemble that judges for whoever names none."""
        return next(iter(self.stations))

    def judge_of(self, ensemble: str) -> Station:
        """Return the station that judges for the ensemble of this name now."""
        return self.stations[self.watch.judge_of(ensemble)]

    def station(self, name: str | None) -> Station:
        """Return the ensemble a client asked for, or the default.

        Raises:
            Refusal: There is none of that name.
        """
        wanted = name or self.default
        if wanted not in self.stations:
            loaded = ", ".join(self.stations)
            hint = near_miss(wanted, self.stations) or f"; loaded are: {loaded}"
            raise Refusal(
                Reason.BAD_REQUEST, f"no ensemble is called {wanted[:80]!r}{hint}", status=404
            )
        return self.stations[wanted]

    def with_stations(
        self, stations: Iterable[Station], stand_ins: Mapping[str, StandIn]
    ) -> "Lineup":
        """Return the lineup of these stations; what is known of those that stay is kept."""
        by_name = {station.name: station for station in stations}
        ensembles = [station.ensemble for station in by_name.values()]
        watch = self.watch.over(ensembles, stand_ins, drift_alarms=alarms_of(by_name))
        return Lineup(by_name, watch)

    def show(self) -> None:
        """Show what is loaded as a metric."""
        for station in self.stations.values():
            _show(station, loaded=True)
            metrics.AUDIT_FAILURES.labels(station.name)

    def show_instead_of(self, before: "Lineup") -> None:
        """Show what is loaded, and what was before as gone."""
        for station in before.stations.values():
            _show(station, loaded=False)
        self.show()
        for name in before.stations.keys() - self.stations.keys():
            forget(name)


def alarms_of(stations: Mapping[str, Station]) -> DriftAlarms:
    """Return what tells the drift alarms that are on for a station."""

    def alarms(ensemble: str) -> frozenset[str]:
        tap = stations[ensemble].tap
        return tap.state.alarms if tap else frozenset()

    return alarms


def _show(station: Station, *, loaded: bool) -> None:
    config, digest = station.ensemble.config, station.ensemble.digest
    labels = (config.name, digest, config.target, config.rule.name)
    metrics.ENSEMBLE_INFO.labels(*labels).set(loaded)
