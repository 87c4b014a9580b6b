"""How are sites shown that are too many for a frame? Sums of the fleet, and the columns that change, in the order of
the case; all of every site is asked for beside the frames."""

import json
from collections.abc import Mapping, Sequence

from gridtide.units import cost_per_kwh

WHOLE_BYTES_MOST = 2816
"""Up to here sites stand whole in a frame of 4 KiB."""
COLUMNS_BYTES_MOST = 2048
COLUMNS = (
    "import_kw",
    "import_max_kw",
    "facility_kw",
    "plan_import_kw",
    "it_kw",
    "renewable_used_kw",
    "renewable_curtailed_kw",
    "price_per_mwh",
)
"""What stands in a frame of many sites, as far as it fits, the first first."""
SUMS = (
    "it_kw",
    "facility_kw",
    "import_kw",
    "export_kw",
    "renewable_used_kw",
    "renewable_curtailed_kw",
    "plan_import_kw",
    "plan_it_kw",
    "import_max_kw",
    "could_less_kw",
    "could_more_kw",
)
BY_IMPORT = ("price_per_mwh", "carbon_g_per_kwh")
Site = Mapping[str, object]


def many(sites: Sequence[Site]) -> bool:
    """Whether they are too many to stand whole in a frame."""
    return len(json.dumps(sites)) > WHOLE_BYTES_MOST


def fleet_of(sites: Sequence[Site]) -> dict[str, object]:
    """What holds of all together: sums, kW, means by import, cost per hour. Unknown is None, also a sum with an
    unknown part."""
    found: dict[str, object] = {"sites": len(sites)}
    found |= {name: _rounded(_sum(_known(sites, name))) for name in SUMS}
    drawn_kw = _known(sites, "import_kw")
    for name in BY_IMPORT:
        found[name] = _rounded(_mean(_known(sites, name), drawn_kw))
    prices = _known(sites, "price_per_mwh")
    found["cost_per_h"] = (
        None
        if drawn_kw is None or prices is None
        else _rounded(sum(kw * cost_per_kwh(price) for kw, price in zip(drawn_kw, prices, strict=True)))
    )  # fmt: skip
    return found


def columns_of(sites: Sequence[Site]) -> dict[str, object]:
    """A list by site each, in kW and money per MWh, whole from 1000 on and to four figures below."""
    found: dict[str, object] = {}
    for name in COLUMNS:
        longer = found | {name: [_figures(site.get(name)) for site in sites]}
        if len(json.dumps(longer)) > COLUMNS_BYTES_MOST:
            break
        found = longer
    return found


def _known(sites: Sequence[Site], name: str) -> list[float] | None:
    """A value of every site; None where one of them is unknown."""
    values = [site.get(name) for site in sites]
    known = [float(one) for one in values if isinstance(one, int | float)]
    return known if len(known) == len(values) else None


def _sum(values: list[float] | None) -> float | None:
    return None if values is None else sum(values)


def _mean(values: list[float] | None, weights: list[float] | None) -> float | None:
    """By weight; plain where nothing weighs."""
    if not values or weights is None:
        return None
    whole = sum(weights)
    if whole <= 0.0:
        return sum(values) / len(values)
    return sum(one * weight for one, weight in zip(values, weights, strict=True)) / whole


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _figures(value: object) -> float | None:
    """Whole from 1000 on, to four figures below."""
    if not isinstance(value, int | float):
        return None
    short = round(value) if abs(value) >= 1000.0 else float(f"{value:.4g}")
    return int(short) if short == int(short) else short
