"""What is deployed names what there is: paths, ports, metrics."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from deploy.boards import BOARD, SOURCE, as_text, board
from tests.deploy.exposed import exposed_names
from tests.docs.pages import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
RULES = (DEPLOY / "prometheus" / "rules.yml").read_text(encoding="utf-8")
NAME = re.compile(r"\bskysift_[a-z0-9_]+")


def mounted() -> dict[tuple[str, str], Path]:
    """Folders of this repository, by service and by where the container sees them."""
    return {
        (service, target): DEPLOY / source
        for service, told in COMPOSE["services"].items()
        for source, target, *_ in (volume.split(":") for volume in told.get("volumes", ()))
        if source.startswith(".")
    }


def test_every_folder_that_is_mounted_is_there() -> None:
    assert len(mounted()) == 3
    assert all(folder.is_dir() for folder in mounted().values())


def test_every_named_volume_is_declared() -> None:
    named = {
        volume.split(":")[0]
        for told in COMPOSE["services"].values()
        for volume in told.get("volumes", ())
        if not volume.startswith(".")
    }

    assert named == set(COMPOSE["volumes"])


def test_the_image_is_built_from_a_file_that_is_there() -> None:
    build = COMPOSE["services"]["skysift"]["build"]

    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()


def test_labels_outlive_the_container() -> None:
    told = COMPOSE["services"]["skysift"]

    assert told["environment"]["SKYSIFT_DATABASE"] == "sqlite:////data/review.sqlite"
    assert "skysift-data:/data" in told["volumes"]


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for told in COMPOSE["services"].values() for port in told["ports"]]

    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_scrapes_the_service_and_loads_the_rules() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]

    assert job["job_name"] == "skysift"
    assert job["static_configs"] == [{"targets": ["skysift:3000"]}]
    assert [(DEPLOY / "prometheus" / name).is_file() for name in config["rule_files"]] == [True]


def test_grafana_finds_its_source_and_its_boards() -> None:
    provisioning = mounted()["grafana", "/etc/grafana/provisioning"]
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "skysift.yml").read_text())[
        "providers"
    ]

    assert (source["type"], source["uid"]) == (SOURCE["type"], SOURCE["uid"])
    assert source["url"] == "http://prometheus:9090"
    assert mounted()["grafana", provider["options"]["path"]] == BOARD.parent
    home = COMPOSE["services"]["grafana"]["environment"]
    assert home["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].endswith(f"/{BOARD.name}")


def test_the_board_is_what_the_table_makes() -> None:
    assert BOARD.read_text(encoding="utf-8") == as_text(), "run python -m deploy.boards"


def test_panels_lie_side_by_side_and_none_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_every_metric_that_is_asked_for_is_one_that_the_service_exposes() -> None:
    asked = set(NAME.findall(RULES)) | set(NAME.findall(json.dumps(board())))

    assert asked - set(exposed_names()) - {"skysift_"} == set()
