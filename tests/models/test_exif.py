from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from models.exif import Tags, Taken, read_exif
from models.frames import Frame
from tests.models.pictures import encoded, noise

SHOT: Tags = {Base.DateTimeOriginal: "2024:05:06 17:08:09"}
PLACE: Tags = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (46.0, 50.0, 33.3855),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSLongitude: (91.0, 59.0, 40.4156),
    GPS.GPSAltitude: 198.309,
}
SATELLITES: Tags = {GPS.GPSDateStamp: "2024:05:06", GPS.GPSTimeStamp: (15.0, 8.0, 7.5)}


def exif_of(shot: Tags, gps: Tags) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(IFD.Exif).update(shot)
    exif.get_ifd(IFD.GPSInfo).update(gps)
    return exif


def taken(shot: Tags | None = None, gps: Tags | None = None) -> Taken:
    return read_exif(exif_of(shot or {}, gps or {}))


def test_nothing_is_known_of_a_picture_that_says_nothing() -> None:
    assert taken() == Taken(None, None, None, None)


def test_time_and_place_survive_a_jpeg() -> None:
    exif = exif_of({**SHOT, Base.OffsetTimeOriginal: "+02:00"}, {**PLACE})

    frame = Frame.decode(encoded(noise(), "JPEG", exif=exif))

    assert frame.captured_at == datetime(2024, 5, 6, 15, 8, 9, tzinfo=UTC)
    assert frame.latitude == pytest.approx(46.8426071)
    assert frame.longitude == pytest.approx(-91.9945599)
    assert frame.altitude_m == pytest.approx(198.309)


def test_without_an_offset_the_time_is_the_cameras_and_says_so_by_having_no_zone() -> None:
    at = taken(SHOT, PLACE).at

    assert at == datetime(2024, 5, 6, 17, 8, 9)  # noqa: DTZ001 - that is the point
    assert at is not None
    assert at.tzinfo is None


def test_satellites_give_the_time_when_the_offset_is_missing() -> None:
    at = taken(SHOT, {**PLACE, **SATELLITES}).at

    assert at == datetime(2024, 5, 6, 15, 8, 7, 500_000, tzinfo=UTC)


def test_satellites_without_a_fix_give_no_time() -> None:
    at = taken(SHOT, SATELLITES).at

    assert at == datetime(2024, 5, 6, 17, 8, 9)  # noqa: DTZ001


def test_satellites_that_contradict_the_camera_are_not_believed() -> None:
    at = taken(SHOT, {**PLACE, **SATELLITES, GPS.GPSDateStamp: "2004:09:20"}).at

    assert at == datetime(2024, 5, 6, 17, 8, 9)  # noqa: DTZ001


def test_other_time_stamps_are_second_best() -> None:
    exif = exif_of({Base.DateTimeOriginal: "0000:00:00 00:00:00"}, {})
    exif[Base.DateTime] = "2020-01-02 03:04:05"

    assert read_exif(exif).at == datetime(2020, 1, 2, 3, 4, 5)  # noqa: DTZ001


@pytest.mark.parametrize("stamp", ["", "yesterday", "2024:13:45 99:00:00", 7, b"\xff", None])
def test_a_nonsense_time_is_unknown(stamp: object) -> None:
    assert taken({Base.DateTimeOriginal: stamp}).at is None


@pytest.mark.parametrize("offset", ["", "noon", "+99:99", "   :  ", 2])
def test_a_nonsense_offset_leaves_the_time_without_a_zone(offset: object) -> None:
    at = taken({**SHOT, Base.OffsetTimeOriginal: offset}).at

    assert at is not None
    assert at.tzinfo is None


@pytest.mark.parametrize(
    "wrong",
    [
        {GPS.GPSLatitude: (91.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (46.0, 61.0, 0.0)},
        {GPS.GPSLatitude: (-46.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (float("nan"),) * 3},
        {GPS.GPSLatitude: (46.0, 50.0)},
        {GPS.GPSLatitude: "46.8"},
        {GPS.GPSLatitudeRef: ""},
        {GPS.GPSLatitudeRef: "X"},
        {GPS.GPSLongitude: (181.0, 0.0, 0.0)},
        {GPS.GPSLongitudeRef: None},
        {GPS.GPSLatitude: (0.0,) * 3, GPS.GPSLongitude: (0.0,) * 3},
    ],
)
def test_a_wrong_position_is_unknown_and_never_0_0(wrong: Tags) -> None:
    place = taken(SHOT, {**PLACE, **wrong})

    assert (place.latitude, place.longitude) == (None, None)


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9))
def test_every_hemisphere_is_read_right(latitude: float, longitude: float) -> None:
    place = taken(
        {},
        {
            GPS.GPSLatitudeRef: "S" if latitude < 0 else "N",
            GPS.GPSLatitude: _sexagesimal(abs(latitude)),
            GPS.GPSLongitudeRef: "W" if longitude < 0 else "E",
            GPS.GPSLongitude: _sexagesimal(abs(longitude)),
        },
    )

    if latitude == longitude == 0:
        assert place.latitude is None
    else:
        assert place.latitude == pytest.approx(latitude, abs=1e-9)
        assert place.longitude == pytest.approx(longitude, abs=1e-9)


def _sexagesimal(angle: float) -> tuple[float, float, float]:
    minutes = Fraction(angle) % 1 * 60
    return float(int(angle)), float(int(minutes)), float(minutes % 1 * 60)


@pytest.mark.parametrize(
    ("reference", "altitude"),
    [(0, 12.5), (b"\x00", 12.5), (1, -12.5), (b"\x01", -12.5), (b"", 12.5)],
)
def test_altitude_has_the_sign_of_its_reference(reference: object, altitude: float) -> None:
    gps: Tags = {GPS.GPSAltitude: 12.5, GPS.GPSAltitudeRef: reference}

    assert taken({}, gps).altitude_m == altitude


@pytest.mark.parametrize("height", [float("nan"), float("inf"), 1e9, "high", None, (1.0, 2.0)])
def test_a_nonsense_altitude_is_unknown(height: object) -> None:
    assert taken({}, {GPS.GPSAltitude: height}).altitude_m is None


def test_a_satellite_time_outside_the_day_is_not_believed() -> None:
    gps = {**PLACE, GPS.GPSDateStamp: "2024:05:06", GPS.GPSTimeStamp: (99.0, 0.0, 0.0)}

    at = taken(SHOT, gps).at

    assert at is not None
    assert at.utcoffset() != timedelta(0)


@pytest.mark.parametrize(
    ("maker", "model", "camera"),
    [
        ("DJI", "FC220", "DJI FC220"),
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("", "FC220", "FC220"),
        ("DJI", "", "DJI"),
        ("", "", None),
    ],
)
def test_the_camera_is_its_maker_and_model(maker: str, model: str, camera: str | None) -> None:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = maker, model

    assert read_exif(exif).camera == camera
