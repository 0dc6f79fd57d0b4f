"""What a job and its workers say to each other, as JSON over a pipe: no pickles."""

import json
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from batch.entries import Entry, Waiting
from batch.input import Input

Message = dict[str, Any]


def send(pipe: Connection, message: Message) -> None:
    """Send one message; raises `OSError` when nobody listens any more."""
    pipe.send_bytes(json.dumps(message, separators=(",", ":")).encode())


def receive(pipe: Connection) -> Message | None:
    """Return the next message; None when the other side has gone."""
    try:
        message: Message = json.loads(pipe.recv_bytes())
    except (EOFError, OSError):
        return None
    return message


def work(items: Sequence[Waiting], *, flush: bool) -> Message:
    """Return a message to a worker: judge these.

    Args:
        items: In the order in which their rows are to come back.
        flush: Do not wait for more before judging.
    """
    return {"items": [[item.number, item.input.to_text()] for item in items], "flush": flush}


def items_in(message: Message) -> list[Waiting]:
    """Return what a worker is to judge."""
    return [Waiting(number, Input.of_text(text)) for number, text in message["items"]]


def answer(entry: Entry, seconds: dict[str, float]) -> Message:
    """Return a message from a worker: a row, and what was spent since the last one."""
    return {"number": entry.number, "cells": entry.cells, "seconds": seconds}
