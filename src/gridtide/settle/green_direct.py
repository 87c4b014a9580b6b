"""Ratios of a direct connection to renewable generation, each with its denominator, against the limits of a rule."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GreenTerms:
    """Limits. available_includes_curtailed: whether energy that was curtailed counts as available; it changes the
    denominators of self-use and export."""

    self_use_least: float
    green_share_least: float
    export_most: float
    available_includes_curtailed: bool


@dataclass(frozen=True, kw_only=True)
class GreenEnergy:
    """One accounting period, kWh. generated_kwh: what the plant could have made, with what was curtailed."""

    generated_kwh: float
    sold_kwh: float
    curtailed_kwh: float
    load_kwh: float


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """name, over: what is divided by what, kWh. value: None where the denominator is 0. limit, passes: of the rule."""

    name: str
    part_kwh: float
    over_kwh: float
    over: str
    value: float | None
    limit: str
    passes: bool | None


def green_ratios(energy: GreenEnergy, terms: GreenTerms) -> tuple[Ratio, ...]:
    """Self-use, green share and export, in this order."""
    used_kwh = energy.generated_kwh - energy.sold_kwh - energy.curtailed_kwh
    counted = energy.generated_kwh
    over = "available generation, curtailed energy included"
    if not terms.available_includes_curtailed:
        counted, over = counted - energy.curtailed_kwh, "generation, curtailed energy left out"
    return (
        _ratio("self-use", used_kwh, counted, over, (terms.self_use_least, None)),
        _ratio(
            "green share", used_kwh, energy.load_kwh, "consumption", (terms.green_share_least, None)
        ),
        _ratio("export", energy.sold_kwh, counted, over, (None, terms.export_most)),
    )


def _ratio(
    name: str,
    part_kwh: float,
    over_kwh: float,
    over: str,
    bounds: tuple[float | None, float | None],
) -> Ratio:
    least, most = bounds
    value = part_kwh / over_kwh if over_kwh > 0.0 else None
    passes = None
    if value is not None:
        passes = (least is None or value >= least) and (most is None or value <= most)
    limit = f"at least {least:.2f}" if least is not None else f"at most {most:.2f}"
    return Ratio(
        name=name,
        part_kwh=part_kwh,
        over_kwh=over_kwh,
        over=over,
        value=value,
        limit=limit,
        passes=passes,
    )
