"""Requests to the Kimi assistant, one row each (Qin et al., FAST 2025; Mooncake traces).

Two layouts: the vendor's JSON lines (`timestamp` in ms since the start, `input_length`, `output_length`,
`hash_ids`) and a Parquet copy. The trace has no dates.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.demand import DemandTrace, demand_of_requests
from gridtide.sources import (
    LATEST_S,
    SHOWN_ROWS,
    Table,
    content_of,
    numbers,
    open_table,
    repeats,
    text_of,
    window_faults,
)

NAME_MAP = {"t_s": "time", "input_tokens": "input", "output_tokens": "output"}
JSON_KEYS = {"timestamp": "time", "input_length": "input", "output_length": "output"}
MOST_TOKENS = 1e9


@dataclass(frozen=True, kw_only=True)
class MooncakeRequests:
    """A request trace as rates per window."""

    path: Path
    window_s: int = 60

    def read(self) -> DemandTrace:
        """Mean rates of requests and tokens in whole windows. Raises BadInput with every fault found."""
        if content_of(self.path).startswith(b"PAR1"):
            table, per_second = open_table(self.path, NAME_MAP), 1.0
        else:
            table, per_second = _lines_of(self.path), 1_000.0
        faults: list[Finding] = []
        at_s = numbers(table, "time", faults, least=0.0, most=LATEST_S) / per_second
        tokens = [
            numbers(table, name, faults, least=0.0, most=MOST_TOKENS)
            for name in ("input", "output")
        ]
        refuse_if_any(faults)
        refuse_if_any(window_faults(table, at_s, self.window_s))
        order = np.argsort(at_s, kind="stable")
        return demand_of_requests(
            at_s=at_s[order],
            input_tokens=tokens[0][order],
            output_tokens=tokens[1][order],
            window_s=self.window_s,
            anchored=False,
            source=f"{Path(self.path).name} (Mooncake)",
            notes=(*repeats(table), "the trace starts at 0 and has no dates"),
        )


def _lines_of(path: Path) -> Table:
    """The JSON lines as a table of texts, one row per request."""
    import polars as pl

    rows: list[dict[str, str]] = []
    at: list[int] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        request = _request(line)
        if isinstance(request, str):
            wrong.append((number, request))
        else:
            rows.append(request)
            at.append(number)
    refuse_if_any(_line_faults(path, wrong, any_rows=bool(rows)))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(JSON_KEYS.values(), pl.String))
    return Table(source=str(path), frame=frame, numbers=np.asarray(at, dtype=np.int64), word="line")


def _request(line: str) -> dict[str, str] | str:
    """The fields of one line as texts, or what is wrong with it."""
    try:
        entry: Any = json.loads(line)
    except RecursionError:
        return "is nested too deeply"
    except ValueError:
        return "is no whole JSON"
    if not isinstance(entry, dict):
        return f"is {type(entry).__name__}, not an object"
    lacking = [key for key in JSON_KEYS if not _is_number(entry.get(key))]
    if lacking:
        return f"has no number as {', '.join(lacking)}"
    return {ours: str(entry[theirs]) for theirs, ours in JSON_KEYS.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18
    )


def _line_faults(path: Path, wrong: list[tuple[int, str]], *, any_rows: bool) -> list[Finding]:
    limit = f"an object with {', '.join(JSON_KEYS)}"
    mend = "Export it again; it may be cut short."
    faults = [
        Finding(subject=f"{path} line {number}", value=value, limit=limit, mend=mend)
        for number, value in wrong[:SHOWN_ROWS]
    ]
    if len(wrong) > SHOWN_ROWS:
        value = f"{len(wrong) - SHOWN_ROWS} more lines with a fault"
        faults.append(Finding(subject=str(path), value=value, limit=limit, mend=mend))
    if not wrong and not any_rows:
        faults.append(Finding(subject=str(path), value="has no lines", limit=limit, mend=mend))
    return faults
