"""What a site lets anybody ask of its devices: floors and ceilings that it keeps itself, whoever leads."""

import math
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from gridtide.fleet.act import CapPower, CoolTo, Exchange, LockClock, Scale, lets_go
from gridtide.fleet.site_act import AnyAct, holds_until


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of one device. `_min`: floors; `_max`: ceilings. hold_max_h: the longest that anything may be restrained."""

    cap_min_kw: float = 0.0
    clock_min_mhz: float = 0.0
    charge_max_kw: float = float("inf")
    discharge_max_kw: float = float("inf")
    replicas_min: float = 0.0
    supply_min_c: float = float("-inf")
    supply_max_c: float = float("inf")
    hold_max_h: float = 24.0


def breach(act: AnyAct, bounds: Bounds, now: datetime) -> str:
    """Which bound an act breaks, in words; empty where none."""
    until = holds_until(act)
    if lets_go(act) or until is None:
        return ""
    if until - now > timedelta(hours=bounds.hold_max_h):
        return f"until {until} is longer than {bounds.hold_max_h:g} h, which this site allows"
    for name, asked in _asked(act):
        bound = getattr(bounds, name)
        if asked < bound if "_min" in name else asked > bound:
            return f"{asked:g} is {'below' if '_min' in name else 'above'} {name} = {bound:g} of this site"
    return ""


def _asked(act: AnyAct) -> tuple[tuple[str, float], ...]:
    """The quantities of an act beside the bounds they are held to."""
    match act:
        case CapPower():
            return (("cap_min_kw", act.cap_kw),)
        case LockClock():
            return (("clock_min_mhz", act.highest_mhz),)
        case Exchange():
            return ("charge_max_kw", act.charge_kw), ("discharge_max_kw", act.discharge_kw)
        case Scale():
            return (("replicas_min", float(act.replicas)),)
        case CoolTo():
            return ("supply_min_c", act.supply_c), ("supply_max_c", act.supply_c)
        case _:
            return ()


def narrowed(bounds: Bounds, name: str, value: float) -> Bounds | None:
    """Bounds with one of them narrower; None where it would be wider or is none: only a temperature is below 0."""
    if name not in {field.name for field in fields(bounds)} or not math.isfinite(value):
        return None
    if value < 0.0 and not name.startswith("supply_"):
        return None
    before = getattr(bounds, name)
    narrower = value >= before if "_min" in name else value <= before
    return replace(bounds, **{name: value}) if narrower else None
