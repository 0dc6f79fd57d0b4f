"""What a row shows as boxes and scores, for formats made for detectors."""

from batch.formats.catalog import About, Cells


def box_of(cells: Cells) -> tuple[int, int, int, int] | None:
    """Return left, top, width and height in pixels: the tile that decided, or the whole frame.

    None where the size of the picture is not known.
    """
    if cells["width_px"] is None or cells["height_px"] is None:
        return None
    left, top, right, bottom = cells["box"] or (0, 0, cells["width_px"], cells["height_px"])
    return left, top, right - left, bottom - top


def best_score(cells: Cells, about: About) -> float | None:
    """Return the highest score that a voter gave; None when none gave any.

    Voters' scores are on scales of their own: it ranks frames, and is no probability.
    """
    scores = [cells[f"score_{voter}"] for voter in about.voters]
    return max((score for score in scores if score is not None), default=None)
