"""What members of an aggregator delivered since a call, out of a CSV file."""

import csv
import math
from itertools import pairwise
from pathlib import Path

from gridtide.finding import BadInput, Finding

COLUMNS = ("minute", "member", "delivered_kw")


def delivered_in(path: Path, known: set[str]) -> tuple[dict[str, list[float]], float]:
    """Delivered power, kW, by member in equal steps from the call on, and their minutes.

    known: names a row may have. A member without a row in a step delivered nothing. Raises BadInput with every fault.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows, heads = list(reader), reader.fieldnames or ()
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        raise BadInput([_fault(str(path), why, "a CSV file in UTF-8")]) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput([_fault(str(path), str(error), "a CSV file in UTF-8")]) from None
    missing = [name for name in COLUMNS if name not in heads]
    if missing:
        limit = f"columns {', '.join(COLUMNS)}"
        raise BadInput([_fault(path.name, f"no column {', '.join(missing)}", limit)])
    faults: list[Finding] = []
    cells: dict[tuple[str, float], float] = {}
    for number, row in enumerate(rows, start=2):
        found = _cell(row, known, f"{path.name} row {number}")
        if isinstance(found, Finding):
            faults.append(found)
        elif found[:2] in cells:
            what = f"{found[0]} at {found[1]:g}"
            faults.append(_fault(f"{path.name} row {number}", what, "one row a member and minute"))
        else:
            cells[found[:2]] = found[2]
    minutes = sorted({minute for _, minute in cells})
    gaps = {round(later - before, 6) for before, later in pairwise(minutes)}
    if not minutes or len(gaps) > 1:
        faults.append(_fault(path.name, f"{len(minutes)} instants", "equal steps from the call on"))
    if faults:
        raise BadInput(faults)
    names = sorted({name for name, _ in cells})
    series = {name: [cells.get((name, minute), 0.0) for minute in minutes] for name in names}
    return series, gaps.pop() if gaps else 1.0


def _cell(row: dict[str, str], known: set[str], where: str) -> tuple[str, float, float] | Finding:
    """Member, minute and power of a row, or what is wrong with it."""
    name = row.get("member") or ""
    if name not in known:
        return _fault(where, repr(name), "a member of the list")
    try:
        minute, kw = float(row.get("minute") or "nan"), float(row.get("delivered_kw") or "nan")
    except ValueError:
        minute = kw = math.nan
    if not (math.isfinite(minute) and math.isfinite(kw)):
        said = f"{row.get('minute')!r} and {row.get('delivered_kw')!r}"
        return _fault(where, said, "numbers as minute and delivered_kw")
    if minute < 0.0:
        return _fault(where, f"minute {minute:g}", "0 or more, since the call")
    return name, minute, kw


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=subject, value=value, limit=limit, mend="Correct it; docs/aggregate.md says how."
    )
