"""Requests that are odd, or made to do harm, whatever picture they carry."""

from collections.abc import Callable

from tests.faults.fault import Fault, Place, Seen
from tests.faults.forms import FORM, form
from tests.faults.http import ask, get, post
from tests.faults.pictures import good_picture
from tests.faults.posted import Posted, decides, refused, told
from tests.faults.raw import exchange, request_with

PART = "Requests"
BATCH = "/v1/triage/batch"
BAD = (400, ("bad_request",))
UP_AND_OUT = "../../../etc/passwd\x00.jpg"


def pictures(count: int) -> bytes:
    """Return a batch of so many tiny pictures that are none."""
    return form(*(("images", f"{index}.jpg", b"no picture") for index in range(count)))


def batch_of_one_good_one(place: Place) -> Seen:
    """Post a batch in which one picture of three is good."""
    body = form(
        ("images", "a.jpg", good_picture()), ("images", "b.jpg", b"text"), ("images", "c", b"")
    )
    answer = post(place.url + BATCH, body, FORM)
    results = answer.json["results"]
    reasons = [", ".join(result["reasons"]) or "judged" for result in results]
    held = reasons == ["judged", "not_an_image", "empty"]
    held &= all(result["decision"] == "review" for result in results)
    return Seen(f"{answer.status}: {'; '.join(reasons)}", held)


def file_name_that_leads_elsewhere(place: Place) -> Seen:
    """Post a picture whose name goes up and out."""
    body = form(("image", UP_AND_OUT, good_picture()))
    answer = post(f"{place.url}/v1/triage", body, FORM)
    source = answer.json["frame"]["source"]
    return Seen(
        f"{told(answer)}, source {source!r}", answer.status == 200 and source == "passwd.jpg"
    )


def posted_raw(head: Callable[[Place], bytes]) -> Callable[[Place], str]:
    """Return what sends such a request, and gives back the head of what came."""

    def send(place: Place) -> str:
        return exchange(place.url, head(place)).partition(b"\r\n\r\n")[0].decode("latin-1")

    return send


def injected_id(place: Place) -> Seen:
    """Send a request id that tries to become a header, in three ways that the wire allows."""
    folded = b"X-Request-ID: mine\r\n Set-Cookie: taken=1"
    bare = b"X-Request-ID: mine\rSet-Cookie: taken=1"
    coded = b"X-Request-ID: mine%0d%0aSet-Cookie: taken=1"
    heads = [
        posted_raw(lambda _, line=line: request_with(good_picture(), line))(place)  # type: ignore[misc]
        for line in (folded, bare, coded)
    ]
    clean = not any("set-cookie" in head.lower().partition("x-request-id")[0] for head in heads)
    own = not any("mine" in head for head in heads)
    statuses = ", ".join(head.split(" ")[1] if " " in head else "closed" for head in heads)
    return Seen(f"{statuses}; no header came of it, and no id", clean and own)


def long_id(place: Place) -> Seen:
    """Send a request id that is too long to be kept."""
    answer = post(f"{place.url}/v1/triage", good_picture(), {"X-Request-ID": "a" * 5000})
    own = answer.headers["x-request-id"]
    return Seen(f"{answer.status}, the id is {len(own)} characters of ours", "a" * 65 not in own)


def two_lengths(place: Place) -> Seen:
    """Send a length and chunks in one request: what smugglers do."""
    head = (
        b"POST /v1/triage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/ensembles HTTP/1.1\r\n\r\n"
    )
    answers = exchange(place.url, head).count(b"HTTP/1.1 200")
    return Seen(f"{answers} requests smuggled", answers == 0)


def wrong_methods(place: Place) -> Seen:
    """Use every other method on the call that decides."""
    methods = ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW")
    answers = [ask(method, f"{place.url}/v1/triage") for method in methods]
    statuses = {answer.status for answer in answers}
    shaped = all(answer.json.get("reason") == "bad_request" for answer in answers)
    return Seen(f"{', '.join(map(str, sorted(statuses)))}", statuses == {405} and shaped)


def many_addresses(place: Place) -> Seen:
    """Ask for 300 addresses that are not there: no series of metrics for each."""
    get(f"{place.url}/v1/0/nothing")
    before = len(get(f"{place.url}/metrics").body)
    answers = [get(f"{place.url}/v1/{number}/nothing") for number in range(300)]
    grown = len(get(f"{place.url}/metrics").body) - before
    held = {answer.status for answer in answers} == {404} and grown < 5000
    return Seen(f"300 times 404, the page of metrics grew by {grown} bytes", held)


def many_pictures(place: Place) -> Seen:
    """Post a batch of 10,000 pictures."""
    answer = post(place.url + BATCH, pictures(10_000), FORM)
    return Seen(told(answer), answer.status == 400 and decides(answer))


FAULTS = (
    refused(
        "two-images",
        "the field `image` twice",
        Posted(
            lambda: form(("image", "a", good_picture()), ("image", "b", good_picture())),
            *BAD,
            headers=FORM,
            says="2 pictures",
        ),
        part=PART,
    ),
    refused(
        "no-image",
        "a form without the field `image`",
        Posted(lambda: form(("photo", "a", good_picture())), *BAD, headers=FORM, says="'photo'"),
        part=PART,
    ),
    refused(
        "form-without-end",
        "a form that stops before its last boundary",
        Posted(
            lambda: form(("image", "a", good_picture()), ended=False),
            400,
            ("truncated",),
            headers=FORM,
        ),
        part=PART,
    ),
    refused(
        "form-without-boundary",
        "a form whose boundary is not told",
        Posted(
            lambda: form(("image", "a", good_picture())),
            *BAD,
            headers={"Content-Type": "multipart/form-data"},
        ),
        part=PART,
    ),
    refused(
        "many-form-headers",
        "a part with 100,000 headers",
        Posted(lambda: b"--skysift-faults\r\n" + b"a: b\r\n" * 100_000, *BAD, headers=FORM),
        part=PART,
    ),
    refused(
        "unknown-parameter",
        "`?explian=true`",
        Posted(good_picture, *BAD, path="/v1/triage?explian=true", says="explain"),
        part=PART,
    ),
    refused(
        "unknown-ensemble",
        "`?ensemble=../../etc/passwd`",
        Posted(good_picture, 404, ("bad_request",), path="/v1/triage?ensemble=../../etc/passwd"),
        part=PART,
    ),
    Fault(
        "batch-of-10000",
        PART,
        "10,000 pictures in one batch",
        "400 bad_request, `review`",
        many_pictures,
    ),
    Fault(
        "mixed-batch",
        PART,
        "a batch of a picture, a letter and nothing",
        "200: one judged, two `review` with reasons",
        batch_of_one_good_one,
    ),
    Fault(
        "file-name",
        PART,
        "a file called `../../../etc/passwd`, NUL, `.jpg`",
        "judged; of the name only `passwd.jpg` is left",
        file_name_that_leads_elsewhere,
    ),
    Fault(
        "header-injection",
        PART,
        "`X-Request-ID` with a folded line, a bare CR, `%0d%0a`",
        "never a header of the answer; another id",
        injected_id,
    ),
    Fault("long-id", PART, "`X-Request-ID` of 5,000 characters", "another id", long_id),
    Fault(
        "smuggling",
        PART,
        "`Content-Length` and chunks in one request, a second request inside",
        "the second is not answered",
        two_lengths,
    ),
    Fault("methods", PART, "six wrong methods on `/v1/triage`", "405 bad_request", wrong_methods),
    Fault(
        "addresses",
        PART,
        "300 addresses that are not there",
        "404; no metrics of them",
        many_addresses,
    ),
)
