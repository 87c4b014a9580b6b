"""A JSON document as a file that is there whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Written beside its place, then moved there."""
    part = path.with_name(path.name + ".part")
    part.write_text(
        json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    os.replace(part, path)
