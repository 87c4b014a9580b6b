"""The document of `gridtide ven` in words: what holds, what changed, what was left aside."""

from collections.abc import Iterator
from typing import Any

import click


def show(document: dict[str, Any]) -> None:
    """All of a document on stdout."""
    heard = "answered" if document["answered"] else "did not answer"
    click.echo(
        f"{document['vtn']} {heard} at {document['as_of']}; what holds until {document['until']}:"
    )
    for line in lines(document):
        click.echo(line)


def lines(document: dict[str, Any]) -> Iterator[str]:
    """One line a call, curve, conflict, change and finding."""
    for call in document["calls"]:
        yield _call(call)
    for curve in document["curves"]:
        yield from _curve(curve)
    if not document["calls"] and not document["curves"]:
        yield "  nothing is asked for"
    for one in document["conflicts"]:
        yield (
            f"  conflict   {one['payload_type']}: {one['followed']} ({one['value']:g}) was followed, "
            f"not {one['left']} ({one['other_value']:g}), {one['start']} to {one['end']}"
        )
    for one in document["not_acted_on"]:
        yield f"  left aside {one['event']} {one['payload_type']}: {one['why']}"
    for word in ("new", "changed", "withdrawn"):
        for name in document[word]:
            yield f"  {word:<10} {name}"
    for report in document["reported"]:
        yield reported_line(report)
    if document["lost"]:
        yield "  lost       nobody has answered for so long that what is most careful holds"


def reported_line(report: dict[str, Any]) -> str:
    """A report that was handed in."""
    resources = ", ".join(report["resources"])
    return f"  reported   {report['name']} on {report['event_id']} of {resources}"


def _call(call: dict[str, Any]) -> str:
    power = "" if call["kw"] is None else f" {call['kw']:,.0f} kW"
    binding = " (mandatory)" if call["mandatory"] else ""
    return (
        f"  {call['ask']:<12}{power} {call['start']} to {call['end'] or 'its withdrawal'}"
        f" {call['payload_type']} of {call['event'] or 'the agreement'}{binding} {call['text']}"
    ).rstrip()


def _curve(curve: dict[str, Any]) -> Iterator[str]:
    unit = f"{curve['currency'] or ''} {curve['unit']}".strip()
    yield f"  {curve['payload_type']} in {unit}"
    for piece in curve["pieces"]:
        yield f"    {piece['start']} to {piece['end'] or 'its withdrawal'} {piece['value']:g}"
