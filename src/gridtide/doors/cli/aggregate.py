"""`gridtide aggregate`: one call split over many members, split again where some deliver less, and scored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import Finding, Infeasible

if TYPE_CHECKING:
    from gridtide.decide.aggregate import Member, Split

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("members", type=FILE)
@click.option("--call", "call_kw", type=Number(min=0, min_open=True), required=True,
              help="What all together are to draw less, kW.")  # fmt: skip
@click.option("--confidence", type=Number(0.5, 0.9999), default=0.5, show_default=True,
              help="That what is delivered reaches the call.")  # fmt: skip
@click.option("--measured", type=FILE, help="CSV of minute, member, delivered_kw since the call.")
@click.option("--ramp", "ramp_kw_per_min", type=Number(min=0, min_open=True),
              help="Start members one after another, together no faster than this, kW/min.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write the split, or the drill, as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def aggregate(
    members: Path,
    call_kw: float,
    confidence: float,
    measured: Path | None,
    ramp_kw_per_min: float | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Split a call over MEMBERS at least cost. Ends with 3 where it cannot be met, and says what lacks."""
    from gridtide.case.members import read_members
    from gridtide.decide.aggregate import split

    known = read_members(members)
    first = split(call_kw, known, confidence)
    found = _document(known, first, confidence, ramp_kw_per_min)
    lacking_kw = first.lacking_kw
    if measured is not None:
        found.update(_drill(known, first, measured, confidence))
        lacking_kw = found["split_again"]["lacking_kw"]
    tell(found, "aggregate.js", page, as_json, _show)
    if lacking_kw > 0.0:
        raise Infeasible([_lacks(call_kw, lacking_kw)])


def _lacks(call_kw: float, lacking_kw: float) -> Finding:
    return Finding(
        subject="the call",
        value=f"{call_kw:,.1f} kW, of which {lacking_kw:,.1f} kW lack",
        limit=f"at most {call_kw - lacking_kw:,.1f} kW with this confidence",
        mend="Call for less, with less confidence, or more members.",
    )


def _document(
    members: "tuple[Member, ...]", told: "Split", confidence: float, ramp: float | None
) -> dict[str, Any]:
    from gridtide.grid.stagger import queued_starts_s

    starts = queued_starts_s(told.told_kw, ramp) if ramp is not None else None
    rows = [
        {
            "member": one.name,
            "told_kw": kw,
            "expected_kw": told.expects_kw[number],
            "start_s": starts[number] if starts is not None else None,
        }
        for number, (one, kw) in enumerate(zip(members, told.told_kw, strict=True))
    ]
    return {
        "call_kw": told.call_kw,
        "confidence": confidence,
        "told_kw": sum(told.told_kw),
        "expected_kw": told.expected_kw,
        "sure_kw": told.sure_kw,
        "lacking_kw": told.lacking_kw,
        "cost_per_h": told.cost_per_h,
        "bound_per_h": told.bound_per_h,
        "members": rows,
    }


def _drill(
    members: "tuple[Member, ...]", told: "Split", path: Path, confidence: float
) -> dict[str, Any]:
    """What came, scores of who was told what, and the call split again by what was measured last."""
    from dataclasses import asdict

    from gridtide.decide.aggregate import split_again
    from gridtide.doors.cli.delivered import delivered_in
    from gridtide.settle.drill import scored

    series, step_min = delivered_in(path, {one.name for one in members})
    by_name = {one.name: kw for one, kw in zip(members, told.told_kw, strict=True)}
    last = {name: values[-1] for name, values in series.items()}
    again = split_again(told.call_kw, members, told.told_kw, last, confidence)
    steps = max(map(len, series.values()))
    silent = [name for name, kw in by_name.items() if kw > 0.0 and name not in series]
    return {
        "delivered": {
            "minutes": [step_min * step for step in range(steps)],
            "step_min": step_min,
            "by_member_kw": series,
        },
        "drill": [asdict(one) for one in scored(by_name, series, step_min)],
        "split_again": _document(members, again, confidence, None),
        "notes": [
            f"{name} was told and has no row in {path.name}: scored as nothing, split again by its record"
            for name in silent
        ],
    }


def _show(found: dict[str, Any]) -> None:
    """In words, with a row a member that is told anything."""
    from gridtide.doors.cli.aggregate_words import show

    show(found)
