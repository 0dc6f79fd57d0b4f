"""What was kept, as one page that needs nothing else: thumbnails inside, no network, no script."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image

from batch.formats.boxes import best_score
from batch.formats.catalog import About, Cells
from batch.input import Input
from batch.opening import open_input
from ensembles.errors import BadImageError
from models.frames import Frame
from models.limits import Limits

MOST_SHOWN = 300
"""The best-scored; each thumbnail is about 12 KB, so the page stays below 6 MB."""

MOST_FAILURES = 100
THUMBNAIL_PX = (320, 240)
JPEG_QUALITY = 80

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }}
body {{ margin: 0 auto; max-width: 1400px; padding: 24px; }}
h1 {{ font-size: 22px; margin: 0 0 4px; }}
p {{ margin: 0 0 20px; opacity: .75; }}
main {{ display: grid; gap: 18px 14px;
  grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }}
figure {{ margin: 0; }}
.picture {{ aspect-ratio: 4 / 3; background: #8883; display: grid; place-items: center;
  border-radius: 6px; overflow: hidden; position: relative; }}
.picture img {{ width: 100%; height: 100%; object-fit: contain; }}
figcaption {{ font-size: 13px; padding-top: 5px; overflow-wrap: anywhere; }}
figcaption span {{ opacity: .7; }}
table {{ border-collapse: collapse; font-size: 13px; }}
td, th {{ text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid #8884; }}
</style>
<h1>{title}</h1>
<p>{told}</p>
<main>
{figures}</main>
{failures}</html>
"""


@dataclass(order=True, slots=True)
class _Shown:
    score: float
    number: int
    cells: Cells = field(compare=False)


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `kept.html`: the best-scored frames in review, and those that could not be read."""
    best: list[_Shown] = []
    failures: list[Cells] = []
    count = kept = failed = 0
    for count, cells in enumerate(rows, start=1):
        if cells["detail"] is not None:
            failed += 1
            failures += [cells] if len(failures) < MOST_FAILURES else []
        elif cells["decision"] == "review":
            kept += 1
            shown = _Shown(best_score(cells, about) or 0.0, -count, cells)
            _keep(best, shown)
    best.sort(reverse=True)
    told = (
        f"{kept} of {count} frames kept by {about.ensemble} ({about.digest[:12]}); "
        f"shown are the {len(best)} with the best scores, best first. {failed} could not be read."
    )
    page = PAGE.format(
        title=escape(f"Kept: {about.target}"),
        told=escape(told),
        figures="".join(_figure(shown.cells, about) for shown in best),
        failures=_failures(failures, failed),
    )
    path.write_text(page, encoding="utf-8")


def _keep(best: list[_Shown], shown: _Shown) -> None:
    """Keep the best few."""
    if len(best) < MOST_SHOWN:
        heappush(best, shown)
    else:
        heappushpop(best, shown)


def _figure(cells: Cells, about: About) -> str:
    # With its folder: cameras call a picture of every flight the same.
    name = escape("/".join(Path(cells["source"]).parts[-2:]))
    scores = ", ".join(
        f"{voter} {cells[f'score_{voter}']:.2f}"
        for voter in about.voters
        if cells[f"score_{voter}"] is not None
    )
    facts = " · ".join(filter(None, [_place(cells), *cells["reasons"]]))
    return (
        f'<figure><div class="picture">{_thumbnail(cells)}</div>'
        f'<figcaption><b title="{escape(cells["source"])}">{name}</b>'
        f"{_moment(cells)}<br>{escape(scores)}<br><span>{escape(facts)}</span></figcaption>"
        "</figure>\n"
    )


def _moment(cells: Cells) -> str:
    return "" if cells["video_seconds"] is None else f" at {cells['video_seconds']:.2f} s"


def _place(cells: Cells) -> str:
    if cells["latitude"] is None:
        return "no GPS"
    return f"{cells['latitude']:.5f}, {cells['longitude']:.5f}"


def _thumbnail(cells: Cells) -> str:
    """Return the picture inside the page; words where the original is not at hand any more."""
    if cells["video_seconds"] is not None:
        return "a frame of a video"
    try:
        data = open_input(Input(cells["source"]), Limits()).read()
        frame = Frame.decode(data, enough_px=THUMBNAIL_PX[1])
    except BadImageError:
        return "the original is not here"
    picture = Image.fromarray(frame.pixels)
    picture.thumbnail(THUMBNAIL_PX)
    packed = BytesIO()
    picture.save(packed, "JPEG", quality=JPEG_QUALITY)
    return f'<img alt="" src="data:image/jpeg;base64,{b64encode(packed.getvalue()).decode()}">'


def _failures(failures: list[Cells], failed: int) -> str:
    if not failed:
        return ""
    lines = "".join(
        f"<tr><td>{escape(cells['source'])}<td>{escape(' '.join(cells['reasons']))}"
        f"<td>{escape(cells['detail'])}\n"
        for cells in failures
    )
    shown = f", the first {len(failures)} of {failed}" if failed > len(failures) else ""
    return f"<h2>Could not be read{shown}</h2>\n<table>{lines}</table>\n"
