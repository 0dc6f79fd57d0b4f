"""What people post instead of a picture."""

from tests.faults.pictures import good_picture
from tests.faults.posted import Posted, refused

FAULTS = (
    refused("empty", "an empty body", Posted(lambda: b"", 400, ("empty",))),
    refused("text", "a letter", Posted(lambda: b"Dear sir or madam,", 415, ("not_an_image",))),
    refused(
        "truncated-jpeg",
        "the first half of a JPEG",
        Posted(lambda: good_picture()[: len(good_picture()) // 2], 400, ("truncated",)),
    ),
)
