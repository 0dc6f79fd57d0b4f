"""The examples that the OpenAPI document and its page show."""

from typing import Any

Example = dict[str, Any]

DIGEST = "9f2c64a1d0b74b0fa7f6a3f1f9d2c8e4b5a60718293a4b5c6d7e8f9012345678"
FRAME_ID = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
REQUEST_ID = "5f0c7f0e5b0a4f6c8a3a0c1d2e3f4a5b"

_VOTE: Example = {
    "voter": "specialist",
    "score": 0.83,
    "threshold": 0.3,
    "floor": None,
    "answer": "yes",
    "reason": None,
}
_FRAME: Example = {
    "id": FRAME_ID,
    "source": "DJI_0042.JPG",
    "width_px": 4000,
    "height_px": 3000,
    "captured_at": "2026-05-01T09:30:00",
    "latitude": 47.37,
    "longitude": 8.54,
    "altitude_m": 512.0,
}
_JUDGED: Example = {
    "decision": "review",
    "settled": True,
    "reasons": [],
    "votes": [_VOTE],
    "skipped": ["clip", "resnet50"],
    "box": None,
    "frame": _FRAME,
    "full_ballot": False,
}
_BROKEN: Example = {
    "decision": "review",
    "settled": False,
    "reasons": ["truncated"],
    "votes": [],
    "skipped": [],
    "box": None,
    "frame": None,
    "full_ballot": False,
}
_SIGNED: Example = {
    "ensemble": "demo",
    "digest": DIGEST,
    "certificate_id": None,
    "certificate_status": "none",
    "request_id": REQUEST_ID,
    "latency_seconds": 0.031,
}

TRIAGE_EXAMPLE: Example = _JUDGED | _SIGNED
BATCH_EXAMPLE: Example = {
    "results": [
        _JUDGED | {"index": 0, "source": "DJI_0042.JPG", "error": None},
        _BROKEN
        | {
            "index": 1,
            "source": "DJI_0043.JPG",
            "error": "the picture is cut short: its 71302 bytes end too early",
        },
    ],
} | _SIGNED
ENSEMBLE_EXAMPLE: Example = {
    "name": "demo",
    "target": "hiker",
    "default": True,
    "rule": {"name": "or", "weights": {"specialist": 1, "clip": 1, "resnet50": 1}, "needed": 1},
    "voters": [
        {
            "name": "specialist",
            "kind": "onnx",
            "threshold": 0.3,
            "floor": None,
            "timeout_ms": 10000,
        },
        {"name": "clip", "kind": "clip", "threshold": 0.55, "floor": None, "timeout_ms": 10000},
        {
            "name": "resnet50",
            "kind": "resnet50",
            "threshold": 0.1,
            "floor": None,
            "timeout_ms": 10000,
        },
    ],
    "order": "listed",
    "asked_first": ["specialist", "clip", "resnet50"],
    "views": "whole",
    "full_ballots": 0.02,
    "digest": DIGEST,
    "certificate_id": None,
    "certificate_status": "none",
    "certificate_reason": "the ensemble file names no certificate: its recall is not certified",
    "live_recall": {
        "kept": 212,
        "missed": 3,
        "lower_bound": 0.952,
        "evidence": None,
        "limit": 20.0,
    },
    "on_drift": None,
    "judged_by": "demo",
    "shadow": None,
}
LABELS_EXAMPLE: Example = {
    "labels": [
        {
            "frame": FRAME_ID,
            "label": "positive",
            "object": "hiker-3",
            "by": "anna",
            "at": "2026-05-01T10:15:00Z",
        }
    ]
}
LABELS_ANSWER_EXAMPLE: Example = {
    "ensemble": "demo",
    "received": 1,
    "new": 1,
    "counted": 1,
    "request_id": REQUEST_ID,
}
ERROR_EXAMPLE: Example = {
    "error": "the picture is cut short: its 71302 bytes end too early",
    "reason": "truncated",
    "decision": "review",
    "request_id": REQUEST_ID,
}
