from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from models.frames import Frame
from models.xmp import MOST_BYTES, NO_FLIGHT, Flight, read_xmp

HEAD = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" '
)
TAIL = b"</rdf:RDF></x:xmpmeta>\0\0\0"


def packet(**tags: str) -> bytes:
    said = " ".join(f'drone-dji:{name}="{value}"' for name, value in tags.items())
    return HEAD + said.encode() + b"/>" + TAIL


def test_a_drone_says_how_high_it_was_and_where_it_looked() -> None:
    said = packet(RelativeAltitude="+98.90", GimbalYawDegree="-37.1", GimbalPitchDegree="-89.90")

    flight = read_xmp(said)

    assert flight.height_above_takeoff_m == 98.9
    assert flight.gimbal_yaw_degrees == pytest.approx(322.9)
    assert flight.gimbal_pitch_degrees == -89.9


def test_tags_may_be_elements() -> None:
    inside = b"><drone-dji:RelativeAltitude>+12.5</drone-dji:RelativeAltitude></rdf:Description>"

    assert read_xmp(HEAD + inside + TAIL) == Flight(height_above_takeoff_m=12.5)


@pytest.mark.parametrize(
    "tags",
    [
        {"RelativeAltitude": "nan", "GimbalYawDegree": "inf", "GimbalPitchDegree": "down"},
        {"RelativeAltitude": "1e9", "GimbalYawDegree": "9999", "GimbalPitchDegree": "-700"},
        {},
    ],
)
def test_nonsense_is_unknown(tags: dict[str, str]) -> None:
    assert read_xmp(packet(**tags)) == NO_FLIGHT


def test_a_gimbal_that_overshoots_looks_straight_down() -> None:
    assert read_xmp(packet(GimbalPitchDegree="-90.3")).gimbal_pitch_degrees == -90


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
ELSEWHERE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "hostile",
    [BOMB, ELSEWHERE, b"", b"<x", b"\xff\xfe\0", b" " * (MOST_BYTES + 1), None, 7, "<x/>"],
)
def test_a_damaged_or_hostile_packet_is_unknown(hostile: object) -> None:
    assert read_xmp(hostile) == NO_FLIGHT


def test_a_frame_takes_its_flight_from_the_picture() -> None:
    data = BytesIO()
    Image.new("RGB", (16, 12)).save(data, "JPEG", xmp=packet(RelativeAltitude="+40.10"))

    frame = Frame.decode(data.getvalue())

    assert frame.taken.height_above_takeoff_m == 40.1


def test_real_drones_say_it(shared_data: Path) -> None:
    folder = shared_data / "drone_originals" / "dji_fc300s_9mp_brighton"

    taken = Frame.decode((folder / "DJI_0019.JPG").read_bytes(), enough_px=64).taken

    assert taken.height_above_takeoff_m == 40.1
    assert (taken.gimbal_yaw_degrees, taken.gimbal_pitch_degrees) == (42.8, -89.9)
    assert taken.focal_length_35mm == 20
    assert taken.altitude_above == "sea_level"
