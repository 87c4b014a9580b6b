"""Every payload type has one fate: the page says which, and the code does what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridtide.testing.openadr import AGREEMENT
from gridtide.wire.openadr.agreement import Terms
from gridtide.wire.openadr.called import Ask
from gridtide.wire.openadr.holding import ASKS, CAPACITIES, CURVES
from gridtide.wire.openadr.house import KINDS, SIGNALS
from gridtide.wire.openadr.meaning import meant
from gridtide.wire.openadr.payload_types import PAYLOAD_TYPES
from gridtide.wire.openadr.reporting import COUNTED
from gridtide.wire.openadr.schedule import Stretch

PAGE = Path(__file__).parents[3] / "docs" / "openadr-ven.md"
AGREED = Terms(level_kw=(0.0, 1.0, 2.0, 3.0), offset_kw=1.0, relative="reduction", is_binding=True)


def fates(kind: str) -> list[tuple[str, str]]:
    """Type and fate of each row of the table that has this type in it."""
    tables = re.findall(
        r"\| type \| what becomes of it \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text()
    )
    (rows,) = (text for text in tables if f"`{kind}`" in text)
    found = []
    for row in rows.splitlines():
        types, fate = row.strip("| ").split(" | ", 1)
        found += [(name, fate) for name in re.findall(r"`(\w+)`", types)]
    return found


def fate_of(kind: str) -> str:
    """What the code makes of a type for which everything was agreed."""
    if kind.startswith("ALERT_"):
        return "call"
    stretch = Stretch(interval=0, type=kind, values=(1,), start_s=0, end_s=60)
    agreement = AGREEMENT.__class__(site="n", zone="n", seed="n", most_kw=1e6, rated_kw=10.0)
    if meant(stretch, AGREED, agreement).value is None:
        return "kept"
    if kind in CURVES:
        return "signal" if kind in SIGNALS else "shown"
    assert kind in CAPACITIES or ASKS.get(kind, Ask.REDUCTION) in KINDS
    return "call"


def test_every_type_of_events_has_the_fate_that_the_page_says() -> None:
    """Once each; a call, a signal, a curve that is shown, or kept and never acted on."""
    told = fates("PRICE")
    assert sorted(name for name, _ in told) == sorted(PAYLOAD_TYPES)
    assert [(name, fate) for name, fate in told if not fate.startswith(fate_of(name))] == []


def test_every_type_of_reports_has_the_fate_that_the_page_says() -> None:
    """Once each; reported, or said once as not reported."""
    told = fates("USAGE")
    assert len(dict(told)) == len(told)
    assert {name for name, fate in told if fate == "reported"} == set(COUNTED)
    assert all(fate == "reported" or fate.startswith("said once") for _, fate in told)


@pytest.mark.real
@pytest.mark.parametrize(
    ("document", "kind"),
    [("event-interval-payloads", "PRICE"), ("report-payloads", "USAGE")],
)
def test_no_type_of_the_specification_is_left_out(document: str, kind: str, data_dir: Path) -> None:
    """Those of the published schemas of payloads."""
    path = data_dir.parent / "openadr" / f"{document}.schema.yaml"
    said: dict[str, Any] = yaml.safe_load(path.read_text())["definitions"]
    named = {name for name in said if name.isupper() and not name.startswith("PRIVATE")}
    assert named - {name for name, _ in fates(kind)} == set()
