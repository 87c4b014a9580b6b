"""A sentence that knows what it says: English as it is read and kept, and the key and figures that say it elsewhere.

It is the English text to everybody who does not ask: equal, digested and written down as that.
"""

from collections.abc import Iterable
from datetime import datetime

from gridtide.trust.explain import local
from gridtide.trust.sentences import SENTENCES


class Said(str):
    """A text with what it says, plain for JSON: a key of SENTENCES with its figures, a list, or an instant."""

    value: object


def say(key: str, **figures: str) -> Said:
    """The sentence of a key. figures: what stands in its places, written as both languages write it, or said itself.

    Raises KeyError for a key or a figure that is missing.
    """
    said = Said(SENTENCES[key].english.format(**figures))
    said.value = {"key": key, "of": {name: _plain(one) for name, one in figures.items()}}
    return said


def listed(parts: Iterable[str], between: str = "; ") -> Said:
    """Texts one after the other."""
    texts = tuple(parts)
    said = Said(between.join(texts))
    said.value = {"list": [_plain(one) for one in texts], "between": between}
    return said


def at_instant(moment: datetime, clock: str) -> Said:
    """An instant on the clock of an IANA zone, to the minute."""
    said = Said(local(moment, clock))
    said.value = {"at": moment.isoformat(), "clock": clock}
    return said


def value_of(text: str) -> object:
    """What a text says, plain for JSON; None where nobody knows more than the text."""
    return text.value if isinstance(text, Said) else None


def _plain(text: str) -> object:
    return text.value if isinstance(text, Said) else str(text)
