"""The report on operation modes as text in Markdown, as it is handed in."""

from collections.abc import Iterator
from typing import Any


def report_text(found: dict[str, Any]) -> str:
    """The whole report: summary, the set of modes, each mode, the worst losses with measures, what is cut off."""
    return "\n".join([*_lines(found), ""])


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"# Operation modes of {found['of']}"
    yield ""
    yield " ".join(found["summary"])
    yield from ("", "## The set", "")
    yield "| # | mode | hour | load, kW | sun and wind, kW | fleet | losses that overload | worst, % |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found["modes"]:
        worst = "–" if one["worst"] is None else f"{100.0 * one['worst']['loading']:.1f}"
        yield (
            f"| {one['number']} | {one['mode']} | {one['at']} | {one['load_kw']:,.0f} | {one['weather_kw']:,.0f} |"
            f" {one['response']} | {one['overloading']} | {worst} |"
        )
    yield from ("", "## The worst losses and what is proposed", "")
    for number, one in enumerate(found["worst"], 1):
        yield f"{number}. {' '.join(one['text'])}"
    for one in found["islanding"]:
        yield f"- The loss of {one['lost']} cuts off {one['load_kw']:,.0f} kW ({one['mode']})."
    yield from ("", "## Mode by mode", "")
    for one in found["modes"]:
        yield f"### {one['number']} {one['mode']}, fleet: {one['response']}"
        yield from ("", " ".join(one["text"]), "")
    yield from ("## What this rests on", "")
    for note in found["notes"]:
        yield f"- {note}"
