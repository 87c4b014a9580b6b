"""Long-run scenarios, from `pathway.toml` and a file of its form laid over it, every fault at once."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.pathway_schema import (
    AnchorTable,
    ClaimTable,
    ClassTable,
    EditionTable,
    PathwayFile,
    PriorTable,
    RegionTable,
    ScenarioTable,
)
from gridtide.case.toml_file import toml_of
from gridtide.finding import Finding, refuse_if_any
from gridtide.invest.pathway.assumptions import (
    FIRST_YEAR,
    GROUPS,
    KINDS,
    YEARS,
    Anchor,
    Drivers,
    Edition,
    Kind,
    Real,
)
from gridtide.invest.pathway.fan import ASSUMPTIONS, Prior
from gridtide.invest.pathway.outlook import (
    BASE,
    Claim,
    Costs,
    Outlook,
    Scenario,
    Society,
    WorkClass,
)

BUNDLED = "pathway.toml"
NAMED = ("region", "anchor", "scenario", "prior", "claim", "class")
"""Lists of tables that have a name."""
LAID_OVER = ("pace", "long_run_growth", "saturation", "specialised", "grid_gw_per_year")
"""Tables of a scenario of which one like another may say a part."""
Raw = dict[str, Any]


def outlook(path: Path | None = None) -> Outlook:
    """What the bundled file says, and what a file laid over it. Raises BadInput with every fault found."""
    return outlook_of(pathway_file(path))


def pathway_file(path: Path | None = None) -> PathwayFile:
    """The tables of both files as one, checked. Raises BadInput with every fault found."""
    own: Raw = {} if path is None else toml_of(path, "a file of scenarios in TOML")
    return pathway_tables(own, BUNDLED if path is None else path.name)


def pathway_tables(own: Raw, name: str) -> PathwayFile:
    """The bundled tables with own ones laid over them. Raises BadInput as `pathway_file`."""
    raw = tomllib.loads((files("gridtide.case") / BUNDLED).read_text(encoding="utf-8"))
    whole, faults = _laid_over(raw, own, name)
    table, more = _validated(whole, name)
    refuse_if_any([*faults, *more])
    assert table is not None
    refuse_if_any(_contradictions(table, name))
    return table


def _laid_over(raw: Raw, own: Raw, name: str) -> tuple[Raw, list[Finding]]:
    """Both as one, scenarios that are like others written out."""
    whole = dict(raw)
    faults: list[Finding] = []
    for key, value in own.items():
        if key in NAMED and isinstance(value, list):
            whole[key] = _by_name(raw.get(key, []), value)
        elif key in ("edition", "system") and isinstance(value, dict):
            whole[key] = {**raw[key], **value}
        else:
            whole[key] = value
    if isinstance(whole["scenario"], list):
        whole["scenario"] = _written_out(whole["scenario"], name, faults)
    return whole, faults


def _by_name(before: list[Raw], later: list[Raw]) -> list[Raw]:
    """Rows of the same name in their place, others behind; what has no name is left for the schema to refuse."""
    found = list(before)
    known = {row["name"]: at for at, row in enumerate(before)}
    for row in later:
        at = known.get(row.get("name", "")) if isinstance(row, dict) else None
        if at is None:
            found.append(row)
        else:
            found[at] = row
    return found


def _written_out(rows: list[Raw], name: str, faults: list[Finding]) -> list[Raw]:
    """Each scenario with what it takes of the one it is like; that one stands before it."""
    found: dict[str, Raw] = {}
    told = []
    for row in rows:
        like = row.get("like")
        whole = row
        if like is not None and like not in found:
            known = ", ".join(found) or "none"
            faults.append(
                Finding(
                    subject=f"{name} {_label('scenario', row)} like",
                    value=f"{like!r} is no scenario before it",
                    limit=f"one of {known}",
                    mend="Name one of them.",
                )
            )
            like = BASE
        if like is not None and like in found:
            whole = {**found[like], **row}
            for key in LAID_OVER:
                if isinstance(row.get(key), dict):
                    whole[key] = {**found[like][key], **row[key]}
        if isinstance(row.get("name"), str):
            found[row["name"]] = whole
        told.append(whole)
    return told


def _validated(whole: Raw, name: str) -> tuple[PathwayFile | None, list[Finding]]:
    try:
        return PathwayFile.model_validate(whole), []
    except ValidationError as error:
        found = misfits(error, name, "Correct the value.")
    return None, [_renamed(one, whole, name) for one in found]


def _renamed(finding: Finding, whole: Raw, name: str) -> Finding:
    """A fault by the name of its row in place of its number, which counts the bundled rows too."""
    subject = finding.subject
    for key in NAMED:
        for at, row in enumerate(whole.get(key) or []):
            subject = subject.replace(f"{name} {key}[{at + 1}]", f"{name} {_label(key, row)}")
    return Finding(subject=subject, value=finding.value, limit=finding.limit, mend=finding.mend)


def _label(key: str, row: Any) -> str:
    named = row.get("name") if isinstance(row, dict) else None
    return f'[[{key}]] "{named}"' if named else f"[[{key}]]"


def _contradictions(table: PathwayFile, name: str) -> list[Finding]:
    """What each table may say alone but not together."""
    found = []
    regions = [one.name for one in table.region]
    scenarios = [one.name for one in table.scenario]

    def fault(subject: str, value: str, limit: str) -> None:
        found.append(
            Finding(subject=f"{name} {subject}", value=value, limit=limit, mend="Correct it.")
        )

    for key, names in (
        ("region", regions),
        ("scenario", scenarios),
        ("prior", [one.name for one in table.prior]),
        ("class", [one.name for one in table.class_]),
    ):
        for twice in sorted({one for one in names if names.count(one) > 1}):
            fault(f'[[{key}]] "{twice}"', "stands there twice", "a name once")
    for one in table.scenario:
        for region in sorted(set(one.grid_gw_per_year) - set(regions)):
            label = f'[[scenario]] "{one.name}" grid_gw_per_year'
            fault(label, f"{region!r} is no region", f"one of {', '.join(regions)}")
        for region in sorted(set(regions) - set(one.grid_gw_per_year)):
            label = f'[[scenario]] "{one.name}" grid_gw_per_year'
            fault(label, f"says nothing of {region}", "a row for every region")
    for row in table.anchor:
        if row.region is not None and row.region not in regions:
            fault(f'[[anchor]] "{row.name}" region', repr(row.region), "a region that is there")
        if row.scenario not in scenarios:
            fault(f'[[anchor]] "{row.name}" scenario', repr(row.scenario), "one that is there")
    for prior in table.prior:
        if prior.name not in ASSUMPTIONS:
            fault(
                f'[[prior]] "{prior.name}"', "changes nothing", f"one of {', '.join(ASSUMPTIONS)}"
            )
    if BASE not in scenarios:
        fault("[[scenario]]", "none is called base", "one that is calibrated")
    for kind in KINDS:
        share = sum(one.share for one in table.class_ if one.kind == kind.value)
        if share > 1.0 + 1e-9:
            fault(f"[[class]] of {kind.value}", f"{share:.0%} of it", "at most all of it")
    return found + _lacking_years(table, name)


def _lacking_years(table: PathwayFile, name: str) -> list[Finding]:
    """Regions must say what they draw in the first and the later year of every edition."""
    found = []
    for label, edition in table.edition.items():
        for one in table.region:
            for year in (FIRST_YEAR, edition.later_year):
                if year not in one.twh:
                    found.append(
                        Finding(
                            subject=f'{name} [[region]] "{one.name}" twh',
                            value=f"says nothing of {year}",
                            limit=f"the years of edition {label}: {FIRST_YEAR}, {edition.later_year}",
                            mend="Give it.",
                        )
                    )
    return found


def outlook_of(table: PathwayFile) -> Outlook:
    """What the tables of a file say, as nouns."""
    regions = tuple(one.name for one in table.region)
    return Outlook(
        currency=table.currency,
        cost_year=table.cost_year,
        called_hours=table.called_hours,
        joules_per_token=table.token.joules,
        society=Society(
            twh=table.society.twh,
            growth=table.society.growth,
            by_region_twh=tuple(one.society_twh for one in table.region),
        ),
        editions={name: _edition(name, one, table.region) for name, one in table.edition.items()},
        anchors=tuple((_anchor(one), one.scenario) for one in table.anchor),
        scenarios=tuple(_scenario(one, regions) for one in table.scenario),
        priors=tuple(_prior(one) for one in table.prior),
        claims=tuple(_claim(one) for one in table.claim),
        classes=tuple(_class(one) for one in table.class_),
    )


def _edition(name: str, row: EditionTable, regions: tuple[RegionTable, ...]) -> Edition:
    first = np.array([getattr(row.twh, group) for group in GROUPS])
    growth = np.array([getattr(row.growth, group) for group in GROUPS])
    later = first * (1.0 + growth) ** (row.later_year - FIRST_YEAR)
    if row.later_twh is not None:
        later = later * row.later_twh / later.sum()
    between: tuple[tuple[int, tuple[float, ...]], ...] = ()
    if row.year_2025 is not None:
        accelerated = first[0] * (1.0 + row.year_2025.accelerated_growth)
        plain = first[1:] * (1.0 + growth[1:])
        rest = first.sum() * (1.0 + row.year_2025.growth) - accelerated
        between = ((2025, (float(accelerated), *(plain * rest / plain.sum()).tolist())),)
    return Edition(
        name=name,
        later_year=row.later_year,
        regions=tuple(one.name for one in regions),
        by_region_twh=np.array(
            [[one.twh[year] for one in regions] for year in (FIRST_YEAR, row.later_year)]
        ),
        by_group_twh=np.array([first, later]),
        prior=np.array([[getattr(one.weights, group) for group in GROUPS] for one in regions]),
        between=between,
    )


def _anchor(row: AnchorTable) -> Anchor:
    return Anchor(
        name=row.name,
        year=row.year,
        region=row.region,
        quantity=row.quantity,
        low_twh=row.twh[0],
        high_twh=row.twh[1],
        fitted=row.fitted,
        mark=row.mark,
        source=row.source,
    )


def along(schedule: Mapping[int, float]) -> Real:
    """A schedule over all years: straight between those it names, level before the first and after the last."""
    named = sorted(schedule)
    found: Real = np.interp(YEARS, named, [schedule[year] for year in named])
    return found


def _scenario(row: ScenarioTable, regions: tuple[str, ...]) -> Scenario:
    plain = {
        name: np.array([getattr(row, name)])
        for name in (
            "process_gain", "process_most", "architecture_gain", "architecture_most", "plain_gain",
            "plain_most", "rebound", "training_share", "accelerator_use", "fade_years",
        )
    }  # fmt: skip
    by_kind = {
        name: np.array([[getattr(getattr(row, name), kind.value) for kind in KINDS]])
        for name in ("pace", "long_run_growth", "saturation")
    }
    grids = np.stack([along(row.grid_gw_per_year[region]) for region in regions], axis=1)
    drivers = Drivers(
        **plain,
        **by_kind,
        special_factor=np.array([row.specialised.factor]),
        special_year=np.array([row.specialised.arrives]),
        special_share=np.array([row.specialised.share]),
        special_years=np.array([row.specialised.years]),
        pue=along(row.pue)[None],
        accelerator_kw=along(row.accelerator_kw)[None],
        accelerator_life=np.array([row.accelerator_life_years]),
        chips_per_year=along(row.chips_per_year)[None],
        grid_gw_per_year=grids[None],
    )
    costs = Costs(
        compute_per_accelerator_h=along(row.compute_cost_per_accelerator_h),
        price_per_mwh=along(row.price_per_mwh),
        spread_per_mwh=along(row.price_spread_per_mwh),
        elasticity=row.demand_elasticity,
    )
    return Scenario(
        name=row.name,
        about=row.about,
        drivers=drivers,
        costs=costs,
        mark=row.mark,
        source=row.source,
    )


def _prior(row: PriorTable) -> Prior:
    return Prior(
        name=row.name,
        logarithmic=row.shape == "log-triangular",
        low=row.low,
        mode=row.mode,
        high=row.high,
        mark=row.mark,
        source=row.source,
    )


def _claim(row: ClaimTable) -> Claim:
    return Claim(
        name=row.name,
        year=row.year,
        low_share=min(row.share),
        high_share=max(row.share),
        of_society=row.of == "society",
        mark=row.mark,
        source=row.source,
    )


def _class(row: ClassTable) -> WorkClass:
    return WorkClass(
        **{**row.model_dump(), "kind": Kind(row.kind)},
    )
