"""Reference policies by the name and settings a person writes: `threshold(q=0.2,horizon=12h)`."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from gridtide.decide.planners import (
    all_wait,
    bidirectional,
    carbon_time,
    lowest_slot,
    lowest_window,
    reserved_first,
    run_at_once,
    threshold,
    vcc,
    wait_awhile,
    wait_awhile_deadline_interruptible,
    wait_awhile_interruptible,
)
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal
from gridtide.finding import BadInput, Finding, Gathered

Maker = Callable[[Mapping[str, str], Capacity], Callable[[SlotJobs, SlotSignal], SlotPlan]]
MOST, WEIGHT_MOST, SLOTS_MOST, DAYS_MOST = 1e9, 1e6, 1e6, 1e5
"""Beyond these a setting is of no use: any number, a weight or ratio, a count of slots, a count of days."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A policy as a person wrote it: its name and its settings."""

    text: str
    name: str
    settings: Mapping[str, str]


def parsed(text: str) -> Choice:
    """`name` or `name(key=value,key=value)` as a choice. Raises BadInput for an unknown name or form."""
    name, opened, inside = text.strip().partition("(")
    if opened and not inside.endswith(")"):
        raise BadInput([_wrong(text, "the bracket is not closed", "name or name(key=value)")])
    settings = {}
    for pair in filter(None, (part.strip() for part in inside.removesuffix(")").split(","))):
        key, _, value = (part.strip() for part in pair.partition("="))
        if not key or not value or key in settings:
            raise BadInput([_wrong(text, f"{pair!r} is no new setting", "key=value, each once")])
        settings[key] = value
    if name not in POLICIES:
        raise BadInput([_wrong(text, f"policy {name!r} is not known", ", ".join(POLICIES))])
    return Choice(text=text.strip(), name=name, settings=settings)


def policy_of(choice: Choice, capacity: Capacity) -> Callable[[SlotJobs, SlotSignal], SlotPlan]:
    """The array function of a choice with its settings. Raises BadInput for a setting it has not."""
    allowed, make = POLICIES[choice.name]
    unknown = sorted(set(choice.settings) - set(allowed))
    if unknown:
        limit = "settings " + (", ".join(allowed) if allowed else "none")
        raise BadInput([_wrong(choice.text, f"setting {unknown[0]!r} is not known", limit)])
    try:
        return make(choice.settings, capacity)
    except ValueError as error:
        raise BadInput([_wrong(choice.text, str(error), "a setting of the right form")]) from error


def checked(text: str) -> Choice:
    """A policy as a person wrote it, with settings it has. Raises BadInput otherwise."""
    choice = parsed(text)
    policy_of(choice, None)
    return choice


def makers_of(
    choices: Iterable[Choice], capacity: Capacity
) -> list[Callable[[SlotJobs, SlotSignal], SlotPlan]]:
    """The array function of each choice. Raises BadInput with the faults of all of them."""
    faults = Gathered()
    makers = [faults.of(partial(policy_of, choice, capacity)) for choice in choices]
    faults.refuse_if_any()
    return [make for make in makers if make is not None]


def _wrong(text: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"--policy {text}",
        value=value,
        limit=limit,
        mend="Write --policy name or name(key=value), several divided by commas.",
    )


def _flag(settings: Mapping[str, str], key: str, value: str) -> bool:
    given = settings.get(key)
    if given is None:
        return False
    others = {"end": "exclusive", "ties": "exact", "oracle": "no"}
    if given not in (value, others[key]):
        raise ValueError(f"{key}={given}; it is {value} or {others[key]}")
    return given == value


def _number(
    settings: Mapping[str, str],
    key: str,
    default: float,
    least: float,
    most: float = MOST,
) -> float:
    """A setting as a number from least to most. Raises ValueError naming the range."""
    given = settings.get(key)
    if given is None:
        return default
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if least <= value <= most:
        return value
    raise ValueError(f"{key}={given}; {key} is a number from {least:g} to {most:g}")


def _whole(
    settings: Mapping[str, str], key: str, default: int, least: int = 0, most: float = MOST
) -> int:
    """A setting as a whole number from least to most. Raises ValueError naming the range."""
    value = _number(settings, key, default, least, most)
    if value != round(value):
        raise ValueError(f"{key}={settings[key]}; {key} is a whole number from {least} to {most:g}")
    return round(value)


def _hours(settings: Mapping[str, str], key: str, default: float) -> float:
    """A setting as hours, with or without an h behind it, within a year."""
    bare = {key: settings[key].removesuffix("h")} if key in settings else {}
    return _number(bare, key, default, 0.0, 8784.0)


def _run_at_once(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = run_at_once.Settings(capacity=capacity)
    return lambda jobs, signal: run_at_once.run_at_once(jobs, signal, rule)


def _all_wait(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = all_wait.Settings(capacity=capacity)
    return lambda jobs, signal: all_wait.all_wait(jobs, signal, rule)


def _lowest_slot(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = lowest_slot.Settings(capacity=capacity)
    return lambda jobs, signal: lowest_slot.lowest_slot(jobs, signal, rule)


def _lowest_window(oracle: bool) -> Maker:
    def make(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
        rule = lowest_window.Settings(oracle=oracle, capacity=capacity)
        return lambda jobs, signal: lowest_window.lowest_window(jobs, signal, rule)

    return make


def _carbon_time(oracle: bool) -> Maker:
    def make(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
        rule = carbon_time.Settings(oracle=oracle, capacity=capacity)
        return lambda jobs, signal: carbon_time.carbon_time(jobs, signal, rule)

    return make


def _threshold(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = threshold.Settings(
        quantile=_number(settings, "q", 0.30, 0.0, 1.0),
        horizon_h=_hours(settings, "horizon", 24.0),
        fixed=_number(settings, "abs", 0.0, -MOST) if "abs" in settings else None,
        capacity=capacity,
    )
    if rule.horizon_h == 0.0:
        raise ValueError("horizon=0; horizon lies above 0")
    return lambda jobs, signal: threshold.threshold(jobs, signal, rule)


def _wait_awhile(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = wait_awhile.Settings(inclusive=_flag(settings, "end", "inclusive"), capacity=capacity)
    return lambda jobs, signal: wait_awhile.wait_awhile(jobs, signal, rule)


def _wait_awhile_interruptible(
    settings: Mapping[str, str], capacity: Capacity
) -> Callable[..., SlotPlan]:
    rule = wait_awhile_interruptible.Settings(capacity=capacity)
    return lambda jobs, signal: wait_awhile_interruptible.wait_awhile_interruptible(
        jobs, signal, rule
    )


def _wait_awhile_deadline(
    settings: Mapping[str, str], capacity: Capacity
) -> Callable[..., SlotPlan]:
    rule = wait_awhile_deadline_interruptible.Settings(
        inclusive=_flag(settings, "end", "inclusive"),
        all_ties=_flag(settings, "ties", "all"),
        capacity=capacity,
    )
    return lambda jobs, signal: (
        wait_awhile_deadline_interruptible.wait_awhile_deadline_interruptible(jobs, signal, rule)
    )


def _bidirectional(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = bidirectional.Settings(width=_whole(settings, "w", 0, 0, SLOTS_MOST), capacity=capacity)
    return lambda jobs, signal: bidirectional.bidirectional(jobs, signal, rule)


def reserved_rule(settings: Mapping[str, str], capacity: Capacity) -> reserved_first.Settings:
    """What `reserved-first(…)` says. Raises ValueError for a setting out of its range."""
    known = reserved_first.Settings()
    otherwise = settings.get("else", known.otherwise)
    if otherwise not in reserved_first.OTHERWISE:
        raise ValueError(f"else={otherwise}; it is {' or '.join(reserved_first.OTHERWISE)}")
    return reserved_first.Settings(
        reserved=_whole(settings, "reserved", 0),
        otherwise=otherwise,
        on_demand_per_unit_h=_number(settings, "on-demand", known.on_demand_per_unit_h, 0.0),
        spot_per_unit_h=_number(settings, "spot", known.spot_per_unit_h, 0.0),
        reserved_share=_number(settings, "share", known.reserved_share, 0.0),
        spot_max_h=_hours(settings, "spot-max", known.spot_max_h),
        capacity=capacity,
    )


def _reserved_first(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = reserved_rule(settings, capacity)
    return lambda jobs, signal: reserved_first.reserved_first(jobs, signal, rule)


def _vcc(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = vcc.Settings(
        peak_weight=_number(settings, "peak", 0.1, 0.0, WEIGHT_MOST),
        signal_weight=_number(settings, "signal", 1.0, 0.0, WEIGHT_MOST),
        risk_quantile=_number(settings, "risk", 0.97, 0.0, 1.0),
        usage_ratio=_number(settings, "ratio", 1.0, 1.0, WEIGHT_MOST),
        strike_days=_whole(settings, "strike", 2, 1, DAYS_MOST),
        cooldown_days=_whole(settings, "cooldown", 7, 0, DAYS_MOST),
        capacity=capacity,
    )
    return lambda jobs, signal: vcc.vcc(jobs, signal, rule)


POLICIES: dict[str, tuple[tuple[str, ...], Maker]] = {
    "run-at-once": ((), _run_at_once),
    "all-wait": ((), _all_wait),
    "lowest-slot": ((), _lowest_slot),
    "lowest-window": ((), _lowest_window(False)),
    "lowest-window-oracle": ((), _lowest_window(True)),
    "carbon-time": ((), _carbon_time(False)),
    "carbon-time-oracle": ((), _carbon_time(True)),
    "threshold": (("q", "horizon", "abs"), _threshold),
    "wait-awhile": (("end",), _wait_awhile),
    "wait-awhile-interruptible": ((), _wait_awhile_interruptible),
    "wait-awhile-deadline-interruptible": (("end", "ties"), _wait_awhile_deadline),
    "bidirectional": (("w",), _bidirectional),
    "reserved-first": (
        ("reserved", "else", "on-demand", "spot", "share", "spot-max"),
        _reserved_first,
    ),
    "vcc": (("peak", "signal", "risk", "ratio", "strike", "cooldown"), _vcc),
}
