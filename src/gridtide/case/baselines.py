"""Baselines of programmes, from `baselines.toml` or a file of its form, every fault at once."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gridtide.case.name import Name
from gridtide.case.rule_file import read_rules
from gridtide.case.schema import Share, Table
from gridtide.finding import BadInput, Finding
from gridtide.settle.baseline_rule import Adjust, BaselineRule, Programme, Select
from gridtide.sources import zone_faults

Days = Annotated[int, Field(ge=1, le=400)]
Span = Annotated[float, Field(ge=0, le=48, allow_inf_nan=False)]


class RecordTable(Table):
    """Where a rule comes from."""

    status: Literal["in force", "superseded", "proposed"]
    source: Annotated[str, Field(min_length=1)]
    primary: bool
    mark: Literal["quoted", "checked", "unverified"]
    unverified: tuple[str, ...] = ()


class ProgrammeTable(RecordTable):
    """One programme."""

    title: str
    market: str
    clock: Name | None = None
    edition: str
    select: Select
    pool_days: Days = 10
    kept_days: Days = 10
    weekend_pool_days: Days = 4
    weekend_kept_days: Days = 4
    lookback_days: Days = 45
    least_days: Days = 5
    low_usage_share: Share = 0.0
    adjust: Adjust = Adjust.NONE
    adjust_from_h: Span = 4.0
    adjust_to_h: Span = 2.0
    ratio_min: Annotated[float, Field(ge=0, le=1)] = 0.8
    ratio_max: Annotated[float, Field(ge=1, le=10)] = 1.2
    additive_max_share: Share | None = None
    apart_h: Span = 1.0
    before_h: Span = 3.0
    after_h: Span = 2.0
    gate_rrmse: Share | None = None
    window_quantile: Share = 0.95
    loss_share: Share = 0.0


RECORD = {*RecordTable.model_fields, "title", "market", "clock", "edition"}


def programmes(path: Path | None = None) -> dict[str, Programme]:
    """Programmes of a file, or the bundled ones, by name in its order. Raises BadInput with every fault found."""
    bundled = files("gridtide.case") / "baselines.toml"
    name = str(path) if path else "baselines.toml"
    read = read_rules(name, path or bundled, ProgrammeTable)
    faults = [fault for key, table in read.items() for fault in _faults(f"{name} {key}", table)]
    if faults:
        raise BadInput(faults)
    return {key: _programme(key, table) for key, table in read.items()}


def programme_named(name: str, known: dict[str, Programme]) -> Programme:
    """The programme of a name. Raises BadInput for one that is not known."""
    if name in known:
        return known[name]
    raise BadInput(
        [
            Finding(
                subject=f"--programme {name}",
                value="is no programme that is known",
                limit="one of " + ", ".join(known),
                mend="Choose one, or give your own with --programmes FILE.",
            )
        ]
    )


def _programme(name: str, table: ProgrammeTable) -> Programme:
    return Programme(
        name=name,
        title=table.title,
        market=table.market,
        clock=table.clock,
        status=table.status,
        edition=table.edition,
        source=table.source,
        primary=table.primary,
        mark=table.mark,
        unverified=table.unverified,
        rule=BaselineRule(**table.model_dump(exclude=RECORD)),
    )


def _faults(subject: str, table: ProgrammeTable) -> list[Finding]:
    wrong = []
    if table.kept_days > table.pool_days or table.weekend_kept_days > table.weekend_pool_days:
        wrong.append(("more days kept than there are to choose from", "kept days within the pool"))
    if table.adjust is not Adjust.NONE and table.adjust_to_h >= table.adjust_from_h:
        wrong.append(("a window of correction that ends before it begins", "from above to"))
    unknown = [key for key in table.unverified if key not in BaselineRule.__dataclass_fields__]
    if unknown:
        wrong.append((f"unverified names {', '.join(unknown)}", "settings of a programme"))
    found = [] if table.clock is None else zone_faults(table.clock, f"{subject}.clock")
    return found + [
        Finding(subject=subject, value=value, limit=limit, mend="Correct the file.")
        for value, limit in wrong
    ]
