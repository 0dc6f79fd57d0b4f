"""How the threads of one process share its cores."""

from dataclasses import dataclass
from typing import Self

MOST_OF_A_SESSION = 4
"""More threads per session buy little latency for one picture and cost CPU on all of them."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Threads of each kind; those that judge use the cores once: `session * judge` of them.

    Decoders share the same cores: their work is the smaller part, and judgements wait for it.

    Args:
        session: Of one ONNX Runtime session.
        judge: Judgements at once.
        decode: Pictures decoded at once.
    """

    session: int
    judge: int
    decode: int

    @classmethod
    def for_many(cls, cores: int) -> Self:
        """Return the threads of a process that answers many callers on a CPU.

        A core to each judgement costs a tenth less CPU than sessions whose threads wait for each
        other, and loses only to a client that is alone (benchmarks/README.md).
        """
        return cls(session=1, judge=cores, decode=cores)

    @classmethod
    def sharing(cls, cores: int) -> Self:
        """Return the threads of a process that judges one batch after the other, or on a GPU.

        Sessions come first: with one caller nothing else would use the cores, and a GPU wants few
        and large batches.
        """
        judge = -(-cores // MOST_OF_A_SESSION)
        return cls(session=cores // judge, judge=judge, decode=cores)
