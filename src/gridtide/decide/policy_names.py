"""Reference policies by the name and settings a person writes: `threshold(q=0.2,horizon=12h)`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from gridtide.finding import BadInput, Finding

Maker = Callable[[Mapping[str, str], Capacity], Callable[[SlotJobs, SlotSignal], SlotPlan]]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A policy as a person wrote it: its name and its settings."""

    text: str
    name: str
    settings: Mapping[str, str]


def parsed(text: str) -> Choice:
    """`name` or `name(key=value,key=value)` as a choice. Raises BadInput for an unknown name."""
    name, _, inside = text.strip().partition("(")
    settings = {}
    for pair in filter(None, (part.strip() for part in inside.rstrip(")").split(","))):
        key, _, value = pair.partition("=")
        settings[key.strip()] = value.strip()
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


def _hours(text: str) -> float:
    return float(text[:-1]) if text.endswith("h") else float(text)


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
        quantile=float(settings.get("q", 0.30)),
        horizon_h=_hours(settings.get("horizon", "24")),
        fixed=float(settings["abs"]) if "abs" in settings else None,
        capacity=capacity,
    )
    if not 0.0 <= rule.quantile <= 1.0 or rule.horizon_h <= 0:
        raise ValueError(
            f"q={rule.quantile}, horizon={rule.horizon_h} h; q lies in 0 to 1, horizon above 0"
        )
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
    rule = bidirectional.Settings(width=int(settings.get("w", 0)), capacity=capacity)
    return lambda jobs, signal: bidirectional.bidirectional(jobs, signal, rule)


def _reserved_first(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = reserved_first.Settings(reserved=int(settings.get("reserved", 0)))
    return lambda jobs, signal: reserved_first.reserved_first(jobs, signal, rule)


def _vcc(settings: Mapping[str, str], capacity: Capacity) -> Callable[..., SlotPlan]:
    rule = vcc.Settings(
        peak_weight=float(settings.get("peak", 0.1)),
        signal_weight=float(settings.get("signal", 1.0)),
        risk_quantile=float(settings.get("risk", 0.97)),
        usage_ratio=float(settings.get("ratio", 1.0)),
        strike_days=int(settings.get("strike", 2)),
        cooldown_days=int(settings.get("cooldown", 7)),
        capacity=capacity,
    )
    if not 0.0 <= rule.risk_quantile <= 1.0 or rule.usage_ratio < 1.0 or rule.peak_weight < 0.0:
        raise ValueError(
            f"risk={rule.risk_quantile}, ratio={rule.usage_ratio}, peak={rule.peak_weight}; risk lies in 0 to 1,"
            " ratio is 1 or more, peak 0 or more"
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
    "reserved-first": (("reserved",), _reserved_first),
    "vcc": (("peak", "signal", "risk", "ratio", "strike", "cooldown"), _vcc),
}
