"""Labels held against the frames of a manifest."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curation.labels.label_file import Label
from ensembles.errors import ConfigError
from ensembles.score_table import Codes

SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Labels, and the row of a manifest that each speaks of.

    Args:
        labels: k labels.
        rows: int64 (k,).
        strange: Labels whose frame the manifest does not have.
    """

    labels: tuple[Label, ...]
    rows: Codes
    strange: tuple[Label, ...]


class Frames:
    """The frames of a manifest, by what labels may call them.

    Args:
        ids: SHA-256 of each, None where it is unknown.
        sources: The path of each, as it was indexed.
        groups: The flight of each, None where it is unknown.
    """

    def __init__(
        self, ids: Sequence[str | None], sources: Sequence[str], groups: Sequence[str | None]
    ) -> None:
        self._ids, self._named, self._groups = ids, sources, groups
        self._by_id = {name: row for row, name in enumerate(ids) if name}
        self._by_source = {_plain(source): row for row, source in enumerate(sources)}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for row, source in enumerate(sources):
            self._by_name[_plain(source).rpartition("/")[2]].append(row)
        self._sources = [_plain(source) for source in sources]

    def row(self, label: Label) -> int | None:
        """Return the row that a label speaks of; None when the manifest does not have it.

        A frame is meant by its id, its path, or the end of its path when no other ends so.

        Raises:
            ConfigError: Several paths end as the label says.
        """
        if (row := self._by_id.get(label.id or label.frame)) is not None:
            return row
        path = _plain(label.frame)
        if not path or (row := self._by_source.get(path)) is not None:
            return row if path else None
        ends = [
            row
            for row in self._by_name.get(path.rpartition("/")[2], ())
            if self._sources[row].endswith(f"/{path}")
        ]
        if len(ends) > 1:
            shown = ", ".join(self._sources[row] for row in ends[:SHOWN])
            raise ConfigError(f"{label.frame}: {len(ends)} frames are called so: {shown}")
        return ends[0] if ends else None

    def given(self, labels: Iterable[Label]) -> Given:
        """Return the labels with their rows; a frame labelled twice keeps the last."""
        found: dict[int, Label] = {}
        strange = []
        for label in labels:
            row = self.row(label)
            if row is None:
                strange.append(label)
            else:
                found[row] = label
        return Given(tuple(found.values()), np.array(list(found), dtype=np.int64), tuple(strange))

    def placed(self, labels: Iterable[Label], source: Path) -> list[Label]:
        """Return labels with id, path and flight as the manifest has them.

        Raises:
            ConfigError: The manifest does not have some of the frames.
        """
        rows = [(label, self.row(label)) for label in labels]
        if strange := [label.key for label, row in rows if row is None]:
            raise ConfigError(
                f"{len(strange)} frames are not in the manifest: {', '.join(strange[:SHOWN])}",
                source=str(source),
            )
        return [
            replace(
                label,
                id=self._ids[row] or "",
                frame=self._named[row],
                group=self._groups[row] or label.group,
            )
            for label, row in rows
            if row is not None
        ]


def _plain(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./")
