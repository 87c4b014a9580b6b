"""gridtide: computing that rises and falls with the grid."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtide.case.load import load_case
    from gridtide.finding import BadInput, Finding, Infeasible
    from gridtide.simulate.compare import compare

__version__ = "0.1.0.dev0"

_PLACES = {
    "BadInput": "gridtide.finding",
    "Finding": "gridtide.finding",
    "Infeasible": "gridtide.finding",
    "compare": "gridtide.simulate.compare",
    "load_case": "gridtide.case.load",
}

__all__ = ["BadInput", "Finding", "Infeasible", "compare", "load_case"]


def __getattr__(name: str) -> Any:
    """Names of the public face, imported when they are asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'gridtide' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
