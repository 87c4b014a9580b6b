"""What a site agent must not forget, in a file that is whole at every instant."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import inf, isinf
from pathlib import Path

from gridtide.doors.whole_file import write_whole
from gridtide.finding import BadInput, Finding
from gridtide.loop.site_agent import AgentMemory
from gridtide.trust.bounds import Bounds
from gridtide.wire.acts import outcome_of
from gridtide.wire.gate import gate_json, gate_of
from gridtide.wire.nouns import plain


class MemoryFile:
    """A file that is replaced as a whole and on the disk before `write` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, memory: AgentMemory) -> None:
        """Replace the file. Raises OSError, and then it is as it was."""
        value = {
            "gate": gate_json(memory.gate),
            "begun": dict(memory.begun),
            "pending": [plain(one) for one in memory.pending.values()],
            "frozen": memory.frozen,
            "bounds": {name: _said(one) for name, one in memory.bounds.items()},
        }
        write_whole(self.path, json.dumps(value, ensure_ascii=False, allow_nan=False))

    def read(self, bounds: Mapping[str, Bounds]) -> AgentMemory:
        """What was kept, empty where nothing was. bounds: of the agent's file; the narrower of both hold. Raises
        BadInput: what was frozen or narrowed by people is not forgotten because a file cannot be read."""
        try:
            value = json.loads(self.path.read_bytes().decode())
        except FileNotFoundError:
            return AgentMemory(bounds=dict(bounds))
        except (OSError, ValueError, RecursionError) as fault:
            raise BadInput([_unreadable(self.path, str(fault))]) from None
        try:
            pending = [outcome_of(one) for one in value["pending"]]
            narrower = {
                name: _narrower(one, value["bounds"].get(name, {})) for name, one in bounds.items()
            }
            return AgentMemory(
                gate=gate_of(value["gate"]),
                begun={str(key): str(one) for key, one in value["begun"].items()},
                pending={one.ticket: one for one in pending},
                frozen=str(value["frozen"]),
                bounds=narrower,
            )
        except (KeyError, TypeError, AttributeError, BadInput) as fault:
            raise BadInput([_unreadable(self.path, str(fault))]) from None


def _said(bounds: Bounds) -> dict[str, object]:
    return {
        key: one for key, one in plain(bounds).items() if isinstance(one, float) and not isinf(one)
    }


def _narrower(bounds: Bounds, kept: Mapping[str, float]) -> Bounds:
    """The higher of two floors and the lower of two ceilings."""
    both = {
        key: max(float(getattr(bounds, key)), float(kept.get(key, -inf)))
        if "_min" in key
        else min(float(getattr(bounds, key)), float(kept.get(key, inf)))
        for key in plain(bounds)
    }
    return replace(bounds, **both)


def _unreadable(path: Path, said: str) -> Finding:
    return Finding(
        subject=str(path),
        value=said[:200],
        limit="the file as the agent wrote it",
        mend="Restore it from a copy; or read every device back, release what is held, and remove it.",
    )
