"""Cells that are no numbers, or numbers only by mistake."""

import re

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.raw import Raw

NAME = "numbers"
POINTED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")


def numbers(raw: Raw) -> Check:
    """A decimal comma, a sign between thousands, a word, an infinite value."""
    if raw.words:
        at = np.asarray(sorted(raw.words))
        return decide(
            NAME, raw, at, f"{len(at)} cells are no numbers, such as {raw.words[int(at[0])]!r}",
            _mend(list(raw.words.values())),
        )  # fmt: skip
    wrong = np.flatnonzero(np.isinf(raw.values))
    if len(wrong):
        return decide(
            NAME, raw, wrong, f"{len(wrong)} values are infinite", "Correct or empty these cells."
        )
    return passed(NAME, "every value is finite or empty")


def _mend(words: list[str]) -> str:
    if any("," in word for word in words):
        return "Write a decimal point, and no sign between thousands."
    if all(POINTED.fullmatch(word) for word in words):
        return "These points stand between thousands, so they read a thousand times too small; remove them."
    return "Correct or empty these cells."
