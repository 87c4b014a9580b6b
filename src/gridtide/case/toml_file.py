"""The table of a TOML file that somebody wrote."""

import tomllib
from pathlib import Path
from typing import Any

from gridtide.finding import BadInput, Finding


def toml_of(path: Path, limit: str) -> dict[str, Any]:
    """Raises BadInput for what cannot be read or is no TOML. limit: what the file should be."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=str(reason or "cannot be read"),
                    limit=limit,
                    mend="Check path and text.",
                )
            ]
        ) from None
