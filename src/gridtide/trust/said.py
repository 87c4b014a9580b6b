"""A sentence that knows what it says: English as it is read and kept, and the key and figures that say it elsewhere.

It is the English text to everybody who does not ask: equal, digested and written down as that. A text that came without
them, out of a record or from a device, is read back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from gridtide.trust.explain import local
from gridtide.trust.heard import heard
from gridtide.trust.phrases import PHRASES
from gridtide.trust.sentences import SENTENCES

CHINESE: Mapping[str, str] = {key: one.chinese for key, one in SENTENCES.items()} | dict(PHRASES)
"""How each sentence is said in Chinese, by its key."""
BETWEEN: Mapping[str, str] = {", ": "、", "; ": "；", ". ": "。"}


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


def in_chinese(text: str) -> str:
    """A text in Chinese; itself where nobody knows what it says."""
    value = value_of(text) or heard(text)
    return text if value is None else of_value(value)


def of_value(value: object) -> str:
    """What a value says in Chinese, as `Said.value` has it. Raises KeyError for a key that nobody knows."""
    if not isinstance(value, Mapping):
        return str(value)
    if "list" in value:
        return BETWEEN.get(value["between"], value["between"]).join(map(of_value, value["list"]))
    if "at" in value:
        there = datetime.fromisoformat(value["at"]).astimezone(ZoneInfo(value["clock"]))
        return f"{there.month}月{there.day}日 {there:%H:%M}"
    said = {name: of_value(one) for name, one in value["of"].items()}
    return CHINESE[value["key"]].format(**said)


def _plain(text: str) -> object:
    return text.value if isinstance(text, Said) else str(text)
