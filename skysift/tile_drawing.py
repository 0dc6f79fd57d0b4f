"""The tiles of a picture and what was said of them, drawn over it."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ensembles.errors import ConfigError
from ensembles.explanation import margin
from ensembles.votes import Box, Look, Verdict, Vote
from models.frames import Frame

SHORTER_SIDE_PX = 1200
"""Of the drawing: enough to read a score in each of a few hundred tiles."""
TEXT_PX = 14
COLOURS = {"yes": (255, 64, 48), "abstained": (255, 190, 40), "no": (215, 225, 235)}
LOUDER = ("no", "abstained", "yes")
"""Drawn in this order, so that no border hides one that matters more."""
THIN, THICK, STROKE = 1, 5, 2


def draw_tiles(picture: Path, verdict: Verdict, out: Path) -> None:
    """Write the picture with every tile outlined and its score nearest to a yes.

    Red tiles have a yes, amber ones an abstention. The tile that decided is drawn thick, with
    the scores of all voters; without tiles that is the whole picture.

    Raises:
        ConfigError: The drawing cannot be written there.
    """
    frame = Frame.decode(picture.read_bytes(), enough_px=SHORTER_SIDE_PX)
    drawing = Image.fromarray(frame.pixels)
    drawing.thumbnail((10 * SHORTER_SIDE_PX, SHORTER_SIDE_PX))
    scale = drawing.width / frame.width_px
    pen = ImageDraw.Draw(drawing)
    for look in sorted(verdict.looks, key=lambda look: LOUDER.index(_loudest(look))):
        _outline(pen, look, scale)
    box = verdict.view or Box(0, 0, frame.width_px, frame.height_px)
    _decider(pen, Look(box, verdict.votes), scale)
    try:
        drawing.save(out)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{out}: the drawing cannot be written: {error}") from error


def _outline(pen: ImageDraw.ImageDraw, look: Look, scale: float) -> None:
    colour = COLOURS[_loudest(look)]
    corners = _corners(look.box, scale)
    pen.rectangle(corners, outline=colour, width=THIN)
    nearest = max(look.votes, key=_closeness, default=None)
    if nearest is not None:
        middle = ((corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2)
        pen.text(
            middle,
            _score(nearest),
            fill=colour,
            anchor="mm",
            font=_font(),
            stroke_width=STROKE,
            stroke_fill=(0, 0, 0),
        )


def _decider(pen: ImageDraw.ImageDraw, look: Look, scale: float) -> None:
    left, top, right, bottom = _corners(look.box, scale)
    pen.rectangle((left, top, right, bottom), outline=COLOURS[_loudest(look)], width=THICK)
    words = "\n".join(f"{vote.voter} {_score(vote)} of {vote.threshold:.2f}" for vote in look.votes)
    place = (left + 2 * THICK, top + 2 * THICK)
    pen.rectangle(pen.multiline_textbbox(place, words, font=_font()), fill=(0, 0, 0))
    pen.multiline_text(place, words, fill=(255, 255, 255), font=_font())


def _loudest(look: Look) -> str:
    """Return the answer of a tile that matters most: sure of nothing, a yes, an abstention."""
    answers = {vote.answer for vote in look.votes}
    if "surely_no" in answers:
        return "no"
    return next((answer for answer in COLOURS if answer in answers), "no")


def _closeness(vote: Vote) -> float:
    distance = margin(vote)
    return -1.0 if distance is None else distance


def _score(vote: Vote) -> str:
    return "abstained" if vote.score is None else f"{vote.score:.2f}"


def _corners(box: Box, scale: float) -> tuple[float, float, float, float]:
    return box.left * scale, box.top * scale, box.right * scale - 1, box.bottom * scale - 1


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_PX)
