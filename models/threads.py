"""How the threads of one process share its cores."""

from dataclasses import dataclass
from typing import Self

MOST_OF_A_SESSION = 4
"""More threads per session buy little latency for one picture and cost CPU on all of them."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Threads of each kind; those that judge use the cores once: `session * judge` of them.

    Sessions come first: with two cores, one judgement on both answers a client that is alone in
    two thirds of the time of one core each, and costs no more CPU (benchmarks/README.md). Decoders
    share the same cores: their work is the smaller part, and judgements wait for it.

    Args:
        session: Of one ONNX Runtime session.
        judge: Judgements at once.
        decode: Pictures decoded at once.
    """

    session: int
    judge: int
    decode: int

    @classmethod
    def sharing(cls, cores: int) -> Self:
        """Return the threads of a process that may use so many cores, at least 1."""
        judge = -(-cores // MOST_OF_A_SESSION)
        return cls(session=cores // judge, judge=judge, decode=cores)
