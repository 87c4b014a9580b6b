"""Files that a study names, and what is in them: an answer stands for what they held when it was made."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.finding import InputError

CHUNK = 1 << 20


def files_digest(named: Iterable[str], content: Any, file: Path) -> str:
    """One digest of all files that are named in the content of a file, in files of TOML that it names, or in values
    besides; of the file itself where it is a folder. What is named and is not there is the study's to say."""
    places: dict[Path, str] = {}
    texts = [*named, *_texts(content)]
    if file.is_dir() or not content:
        texts.append(file.name)
    _gather(texts, file.parent, places)
    whole = hashlib.sha256()
    for place in sorted(places):
        whole.update(f"{place.name} {places[place]}\n".encode())
    return whole.hexdigest()


def _gather(texts: Iterable[str], folder: Path, places: dict[Path, str]) -> None:
    for text in texts:
        for place in _files_at(text, folder):
            if place in places:
                continue
            places[place] = _digest(place)
            if place.suffix == ".toml":
                _gather(_texts(_toml(place)), place.parent, places)


def _files_at(text: str, folder: Path) -> Iterator[Path]:
    """The file of a text, or the files of the folder that it names."""
    if not text.strip("./ "):
        return
    try:
        place = resolved(text, folder)
        if place.is_file():
            yield place.resolve()
        elif place.is_dir():
            yield from (one.resolve() for one in sorted(place.iterdir()) if one.is_file())
    except (InputError, OSError, ValueError):
        return


def _toml(place: Path) -> Mapping[str, Any]:
    try:
        return toml_of(place, "TOML")
    except InputError:
        return {}


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)


def _digest(place: Path) -> str:
    found = hashlib.sha256()
    with open(place, "rb") as read:
        while piece := read.read(CHUNK):
            found.update(piece)
    return found.hexdigest()
