"""A port that is taken is told in one line, before any process starts."""

import socket
from collections.abc import Iterator

import pytest

from ensembles.errors import ConfigError
from models.settings import ModelSettings
from service.listening import refuse_deaf_address, trouble_at
from service.serve import refuse_what_cannot_start
from service.settings import ServiceSettings

HERE = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_refused_with_what_to_do(taken: int) -> None:
    with pytest.raises(ConfigError, match=f"cannot listen on {HERE}:{taken}: .*--port"):
        refuse_deaf_address(HERE, taken)


def test_a_free_port_is_fine_also_right_after_it_was_used() -> None:
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        port = int(listener.getsockname()[1])

    assert trouble_at(HERE, port) == ""


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"cannot listen on 203\.0\.113\.7:3000"):
        refuse_deaf_address("203.0.113.7", 3000)


def test_the_service_does_not_start_on_a_taken_port(taken: int) -> None:
    settings = ServiceSettings(host=HERE, port=taken)

    with pytest.raises(ConfigError, match="cannot listen"):
        refuse_what_cannot_start(settings, ModelSettings())
