"""A file that is there whole or not at all."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gridtide.finding import BadInput, Finding


def write_document(path: Path, document: dict[str, Any]) -> None:
    """A JSON document, written whole. Raises BadInput where the path takes no file."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Written beside its place, then moved there. Raises BadInput where the path takes no file."""
    part = path.with_name(path.name + ".part")
    try:
        with taken_by(path):
            part.write_text(text, encoding="utf-8")
            os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink()


def refuse_if_none_fits(path: Path) -> None:
    """Raises BadInput where a path takes no file as things stand; nothing is written."""
    if path.is_dir():
        fault = errno.EISDIR
    elif not path.parent.is_dir():
        fault = errno.ENOTDIR if path.parent.exists() else errno.ENOENT
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        fault = errno.EACCES
    else:
        return
    with taken_by(path):
        raise OSError(fault, os.strerror(fault))


@contextmanager
def taken_by(path: Path) -> Iterator[None]:
    """Writing a file that a person named: BadInput, with its path, where that takes none."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=error.strerror or "cannot be written",
                    limit="a file in a folder that exists and can be written",
                    mend="Check the path.",
                )
            ]
        ) from error
