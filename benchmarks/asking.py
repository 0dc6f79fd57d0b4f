"""How a picture is put into a request, and scores are taken out of an answer."""

import json
from uuid import uuid4

from benchmarks.laps import Scores
from benchmarks.load import Ask, Call


def raw(path: str) -> Ask:
    """Return what posts the picture as the body itself."""
    return lambda data: Call(path, data)


def upload(path: str, field: str) -> Ask:
    """Return what posts the picture as a file of a form."""

    def ask(data: bytes) -> Call:
        boundary = uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
            'filename="picture.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        return Call(path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    return ask


def as_json(path: str, value: object) -> Call:
    """Return a request with a JSON body."""
    return Call(path, json.dumps(value).encode(), {"Content-Type": "application/json"})


def plain_scores(body: bytes) -> Scores:
    """Read an answer that is the scores by voter."""
    scores: Scores = json.loads(body)
    return scores


def columns(body: bytes) -> Scores:
    """Read an answer of the Open Inference Protocol: one output per voter."""
    return {output["name"]: output["data"][0] for output in json.loads(body)["outputs"]}


def votes(body: bytes) -> Scores:
    """Read Skysift's answer."""
    return {vote["voter"]: vote["score"] for vote in json.loads(body)["votes"]}
