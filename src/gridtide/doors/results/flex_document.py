"""The document of `gridtide flex`: the supply curve of every site and of the fleet, as rows."""

from typing import Any

from gridtide.decide.flexibility.step import DELAYS
from gridtide.simulate.flex_delivery import Delivered
from gridtide.simulate.flexing import Standing

FLEET = "fleet"


def flex_document(
    standing: Standing,
    policy: str,
    mix: str,
    of_sites: tuple[Delivered, ...],
    of_fleet: tuple[Delivered, ...],
    said: tuple[str, ...] = (),
) -> dict[str, Any]:
    """rows: by duration, delay, place (sites, then the fleet) and direction; in each the price never falls.

    said: more notes.
    """
    study = standing.study
    names = [site.name for site in study.fleet.sites]
    durations = sorted({one.step.duration_s for one in of_sites})
    rows: list[dict[str, Any]] = []
    for duration_s in durations:
        for delay in DELAYS:
            borne, together = (
                [
                    one
                    for one in found
                    if one.step.duration_s == duration_s and one.step.delay <= delay
                ]
                for found in (of_sites, of_fleet)
            )
            for number, name in enumerate(names):
                rows += _rows([one for one in borne if one.step.site == number], name, names, delay)
            rows += _rows(together, FLEET, names, delay)
    return {
        "of": study.name,
        "at": standing.turn.situation.as_of.isoformat(),
        "policy": policy,
        "mix": mix,
        "currency": study.currency,
        "rows": rows,
        "notes": [*study.notes, *said],
    }


def _rows(
    members: list[Delivered], place: str, names: list[str], delay: float
) -> list[dict[str, Any]]:
    ordered = sorted(
        members, key=lambda one: (one.step.direction, one.step.price_per_kwh, one.step.site)
    )
    counted = {"up": 0, "down": 0}
    rows = []
    for one in ordered:
        step = one.step
        counted[str(step.direction)] += 1
        down = str(step.direction) == "down"
        rows.append(
            {
                "site": place,
                "class": step.work,
                "delay": delay,
                "duration_s": step.duration_s,
                "up_kw": 0.0 if down else step.kw,
                "down_kw": step.kw if down else 0.0,
                "price_per_kwh": step.price_per_kwh,
                "rebound_kwh": step.rebound_kwh,
                "source": str(step.source),
                "direction": str(step.direction),
                "ramp_kw_per_s": step.ramp_kw_per_s,
                "step": counted[str(step.direction)],
                "of_site": names[step.site],
                "least_delay": step.delay,
                "tolerated": step.tolerated,
                "foreseen_kw": one.foreseen_kw,
                "delivered": one.share,
            }
        )
    return rows
