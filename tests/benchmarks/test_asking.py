import json
from email import message_from_bytes
from email.policy import HTTP

from benchmarks.asking import columns, plain_scores, raw, upload, votes
from benchmarks.contenders.pytriton import CONTENDERS as PYTRITON
from benchmarks.program import Program

PICTURE = b"\xff\xd8\r\n--picture"


def test_the_picture_is_the_body() -> None:
    call = raw("/v1/triage")(PICTURE)

    assert (call.path, call.body) == ("/v1/triage", PICTURE)


def test_the_picture_is_a_file_of_a_form() -> None:
    call = upload("/scores", "image")(PICTURE)

    head = f"Content-Type: {call.headers['Content-Type']}\r\n\r\n".encode()
    (part,) = message_from_bytes(head + call.body, policy=HTTP).iter_parts()
    assert part.get_payload(decode=True) == PICTURE
    assert part.get_param("name", header="content-disposition") == "image"


def test_triton_takes_json_and_then_the_bytes_with_their_length() -> None:
    start = PYTRITON[0].start
    assert isinstance(start, Program)

    call = start.ask(PICTURE)

    length = int(call.headers["Inference-Header-Content-Length"])
    head, tensor = json.loads(call.body[:length]), call.body[length:]
    assert head["inputs"][0]["parameters"]["binary_data_size"] == len(tensor)
    assert tensor == len(PICTURE).to_bytes(4, "little") + PICTURE


def test_scores_are_found_in_every_kind_of_answer() -> None:
    scores = {"clip": 0.25, "resnet50": 0.5}
    inference = {"outputs": [{"name": name, "data": [score]} for name, score in scores.items()]}
    answer = {"votes": [{"voter": name, "score": score} for name, score in scores.items()]}

    assert plain_scores(json.dumps(scores).encode()) == scores
    assert columns(json.dumps(inference).encode()) == scores
    assert votes(json.dumps(answer).encode()) == scores
