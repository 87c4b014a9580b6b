"""Names of nodes as Slurm writes several in one word: `n1,gpu[03-05,9]`."""

import re
from collections.abc import Iterator
from itertools import product

NODES_MOST = 2_000
"""No job here runs on more."""
_PART = re.compile(r"\[([\d,-]+)\]|([^\[\],]+)")
_WORD = re.compile(r"(?:\[[\d,-]+\]|[^\[\],]+)+")


def nodes_in(text: str) -> tuple[str, ...]:
    """Every name of a list, in its order; none where it is empty, no list, or names more than 2,000."""
    words = _WORD.findall(text)
    if ",".join(words) != text:
        return ()
    found: list[str] = []
    for word in words:
        for name in _names(word):
            found.append(name)
            if len(found) > NODES_MOST:
                return ()
    return tuple(found)


def _names(word: str) -> Iterator[str]:
    """Every name that one word stands for."""
    parts = [list(_numbers(ranges)) if ranges else [text] for ranges, text in _PART.findall(word)]
    for chosen in product(*parts):
        yield "".join(chosen)


def _numbers(ranges: str) -> Iterator[str]:
    """Every number of `03-05,9`, with the zeros of the first; of a range beyond what is named, some more than that."""
    for one in ranges.split(","):
        first, _, last = one.partition("-")
        if first.isdigit() and (last or first).isdigit():
            most = min(int(last or first), int(first) + NODES_MOST)
            for number in range(int(first), most + 1):
                yield str(number).zfill(len(first))
