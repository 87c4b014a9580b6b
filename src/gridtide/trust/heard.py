"""What does a text say, where nothing but its English is left? Read back by the sentences it was made with.

Records, plans, devices and other processes hand on plain text. The tables that know how a sentence is said in Chinese
know its English form too: its words in order, figures between them. One pass over a text for each form, no search.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from gridtide.trust.phrases import PHRASES
from gridtide.trust.sentences import SENTENCES

LONGEST = 600
"""Letters of a sentence that is read."""
MOST_SENTENCES = 12
STOP = ". "
ANY = ("move_power", "change_beyond", "other_slots", "laid_aside", "power_at")
"""Sentences whose words are figures too: PHRASES has each way they come out."""
DEEPEST = 8
"""Sentences within figures of sentences."""
MOST_READINGS = 400
"""Texts within a text that are looked at: whatever comes, it is read in some hundredths of a second."""
NUMERIC = "_n"
"""Ends the names of figures that begin with a digit."""
ONE = ("site", "place", "job")
"""Names of figures that are one name."""
WORD = re.compile(r"(?<![\w.-])[a-z][a-z']+(?![\w-])|\b[A-Z][a-z]{2} (?=\d)")
"""A word of English, and no name or code; and a day or a month."""
NUMBER = re.compile(r"[-+−]?(\d|(nan|inf)\b)")


class Form(NamedTuple):
    """A sentence taken apart. words: the texts around its figures, one more than these. names: of its figures.
    longest: of its words, which every text of this form holds."""

    key: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    longest: str

    @property
    def is_weak(self) -> bool:
        """Whether it has no words of its own, only signs: then a figure must say something."""
        return not any(sign.isalpha() for sign in "".join(self.words))


def form_of(key: str, english: str) -> Form:
    """A sentence with figures in braces, taken apart. Raises ValueError where two figures touch."""
    words, names = [""], list[str]()
    for part in english.replace("{", "\0{").split("\0"):
        if part.startswith("{"):
            name, _, after = part[1:].partition("}")
            names.append(name)
            words.append(after)
        else:
            words[-1] += part
    if any(not one for one in words[1:-1]):
        raise ValueError(f"two figures of {english!r} touch: nobody can read where one ends")
    return Form(key, tuple(words), tuple(names), max(words, key=len))


def _forms() -> tuple[Form, ...]:
    """Every form that can be read back, those with most words of their own first."""
    known = {key: one.english for key, one in SENTENCES.items() if key not in ANY}
    known |= {english: english for english in PHRASES}
    forms = (form_of(key, english) for key, english in known.items())
    return tuple(sorted(forms, key=lambda one: -sum(map(len, one.words))))


@lru_cache(maxsize=1)
def _known() -> tuple[Form, ...]:
    return _forms()


@lru_cache(maxsize=4_096)
def heard(text: str) -> object:
    """What a text says, as `Said.value` has it: a key with its figures; None where no sentence reads so."""
    if not text.isprintable():
        return None
    parts = text.split(STOP) if len(text) <= MOST_SENTENCES * LONGEST else []
    looked_at = dict[str, _Reading]()
    short = [part for part in parts[:MOST_SENTENCES] if len(part) <= LONGEST]
    said = [_read(part, 0, looked_at).value for part in short]
    if len(said) != len(parts) or all(one is None for one in said):
        return None
    values = [part if one is None else one for part, one in zip(parts, said, strict=True)]
    return values[0] if len(values) == 1 else {"list": values, "between": STOP}


class _Reading(NamedTuple):
    """value: what a text says, None unread. unread: its English words that no sentence explains."""

    value: object
    unread: int


def _read(text: str, depth: int, looked_at: dict[str, _Reading]) -> _Reading:
    """The reading that leaves fewest words unread; of equal ones that with most words of its own. looked_at: what was
    read on the way here."""
    if text in looked_at:
        return looked_at[text]
    best = _Reading(None, len(WORD.findall(text)))
    if depth > DEEPEST or not best.unread or len(looked_at) >= MOST_READINGS:
        return best
    looked_at[text] = best
    for form in _known():
        if form.longest not in text or (found := figures(form, text)) is None:
            continue
        parts = {name: _read(part, depth + 1, looked_at) for name, part in found.items()}
        if form.is_weak and all(one.value is None for one in parts.values()):
            continue
        unread = sum(one.unread for one in parts.values())
        if best.value is None or unread < best.unread:
            said = {
                name: found[name] if one.value is None else one.value for name, one in parts.items()
            }
            best = _Reading({"key": form.key, "of": said}, unread)
            looked_at[text] = best
            if not unread:
                break
    return best


def figures(form: Form, text: str) -> dict[str, str] | None:
    """The figures of a text of that form; None where it is of another. Each ends where the words after it begin
    first, the last one where the text ends on its words."""
    first, *between = form.words
    if not text.startswith(first):
        return None
    if not between:
        return {} if text == first else None
    found, at = dict[str, str](), len(first)
    for name, words in zip(form.names, between[:-1], strict=False):
        end = text.find(words, at + 1)
        if end < 0:
            return None
        found[name], at = text[at:end], end + len(words)
    last = len(text) - len(between[-1])
    if last <= at or not text.endswith(between[-1]):
        return None
    found[form.names[-1]] = text[at:last]
    return found if all(_may_be(name, part) for name, part in found.items()) else None


def _may_be(name: str, part: str) -> bool:
    """Whether a text can be the figure of a name: a number begins with a digit, a name is one and no list."""
    if name in ONE:
        return ", " not in part
    return NUMBER.match(part) is not None if name.endswith(NUMERIC) else True
