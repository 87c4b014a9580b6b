"""Which loops must be fast? Plain arrays in, plain arrays out; the only room that imports numba.

Compiled code is kept in a folder of the user's cache named by the hash of the sources of `physics` and
`kernels`, because numba does not notice when a function that it inlined from another file has changed.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOMS = ("physics", "kernels")


def source_hash() -> str:
    """Sixteen hexadecimal digits over the sources that compiled code depends on."""
    hasher = hashlib.sha256()
    house = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        for path in sorted((house / room).glob("*.py")):
            hasher.update(path.name.encode())
            hasher.update(path.read_bytes())
    return hasher.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled code is kept: $GRIDTIDE_CACHE, else the user's cache folder."""
    named = os.environ.get("GRIDTIDE_CACHE")
    if named:
        return Path(named) / source_hash()
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "gridtide" / source_hash()


def compiles_first_time() -> bool:
    """Whether nothing was compiled for these sources yet, so that the first call will take a while."""
    folder = cache_folder()
    return not folder.is_dir() or not any(folder.rglob("*.nbc"))


def _point_numba_at(folder: Path) -> None:
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)


_point_numba_at(cache_folder())
