"""Every format, opened by somebody else's reader."""

import csv
import json
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from batch.entries import Entry
from batch.exports import export
from batch.formats.catalog import FORMATS
from batch.formats.footprint import corners_on_ground, footprint
from batch.input import Input
from batch.journal import Journal
from batch.row import Picture, Row, Stamp
from batch.score import look_at
from ensembles.reasons import Reason
from ensembles.votes import Box, Verdict, Vote
from models.exif import UNKNOWN, Taken
from models.limits import Limits

BARE = Stamp("e", "d", (), "0")
STAMP = Stamp("hikers", "d" * 64, ("near", "far"), "0.1.0")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PLACE = Taken(
    at=datetime(2018, 3, 26, 14, 41, 41, tzinfo=UTC),
    latitude=53.9023456789,
    longitude=-27.5612345678,
    altitude_m=336.6,
    altitude_above="sea_level",
    height_above_takeoff_m=100.0,
    gimbal_yaw_degrees=90.0,
    gimbal_pitch_degrees=-90.0,
    focal_length_35mm=26.0,
)
WATCH = Taken(at=datetime(2018, 3, 26, 17, 41, 41), latitude=1.0, longitude=2.0)  # noqa: DTZ001
MEGADETECTOR_1_6 = {
    "type": "object",
    "required": ["info", "detection_categories", "images"],
    "properties": {
        "info": {
            "type": "object",
            "required": ["format_version"],
            "properties": {"format_version": {"enum": ["1.4", "1.5", "1.6"]}},
        },
        "detection_categories": {
            "type": "object",
            "patternProperties": {"^[0-9]+$": {"type": "string"}},
            "additionalProperties": False,
        },
        "images": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["file"],
                "oneOf": [{"required": ["failure"]}, {"required": ["detections"]}],
                "properties": {
                    "file": {"type": "string"},
                    "failure": {"type": "string"},
                    "datetime": {"pattern": r"^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$"},
                    "frame_number": {"type": "integer"},
                    "detections": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["category", "conf", "bbox"],
                            "properties": {
                                "category": {"type": "string"},
                                "conf": {"type": "number", "minimum": 0, "maximum": 1},
                                "bbox": {
                                    "type": "array",
                                    "minItems": 4,
                                    "maxItems": 4,
                                    "items": {"type": "number", "minimum": 0, "maximum": 1},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""After the format's own page, lila.science/megadetector-output-format."""


def row(source: str, verdict: Verdict, *, detail: str = "", **picture: Any) -> Row:  # noqa: ANN401
    known = {"id": "f" * 64, "width_px": 4000, "height_px": 3000, **picture}
    return Row(Picture(source, **known), verdict, STAMP, NOW, 0.25, detail)


def rows_of_a_flight(folder: Path) -> list[Row]:
    original = folder / "a & <b>.jpg"
    Image.new("RGB", (400, 300), (200, 90, 30)).save(original)
    yes, no = Vote("near", 0.91, 0.5), Vote("near", 0.07, 0.5)
    far = Vote("far", None, 0.5, Reason.VOTER_TIMEOUT)
    kept = Verdict("review", votes=(yes,), skipped=("far",), view=Box(1000, 0, 2000, 750))
    late = Verdict("review", settled=False, votes=(no, far), reasons=(Reason.VOTER_TIMEOUT,))
    lost = {"id": None, "width_px": None, "height_px": None}
    return [
        row(str(original), kept, taken=PLACE),
        row("b.jpg", Verdict("skip", votes=(no,)), taken=UNKNOWN),
        row("c.jpg", late, taken=WATCH),
        row("v.mp4", Verdict("skip", votes=(no,)), frame_index=30, video_seconds=1.0),
        row("\udcff.jpg", Verdict.unjudged(Reason.EMPTY), detail="0 bytes", **lost),
    ]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    rows = rows_of_a_flight(tmp_path)
    about = {
        "ensemble": "hikers",
        "target": "a hiker",
        "digest": "d" * 64,
        "voters": ["near", "far"],
        "skysift_version": "0.1.0",
    }
    with Journal(tmp_path, create=True) as journal:
        journal.begin(about, [Input(each.picture.source) for each in rows])
        journal.commit([Entry(i, each.columns()) for i, each in enumerate(rows, start=1)], {})
        if pytest.importorskip("pyarrow"):
            export(journal, tuple(FORMATS), tmp_path)
    return tmp_path


def text_of(run: Path, name: str) -> str:
    return (run / FORMATS[name].file_name).read_text(encoding="utf-8")


def test_parquet_has_typed_columns(run: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")

    table = parquet.read_table(run / "rows.parquet")

    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["scored_at"] == "timestamp[us, tz=UTC]"
    assert kinds["latitude"] == "double"
    assert kinds["reasons"].startswith("list<")
    assert kinds["asked_far"] == "bool"
    rows = table.to_pylist()
    assert [each["decision"] for each in rows] == ["review", "skip", "review", "skip", "review"]
    assert rows[0]["box"] == [1000, 0, 2000, 750]
    assert rows[1]["latitude"] is None
    assert rows[4]["source"] == r"\xff.jpg"
    assert list(table.column_names) == list(rows_of_a_flight(run)[0].columns())


def test_duckdb_counts_the_parquet_file(run: Path) -> None:
    duckdb = pytest.importorskip("duckdb")

    rows = duckdb.read_parquet(str(run / "rows.parquet"))
    found = rows.aggregate("decision, count(*)").order("decision").fetchall()

    assert found == [("review", 3), ("skip", 2)]


def test_csv_is_read_by_the_csv_module(run: Path) -> None:
    with (run / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 5
    assert rows[0]["box"] == "1000 0 2000 750"
    assert rows[1]["latitude"] == ""
    assert float(rows[0]["score_near"]) == 0.91


def test_every_line_of_jsonl_is_a_row(run: Path) -> None:
    rows = [json.loads(line) for line in text_of(run, "jsonl").splitlines()]

    assert [each["reasons"] for each in rows] == [[], [], ["voter_timeout"], [], ["empty"]]


def test_pycocotools_opens_coco(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coco = pytest.importorskip("pycocotools.coco")

    read = coco.COCO(str(run / "coco.json"))

    assert len(read.getImgIds()) == 5
    annotations = read.loadAnns(read.getAnnIds())
    assert [each["image_id"] for each in annotations] == [1, 3]  # a failure has no size, no box
    assert annotations[0]["bbox"] == [1000, 0, 1000, 750]
    assert read.loadCats(1)[0]["name"] == "a hiker"


def test_megadetector_is_as_its_page_describes_it(run: Path) -> None:
    said = json.loads(text_of(run, "megadetector"))

    jsonschema.validate(said, MEGADETECTOR_1_6)
    first, *_, video, failed = said["images"]
    assert first["detections"] == [{"category": "1", "conf": 0.91, "bbox": [0.25, 0, 0.25, 0.25]}]
    assert first["datetime"] == "2018:03:26 14:41:41"
    assert video["frame_number"] == 30
    assert failed["failure"] == "empty: 0 bytes"


def test_shapely_reads_geojson_and_no_frame_lies_at_zero(run: Path) -> None:
    shapely = pytest.importorskip("shapely")

    features = json.loads(text_of(run, "geojson"))["features"]

    assert len(features) == 5
    known = [each["geometry"] is not None for each in features]
    assert known == [True, False, True, False, False]
    place, ground = shapely.geometry.shape(features[0]["geometry"]).geoms
    assert (place.x, place.y) == (PLACE.longitude, PLACE.latitude)
    assert ground.is_valid
    assert ground.exterior.is_ccw
    assert ground.contains(place)


def test_a_kml_parser_reads_kml(run: Path) -> None:
    pytest.importorskip("pykml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pykml imports what Python deprecates
        from pykml import parser  # noqa: PLC0415

    with (run / "frames.kml").open("rb") as file:
        document = parser.parse(file).getroot().Document

    marks = document.Placemark
    assert [str(mark.name) for mark in marks] == ["a & <b>.jpg", "c.jpg"]
    point = str(marks[0].MultiGeometry.Point.coordinates)
    assert point == f"{PLACE.longitude},{PLACE.latitude}"
    assert str(document.description).startswith("3 frames without GPS")


def test_gpxpy_reads_the_flight(run: Path) -> None:
    gpxpy = pytest.importorskip("gpxpy")

    read = gpxpy.parse(text_of(run, "gpx"))

    first, second = read.tracks[0].segments[0].points
    assert (first.latitude, first.longitude) == (PLACE.latitude, PLACE.longitude)
    assert first.elevation == 336.6
    assert first.time == PLACE.at
    assert second.time is None  # a camera's clock is no moment
    assert [point.name for point in read.waypoints] == ["a & <b>.jpg", "c.jpg"]


def test_places_of_real_drones_are_those_of_their_exif(shared_data: Path, tmp_path: Path) -> None:
    """Against what Pillow reads, on every original, through the row and out to GeoJSON."""
    paths = sorted((shared_data / "drone_originals").rglob("*.[jJ][pP][gG]"))
    about = {"ensemble": "e", "target": "t", "digest": "d", "voters": [], "skysift_version": "0"}
    with Journal(tmp_path, create=True) as journal:
        journal.begin(about, map(Input.of_path, paths))
        rows = [
            Row(look_at(path, enough_px=64, limits=Limits()).picture, Verdict("skip"), BARE, NOW, 0)
            for path in paths
        ]
        journal.commit([Entry(i, each.columns()) for i, each in enumerate(rows, start=1)], {})
        export(journal, ("geojson",), tmp_path)

    features = json.loads(text_of(tmp_path, "geojson"))["features"]

    assert len(features) >= 8
    for path, feature in zip(paths, features, strict=True):
        geometry = feature["geometry"]
        point = geometry["geometries"][0] if "geometries" in geometry else geometry
        assert point["coordinates"] == pytest.approx(place_in_exif(path), abs=1e-7)
    with_ground = [each for each in features if "geometries" in each["geometry"]]
    assert {Path(each["properties"]["source"]).name[:3] for each in with_ground} == {"DJI"}


def place_in_exif(path: Path) -> list[float]:
    """Return longitude and latitude as Pillow has them."""
    with Image.open(path) as picture:
        gps = picture.getexif().get_ifd(0x8825)
    degrees = {
        side: sum(float(part) / 60**power for power, part in enumerate(gps[tag]))
        for side, tag in (("latitude", 2), ("longitude", 4))
    }
    south, west = gps[1] == "S", gps[3] == "W"
    return [
        -degrees["longitude"] if west else degrees["longitude"],
        -degrees["latitude"] if south else degrees["latitude"],
    ]


def test_the_sheet_shows_what_was_kept_and_asks_nobody(run: Path) -> None:
    page = text_of(run, "html")

    assert "2 of 5 frames kept" in page
    assert page.count('<img alt="" src="data:image/jpeg;base64,') == 1
    assert "the original is not here" in page
    assert "a &amp; &lt;b&gt;.jpg" in page
    assert "<script" not in page
    assert "http" not in page


def test_a_file_that_could_not_be_written_leaves_the_old_one(run: Path) -> None:
    before = text_of(run, "csv")
    with Journal(run) as journal:
        journal._base.execute("update inputs set row = 'no json' where number = 3")
        with pytest.raises(ValueError, match="Expecting value"):
            export(journal, ("csv",), run)

    assert text_of(run, "csv") == before
    assert not list(run.glob(".*unfinished"))


def test_straight_down_from_100_m_a_26_mm_lens_sees_133_by_100_m() -> None:
    corners = corners_on_ground(100, 0, -90, 26, 4 / 3)

    assert corners is not None
    width, height = corners[3][0] - corners[0][0], corners[0][1] - corners[1][1]
    assert width == pytest.approx(100 * 43.267 * 0.8 / 26)
    assert height == pytest.approx(100 * 43.267 * 0.6 / 26)


def test_heading_east_the_top_of_the_picture_is_in_the_east() -> None:
    corners = corners_on_ground(100, 90, -90, 26, 4 / 3)

    assert corners is not None
    upper_left, lower_left, *_ = corners
    assert upper_left[0] > lower_left[0]
    assert upper_left[1] > 0


def test_a_camera_that_leans_forward_sees_farther_ahead() -> None:
    corners = corners_on_ground(100, 0, -60, 26, 4 / 3)

    assert corners is not None
    assert min(corner[1] for corner in corners) > -10
    assert max(corner[1] for corner in corners) > 100


@pytest.mark.parametrize(
    "other",
    [
        {"gimbal_pitch_degrees": -20.0},
        {"height_above_takeoff_m": 0.5},
        {"height_above_takeoff_m": None},
        {"focal_length_35mm": None},
        {"latitude": None},
    ],
)
def test_without_height_lens_heading_or_a_steep_view_there_is_no_footprint(
    other: dict[str, float | None],
) -> None:
    cells = row("a.jpg", Verdict("skip"), taken=PLACE).columns()

    assert footprint(cells) is not None
    assert footprint({**cells, **other}) is None


def test_every_format_is_described() -> None:
    assert all(each.summary for each in FORMATS.values())
