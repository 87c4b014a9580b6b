"""The document of `gridtide pathway`: courses by region and year, anchors, fan, statements, costs and coordination."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gridtide.invest.pathway.assumptions import (
    FIRST_YEAR,
    GROUPS,
    KINDS,
    YEARS,
    Anchor,
    Real,
)
from gridtide.invest.pathway.calibration import SPREAD, Calibrated, calibrated
from gridtide.invest.pathway.claims import Required, required
from gridtide.invest.pathway.coordination import Paying, first_year
from gridtide.invest.pathway.course import CHIPS, FREE, GRID, Course, course_of
from gridtide.invest.pathway.fan import (
    QUANTILES,
    drawn,
    quantiles,
    rank_correlations,
    samples,
)
from gridtide.invest.pathway.outlook import Outlook
from gridtide.invest.pathway.reckoned import WORLD, Reckoned, reckoned

HELD = {FREE: "nothing", CHIPS: "chips", GRID: "grid"}
MATTERS_IN = (2030, 2040, 2050, 2060)


def pathway_document(
    outlook: Outlook, edition: str, of: str, shown: Sequence[str], draws: int, seed: int
) -> dict[str, Any]:
    """The whole. of: the file, or that none was given. shown: regions told, of the outlook's or WORLD."""
    known = calibrated(outlook.editions[edition], outlook.base.drivers)
    regions = known.edition.regions
    told = [reckoned(one, outlook, known) for one in outlook.scenarios]
    values = samples(outlook.priors, draws, seed)
    fan = course_of(drawn(outlook.base.drivers, outlook.priors, values), known)
    base = next(one for one in told if one.scenario is outlook.base)
    return {
        "of": of,
        "edition": edition,
        "currency": outlook.currency,
        "cost_year": outlook.cost_year,
        "regions": list(shown),
        "years": YEARS.tolist(),
        "about": [
            {"name": one.name, "about": one.about, "mark": one.mark, "source": one.source}
            for one in outlook.scenarios
        ],
        "scenarios": [
            row for one in told for region in shown for row in _rows(one, regions, region)
        ],
        "calibration": _calibration(outlook, known, told),
        "fan": {
            "draws": draws,
            "seed": seed,
            "quantiles": list(QUANTILES),
            "regions": _fan(fan, (*regions, WORLD), shown),
            "priors": [_prior(one) for one in outlook.priors],
            "matters": _matters(outlook, values, fan),
            "first_held": _first_held(fan, regions, shown),
        },
        "claims": [
            _claim(required(one, outlook.society, base.scenario, base.course, fan))
            for one in outlook.claims
        ],
        "limits": [row for one in told for row in _limits(one, regions, shown)],
        "coordination": [
            row for one in told for work in one.paying for row in _pays(one, work, regions, shown)
        ],
        "classes": [
            {
                "name": one.name,
                "kind": one.kind.value,
                "share": one.share,
                "flexible_share": one.flexible_share,
                "mark": one.mark,
                "source": one.source,
            }
            for one in outlook.classes
        ],
        "tokens": [row for one in told for row in _tokens(one)],
        "system": None,
    }


def _rows(told: Reckoned, regions: Sequence[str], region: str) -> list[dict[str, Any]]:
    """One row a year. The world's flexible share is the mean of its regions', its prices stand with those."""
    course, at = told.course, slice(None) if region == WORLD else [regions.index(region)]
    wanted, drew = course.wanted_twh[0][:, at], course.drawn_twh[0][:, at]
    total = drew.sum(axis=2)
    flexible = (told.flexible[:, at] * total).sum(axis=1) / total.sum(axis=1)
    power, chip = told.worth.power_per_mwh[:, at], told.worth.chip_per_year[:, at]
    return [
        {
            "name": told.scenario.name,
            "region": region,
            "year": int(year),
            "electricity_twh": float(total[k].sum()),
            "wanted_twh": float(wanted[k].sum()),
            **{f"{kind.value}_twh": float(drew[k, :, one].sum()) for one, kind in enumerate(KINDS)},
            "held_by": sorted({HELD[int(one)] for one in course.held_by[0, k, at] if one}),
            "accelerators": float(course.accelerators[0, k, at].sum()),
            "accelerators_added": float(course.accelerators_added[0, k, at].sum()),
            "power_worth_per_mwh": float(power[k].max()),
            "chip_worth_per_year": float(chip[k].max()),
            "flexible_share": float(flexible[k]),
        }
        for k, year in enumerate(YEARS)
    ]


def _tokens(told: Reckoned) -> list[dict[str, Any]]:
    worth = told.worth
    inference = told.course.drawn_twh[0, :, :, 1].sum(axis=1)
    return [
        {
            "name": told.scenario.name,
            "year": int(year),
            "tokens": float(inference[k] * 3.6e15 / worth.joules_per_token[k]),
            "joules_per_token": float(worth.joules_per_token[k]),
            "cost_per_million_tokens": float(worth.cost_per_million_tokens[k]),
            "electricity_share_of_cost": float(worth.electricity_share[k]),
        }
        for k, year in enumerate(YEARS)
    ]


def _calibration(
    outlook: Outlook, known: Calibrated, told: Sequence[Reckoned]
) -> list[dict[str, Any]]:
    """Every anchor beside the course it speaks of; 0 where it lies within what was published."""
    by_name = {one.scenario.name: one.course for one in told}
    regions = known.edition.regions
    published = [*outlook.anchors, *((one, outlook.base.name) for one in _regional(known))]
    found = []
    for anchor, name in published:
        twh = _at(by_name[name], anchor, regions)
        nearest = min(max(twh, anchor.low_twh), anchor.high_twh)
        found.append(
            {
                "anchor": anchor.name,
                "scenario": name,
                "year": anchor.year,
                "region": anchor.region or WORLD,
                "low_twh": anchor.low_twh,
                "high_twh": anchor.high_twh,
                "found_twh": twh,
                "residual": twh / nearest - 1.0,
                "fitted": anchor.fitted,
                "mark": anchor.mark,
                "source": anchor.source,
            }
        )
    return found


def _regional(known: Calibrated) -> list[Anchor]:
    edition = known.edition
    return [
        Anchor(
            name=f"{region}, {year}",
            year=year,
            region=region,
            quantity="all",
            low_twh=float(edition.by_region_twh[k, at]),
            high_twh=float(edition.by_region_twh[k, at]),
            fitted=True,
            mark="quoted",
            source="IEA, Energy and AI (2025), scaled to the world's sum",
        )
        for k, year in enumerate((FIRST_YEAR, edition.later_year))
        for at, region in enumerate(edition.regions)
    ]


def _at(course: Course, anchor: Anchor, regions: Sequence[str]) -> float:
    table = course.drawn_twh[0, anchor.year - FIRST_YEAR]
    if anchor.region is not None:
        table = table[[regions.index(anchor.region)]]
    if anchor.quantity == "all":
        return float(table.sum())
    group = GROUPS.index(anchor.quantity)
    return float(table[:, [one == group for one in SPREAD]].sum())


def _fan(fan: Course, names: Sequence[str], shown: Sequence[str]) -> list[dict[str, Any]]:
    found = quantiles(fan.electricity_twh)
    return [
        {
            "region": region,
            "year": int(year),
            **{
                f"p{round(100 * level):02d}_twh": float(found[q, k, names.index(region)])
                for q, level in enumerate(QUANTILES)
            },
        }
        for region in shown
        for k, year in enumerate(YEARS)
    ]


def _prior(prior: Any) -> dict[str, Any]:
    return {
        "name": prior.name,
        "shape": "log-triangular" if prior.logarithmic else "triangular",
        "low": prior.low,
        "mode": prior.mode,
        "high": prior.high,
        "mark": prior.mark,
        "source": prior.source,
    }


def _matters(outlook: Outlook, values: Real, fan: Course) -> list[dict[str, Any]]:
    """Rank correlation of each prior with what the world draws, the strongest first, in a few years."""
    found = []
    world = fan.electricity_twh.sum(axis=2)
    for year in MATTERS_IN:
        rho = rank_correlations(values, world[:, year - FIRST_YEAR])
        found += [
            {"year": year, "prior": outlook.priors[k].name, "rank_correlation": float(rho[k])}
            for k in np.argsort(-np.abs(rho), kind="stable")
        ]
    return found


def _places(regions: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Regions told of where the world as a whole has no answer: those shown, or all."""
    return [one for one in shown if one != WORLD] or list(regions)


def _first_held(fan: Course, regions: Sequence[str], shown: Sequence[str]) -> list[dict[str, Any]]:
    """Share of a fan's courses that a region's grid, or chips, hold back first; years: the middle of those."""
    found = []
    for region in _places(regions, shown):
        held = fan.held_by[:, :, regions.index(region)]
        first = np.where(held.any(axis=1), (held != FREE).argmax(axis=1), -1)
        by = held[np.arange(len(held)), first]
        row: dict[str, Any] = {"region": region}
        for code, name in HELD.items():
            mine = (by == code) & (first >= 0) if code else first < 0
            row[name] = float(mine.mean())
            if code:
                middle = float(np.median(first[mine])) if mine.any() else None
                row[f"{name}_from"] = None if middle is None else FIRST_YEAR + round(middle)
        found.append(row)
    return found


def _claim(found: Required) -> dict[str, Any]:
    claim = found.claim
    return {
        "name": claim.name,
        "year": claim.year,
        "share": [claim.low_share, claim.high_share],
        "of": "society" if claim.of_society else "data centres",
        "required_twh": list(found.twh),
        "growth_per_year": list(found.growth),
        "gw_per_year": list(found.gw_per_year),
        "accelerators_per_year": list(found.accelerators_per_year),
        "percentile": list(found.percentile),
        "mark": claim.mark,
        "source": claim.source,
    }


def _limits(told: Reckoned, regions: Sequence[str], shown: Sequence[str]) -> list[dict[str, Any]]:
    """First years in which grid and chips hold a region, None where they never do."""
    found = []
    for region in _places(regions, shown):
        held = told.course.held_by[0, :, regions.index(region)]
        grid, chips = first_year(held == GRID), first_year(held == CHIPS)
        found.append(
            {
                "name": told.scenario.name,
                "region": region,
                "grid_from": grid,
                "chips_from": chips,
                "grid_before_chips": grid is not None and (chips is None or grid < chips),
            }
        )
    return found


def _pays(
    told: Reckoned, one: Paying, regions: Sequence[str], shown: Sequence[str]
) -> list[dict[str, Any]]:
    cost = one.cost_per_mwh
    return [
        {
            "name": told.scenario.name,
            "class": one.work.name,
            "region": region,
            "flexible_share": one.work.flexible_share,
            "cost_per_mwh_2030": float(cost[2030 - FIRST_YEAR]),
            "spared_per_mwh_2030": float(one.energy_per_mwh[2030 - FIRST_YEAR]),
            "pays_from": one.pays_from,
            "pays_when_called_from": one.pays_when_called_from(regions.index(region)),
        }
        for region in _places(regions, shown)
    ]
