"""Values of several registers: which half comes first is a matter of make; octets inside a register never are."""

import struct
from collections.abc import Sequence
from typing import Literal

WordOrder = Literal["high first", "low first"]


def words_of(order: WordOrder, octets: bytes) -> list[int]:
    """Registers that hold some octets, an even number of them."""
    words = [int.from_bytes(octets[k : k + 2], "big") for k in range(0, len(octets), 2)]
    return words if order == "high first" else words[::-1]


def octets_of(order: WordOrder, words: Sequence[int]) -> bytes:
    """The octets in some registers."""
    ordered = words if order == "high first" else words[::-1]
    return b"".join(word.to_bytes(2, "big") for word in ordered)


def single(value: float) -> float:
    """What four octets can hold; what is too large is infinite."""
    try:
        struct.pack(">f", value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return value
