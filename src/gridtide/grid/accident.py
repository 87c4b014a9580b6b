"""An accident in a grid of one frequency: what is lost, what answers, and who leaves by its own protection."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.frequency import Droop, steepest_hz_per_s
from gridtide.grid.line_cascade import Cascade, Lines, cascade_of
from gridtide.grid.ramp import Direction, mean_ramp
from gridtide.grid.ride_through import (
    Outcome,
    ProtectedLoad,
    RideThrough,
    Sag,
    alike,
    must_stay,
    replayed,
)
from gridtide.grid.waveform import Waveform
from gridtide.physics.grid_frequency import quasi_steady_hz, rocof_hz_per_s

Real = NDArray[np.float64]
MIN_S = 60.0
NOWHERE = -1


@dataclass(frozen=True, kw_only=True)
class GridAtOnce:
    """All machines as one. system_kva, inertia_s: rating and inertia constant on it; load_kw: of the grid; damping: per
    cent of load per per cent of frequency."""

    nominal_hz: float
    system_kva: float
    inertia_s: float
    load_kw: float
    damping: float = 1.0

    @property
    def mass_kw_s_per_hz(self) -> float:
        """2 H S / f0."""
        return 2.0 * self.inertia_s * self.system_kva / self.nominal_hz

    @property
    def damping_kw_per_hz(self) -> float:
        """Of the load."""
        return self.damping * self.load_kw / self.nominal_hz


class AnswerKind(StrEnum):
    """What answers a frequency."""

    MACHINE = "machine"
    BATTERY = "battery"
    FLEET = "fleet"


@dataclass(frozen=True, kw_only=True)
class Answering:
    """What answers a frequency by a droop, with a lag of first order. up_kw: more fed in or less drawn at most,
    down_kw: less fed in or more drawn. energy_kwh: that a store may give or take."""

    name: str
    kind: AnswerKind
    droop: Droop
    lag_s: float
    up_kw: float
    down_kw: float
    energy_kwh: float = math.inf


@dataclass(frozen=True, kw_only=True)
class Secondary:
    """Control that brings frequency back: room, rate, and when it begins. over_s: a deviation that stays is undone
    in."""

    up_kw: float = 0.0
    down_kw: float = 0.0
    kw_per_min: float = 0.0
    after_s: float = 30.0
    over_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A load (or generation) with protection. below, above: (Hz, s) after which it leaves; steep: (Hz/s, s over which).

    feels: whether the accident's sags reach it; generates: it feeds in; ramp_kw_per_min: of its return, inf at once;
    bus: of the lines, by number, which draws it; rule: by which it is judged, None for that of the accident.
    """

    load: ProtectedLoad
    below: tuple[tuple[float, float], ...] = ()
    above: tuple[tuple[float, float], ...] = ()
    steep: tuple[tuple[float, float], ...] = ()
    feels: bool = True
    generates: bool = False
    ramp_kw_per_min: float = math.inf
    bus: int = NOWHERE
    rule: RideThrough | None = None

    @property
    def settings(self) -> object:
        """What makes sites leave together."""
        return (
            self.load.under, self.load.over, self.load.counting, self.below, self.above, self.steep,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Change:
    """Surplus that appears at at_s, kW, over over_s: load lost or generation come above 0, the other way below.

    kind: unit, job, load or island; planned: somebody could do it slower; bus: of the lines, by number.
    """

    name: str
    kind: str
    at_s: float
    surplus_kw: float
    over_s: float = 0.0
    planned: bool = False
    bus: int = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a grid must keep: frequency, its rate of change over window_s, load that leaves within a minute, and how
    fast load returns over any minute."""

    lowest_hz: float
    highest_hz: float
    rocof_hz_per_s: float | None = None
    window_s: float = 0.5
    largest_loss_kw: float | None = None
    return_kw_per_min: float | None = None


@dataclass(frozen=True, kw_only=True)
class Accident:
    """All of it. lasts_s: how long it is followed, in steps of step_s."""

    name: str
    grid: GridAtOnce
    answering: tuple[Answering, ...]
    sites: tuple[Site, ...]
    changes: tuple[Change, ...]
    sags: tuple[Sag, ...]
    rule: RideThrough
    bounds: Bounds
    secondary: Secondary = field(default_factory=Secondary)
    lines: Lines | None = None
    lasts_s: float = 60.0
    step_s: float = 0.02


@dataclass(frozen=True, kw_only=True)
class Left:
    """A site that left: when, for how much, why, and whether its rule let it. number: of the accident's sites, for
    parts of one site share its name."""

    number: int
    site: str
    at_s: float
    kw: float
    because: str
    allowed: bool
    rule: str
    generates: bool


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A bound or rule that does not hold. kind: frequency, rocof, loss, return, line, dark, stay or settings; beyond:
    by how much in its own unit."""

    kind: str
    says: str
    value: float
    limit: float

    @property
    def beyond(self) -> float:
        """How far from holding."""
        return abs(self.value - self.limit)


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What became of it. time_s, frequency_hz, away_kw: (T,), load that is away, generation below 0; answered_kw:
    (P, T); secondary_kw: (T,). first_hz_per_s: right after the largest single change, by the swing equation;
    steepest_hz_per_s: over the bound's window. settles_hz: where droop and damping alone would hold what is away at the
    end. faults: settings that the rule prohibits, with the site."""

    time_s: Real
    frequency_hz: Real
    answered_kw: Real
    secondary_kw: Real
    away_kw: Real
    first_hz_per_s: float
    steepest_hz_per_s: float
    settles_hz: float
    left: tuple[Left, ...]
    outcomes: tuple[Outcome, ...]
    faults: tuple[tuple[str, str], ...]
    breaches: tuple[Breach, ...]
    cascade: Cascade | None = None

    def __post_init__(self) -> None:
        freeze_new(
            self,
            **dict.fromkeys(
                ("time_s", "frequency_hz", "answered_kw", "secondary_kw", "away_kw"), np.float64
            ),
        )

    @property
    def lowest_hz(self) -> float:
        """Nadir."""
        return float(self.frequency_hz.min())

    @property
    def highest_hz(self) -> float:
        """Zenith."""
        return float(self.frequency_hz.max())


def course_of(accident: Accident) -> Course:
    """The accident, lived through: sags decide who leaves by voltage, the swing equation who leaves by frequency; then
    lines trip on what flows without those who left, and what they cut off moves frequency again.

    Frequency is one for the whole grid; what answers does so with a lag of first order; steps are exact for powers
    that stay within them. Source: swing equation of all machines as one.
    """
    course = _swung(accident)
    cascade = None if accident.lines is None else _cascade(accident, accident.lines, course.left)
    if cascade is not None:
        islands = _islands(accident, cascade)
        if islands:
            with_islands = replace(accident, changes=(*accident.changes, *islands))
            course = _swung(with_islands)
    course = replace(course, cascade=cascade)
    return replace(course, breaches=tuple(_breaches(accident, course)))


def _cascade(accident: Accident, lines: Lines, left: Sequence[Left]) -> Cascade:
    gone = {one.number for one in left}
    drawn_more: dict[int, float] = {}
    for number, site in enumerate(accident.sites):
        if site.bus != NOWHERE and number in gone:
            kw = site.load.load_kw if site.generates else -site.load.load_kw
            drawn_more[site.bus] = drawn_more.get(site.bus, 0.0) + kw
    for change in accident.changes:
        if change.bus != NOWHERE:
            drawn_more[change.bus] = drawn_more.get(change.bus, 0.0) - change.surplus_kw
    return cascade_of(lines.network, lines.lost, drawn_more, lines.trips_above)


def _islands(accident: Accident, cascade: Cascade) -> list[Change]:
    """What lines cut off, as changes of the rest of the grid."""
    assert accident.lines is not None
    begins_s = accident.lines.lost_at_s
    if not accident.lines.lost:
        begins_s = min((one.at_s for one in accident.changes), default=begins_s)
    return [
        Change(
            name=f"cut off in step {number}",
            kind="island",
            at_s=begins_s + number * accident.lines.trips_after_s,
            surplus_kw=step.load_kw - step.fed_kw,
        )
        for number, step in enumerate(cascade.steps)
        if step.cut_off
    ]


def _swung(accident: Accident) -> Course:
    """The course of frequency, without breaches."""
    from gridtide.kernels.grid_swing import swing_of

    sites, grid = accident.sites, accident.grid
    outcomes = tuple(_by_voltage(accident, site) for site in sites)
    steps = max(2, round(accident.lasts_s / accident.step_s) + 1)
    time_s = np.arange(steps, dtype=np.float64) * accident.step_s
    frequency, answered, slow, away, left_s, why = swing_of(
        _given_kw(accident.changes, time_s),
        accident.step_s,
        grid.nominal_hz,
        grid.mass_kw_s_per_hz,
        grid.damping_kw_per_hz,
        _answers(accident.answering),
        _slow(accident),
        _elements(sites, outcomes),
        _settings(sites),
    )
    left = _left(accident, outcomes, frequency, left_s, why)
    window_s = accident.bounds.window_s
    steepest = steepest_hz_per_s(frequency, accident.step_s, window_s)
    return Course(
        time_s=time_s,
        frequency_hz=frequency,
        answered_kw=answered,
        secondary_kw=slow,
        away_kw=away,
        first_hz_per_s=_first(accident, left),
        steepest_hz_per_s=steepest,
        settles_hz=_settles(accident, float(away[-1])),
        left=left,
        outcomes=outcomes,
        faults=tuple(
            (site.load.name, fault)
            for site, outcome in zip(sites, outcomes, strict=True)
            if _bound(accident, site)
            for fault in (*outcome.faults, *_by_frequency(rule_of(accident, site), site))
        ),
        breaches=(),
    )


def _bound(accident: Accident, site: Site) -> bool:
    """Whether the rule holds for a site: loads of the size it applies from, by what leaves together or alone."""
    return not site.generates and site.load.load_kw >= rule_of(accident, site).applies_above_kw


def rule_of(accident: Accident, site: Site) -> RideThrough:
    """The rule by which a site is judged: its own, or that of the accident."""
    return accident.rule if site.rule is None else site.rule


# ---------------------------------------------------------------------------------------------------
# What goes into the loop


def _by_voltage(accident: Accident, site: Site) -> Outcome:
    return replayed(rule_of(accident, site), site.load, accident.sags if site.feels else ())


def _given_kw(changes: Sequence[Change], time_s: Real) -> Real:
    given = np.zeros(len(time_s))
    for one in changes:
        since = time_s - one.at_s + 1e-9
        grown = since / one.over_s if one.over_s > 0.0 else np.where(since >= 0.0, 1.0, 0.0)
        given += one.surplus_kw * np.clip(grown, 0.0, 1.0)
    return given


def _answers(answering: Sequence[Answering]) -> Real:
    rows = [
        (
            one.droop.flexible_kw, one.droop.droop, one.droop.dead_band_hz, one.lag_s, one.up_kw, one.down_kw,
            one.energy_kwh,
        )
        for one in answering
    ]  # fmt: skip
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), 7)


def _slow(accident: Accident) -> Real:
    """Gain: a deviation is undone in over_s, by the stiffness of what answers."""
    one = accident.secondary
    gain = _stiffness(accident) / one.over_s
    return np.asarray([one.up_kw, one.down_kw, one.kw_per_min / MIN_S, gain, one.after_s])


def _stiffness(accident: Accident) -> float:
    """kW per Hz of damping and of droops, dead bands left aside."""
    nominal = accident.grid.nominal_hz
    droops = sum(one.droop.flexible_kw / (nominal * one.droop.droop) for one in accident.answering)
    return accident.grid.damping_kw_per_hz + droops


def _elements(sites: Sequence[Site], outcomes: Sequence[Outcome]) -> Real:
    rows = [
        (
            -site.load.load_kw if site.generates else site.load.load_kw,
            outcome.at_s if outcome.lost_kw > 0.0 else math.inf,
            site.load.returns_s,
            MIN_S * site.load.load_kw * site.load.returns_share / site.ramp_kw_per_min,
            site.load.returns_share,
        )
        for site, outcome in zip(sites, outcomes, strict=True)
    ]
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), 5)


def _settings(sites: Sequence[Site]) -> Real:
    """(N, K, 6), NaN where a site has no such setting."""
    depth = max((max(len(one.below), len(one.above), len(one.steep)) for one in sites), default=0)
    found = np.full((len(sites), max(depth, 1), 6), np.nan)
    for row, site in enumerate(sites):
        for column, pairs in enumerate((site.below, site.above, site.steep)):
            for k, pair in enumerate(pairs):
                found[row, k, 2 * column : 2 * column + 2] = pair
    return found


# ---------------------------------------------------------------------------------------------------
# What comes out of it


def _left(
    accident: Accident,
    outcomes: Sequence[Outcome],
    frequency: Real,
    left_s: Real,
    why: NDArray[np.int64],
) -> tuple[Left, ...]:
    found = []
    sites = zip(accident.sites, outcomes, left_s, why, strict=True)
    for number, (site, outcome, at_s, reason) in enumerate(sites):
        if reason == 0:
            continue
        because, allowed = outcome.because, outcome.allowed
        if reason > 1:
            at = min(round(at_s / accident.step_s), len(frequency) - 1)
            because, allowed = _reason(accident, site, int(reason), float(frequency[at]))
        found.append(
            Left(
                number=number,
                site=site.load.name,
                at_s=float(at_s),
                kw=site.load.load_kw,
                because=because,
                allowed=allowed or not _bound(accident, site),
                rule=rule_of(accident, site).name,
                generates=site.generates,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.at_s, one.site)))


def _reason(accident: Accident, site: Site, reason: int, now_hz: float) -> tuple[str, bool]:
    rule = rule_of(accident, site)
    if reason == 4:
        rate, window = min(site.steep)
        owed = rule.rocof_hz_per_s
        return f"trips above {rate:g} Hz/s over {window:g} s", owed is None or rate > owed
    pairs = site.below if reason == 2 else site.above
    word = "below" if reason == 2 else "above"
    met = [
        (hz, after) for hz, after in pairs if (now_hz < hz if reason == 2 else now_hz > hz)
    ] or list(pairs)
    hz, after = min(met, key=lambda pair: pair[1])
    return (
        f"trips {word} {hz:g} Hz after {after:g} s",
        not must_stay(rule.frequency, now_hz, after),
    )


def _by_frequency(rule: RideThrough, site: Site) -> list[str]:
    """Settings that take a site off where the rule's frequencies ask it to stay."""
    faults = []
    for low, high, stay in rule.frequency:
        for word, pairs in (("below", site.below), ("above", site.above)):
            for hz, after in pairs:
                inside = hz > low if word == "below" else hz < high
                of_side = low < hz if word == "below" else hz < high
                if inside and of_side and after < stay and _touches(word, hz, low, high, rule):
                    faults.append(
                        f"trips {word} {hz:g} Hz after {after:g} s; {_seconds(stay)} at {low:g} to {high:g} Hz"
                    )
    faults += [
        f"trips above {rate:g} Hz/s; {rule.rocof_hz_per_s:g} Hz/s must be stayed through"
        for rate, _ in site.steep
        if rule.rocof_hz_per_s is not None and rate < rule.rocof_hz_per_s
    ]
    return faults


def _touches(word: str, hz: float, low: float, high: float, rule: RideThrough) -> bool:
    """Whether a band lies on the side of nominal frequency that the setting looks at."""
    middle = [(bottom, top) for bottom, top, stay in rule.frequency if math.isinf(stay)]
    if not middle:
        return True
    bottom, top = middle[0]
    if (low, high) == (bottom, top):
        return bottom < hz < top
    return high <= bottom if word == "below" else low >= top


def _seconds(stay: float) -> str:
    return "it must always be stayed" if math.isinf(stay) else f"{stay:g} s must be stayed"


def _first(accident: Accident, left: Sequence[Left]) -> float:
    """Rate of change right after the largest single change, Hz/s; what leaves at one moment leaves together."""
    grid = accident.grid
    at_once: dict[float, float] = {}
    for change in accident.changes:
        if change.over_s <= 0.0:
            at_once[change.at_s] = at_once.get(change.at_s, 0.0) + change.surplus_kw
    for one in left:
        kw = -one.kw if one.generates else one.kw
        at_once[one.at_s] = at_once.get(one.at_s, 0.0) + kw
    largest = max(at_once.values(), key=abs, default=0.0)
    return rocof_hz_per_s(largest, grid.system_kva, grid.inertia_s, grid.nominal_hz)


def _settles(accident: Accident, away_kw: float) -> float:
    stiffness = _stiffness(accident)
    surplus = away_kw + sum(one.surplus_kw for one in accident.changes)
    return accident.grid.nominal_hz + (
        quasi_steady_hz(surplus, stiffness) if stiffness > 0.0 else math.copysign(math.inf, surplus)
    )


def _breaches(accident: Accident, course: Course) -> list[Breach]:
    bounds, found = accident.bounds, []
    for value, limit, low in (
        (course.lowest_hz, bounds.lowest_hz, True),
        (course.highest_hz, bounds.highest_hz, False),
    ):
        if value < limit if low else value > limit:
            says = f"{value:.3f} Hz, {'below' if low else 'above'} {limit:g} Hz"
            found.append(Breach(kind="frequency", says=says, value=value, limit=limit))
    steepest, allowed = course.steepest_hz_per_s, bounds.rocof_hz_per_s
    if allowed is not None and steepest > allowed:
        says = f"{steepest:.3f} Hz/s over {bounds.window_s:g} s, above {allowed:g} Hz/s"
        found.append(Breach(kind="rocof", says=says, value=steepest, limit=allowed))
    lost, most = _lost_at_once(course), bounds.largest_loss_kw
    if most is not None and lost > most:
        says = f"{lost:,.0f} kW of load leave within a minute, above {most:,.0f} kW"
        found.append(Breach(kind="loss", says=says, value=lost, limit=most))
    returns, steepest_back = steepest_return_kw_per_min(course), bounds.return_kw_per_min
    if steepest_back is not None and returns > steepest_back:
        says = f"load returns at {returns:,.0f} kW/min over a minute, above {steepest_back:,.0f} kW/min"
        found.append(Breach(kind="return", says=says, value=returns, limit=steepest_back))
    found += _line_breaches(accident, course.cascade)
    must = sum(one.kw for one in course.left if not one.allowed)
    if must > 0.0:
        says = f"{must:,.0f} kW leave where {_rules_of(accident)} has them stay"
        found.append(Breach(kind="stay", says=says, value=must, limit=0.0))
    if course.faults:
        many = len({site for site, _ in course.faults})
        says = f"{many} sites have settings that {_rules_of(accident)} prohibits"
        found.append(Breach(kind="settings", says=says, value=float(many), limit=0.0))
    return found


def _rules_of(accident: Accident) -> str:
    names = dict.fromkeys(rule_of(accident, site).name for site in accident.sites)
    return " or ".join(names)


def steepest_return_kw_per_min(course: Course) -> float:
    """The steepest mean ramp of load that returns over any minute, kW/min; over the whole course where it is
    shorter."""
    step_s = float(course.time_s[1] - course.time_s[0])
    present = Waveform(name="present", power_kw=-course.away_kw, step_s=step_s, start_s=0.0)
    window_s = min(MIN_S, (len(course.time_s) - 2) * step_s)
    return mean_ramp(present, window_s, Direction.UP).value


def _line_breaches(accident: Accident, cascade: Cascade | None) -> list[Breach]:
    if cascade is None or accident.lines is None:
        return []
    lines, found = accident.lines, []
    worst = max(cascade.steps, key=lambda step: float(step.loading.max()))
    loading, at = float(worst.loading.max()), int(worst.loading.argmax())
    if loading > lines.most_loading:
        says = f"{lines.names[at]} at {loading:.1%} of its emergency rating, above {lines.most_loading:.0%}"
        found.append(Breach(kind="line", says=says, value=loading, limit=lines.most_loading))
    dark_kw = sum(step.load_kw for step in cascade.steps)
    if dark_kw > 0.0:
        says = f"{dark_kw:,.0f} kW of load are cut off"
        found.append(Breach(kind="dark", says=says, value=dark_kw, limit=0.0))
    return found


def _lost_at_once(course: Course) -> float:
    """Most load that leaves within any minute, kW."""
    lost = [(one.at_s, one.kw) for one in course.left if not one.generates]
    return max(
        (sum(kw for at, kw in lost if start <= at <= start + MIN_S) for start, _ in lost),
        default=0.0,
    )


def grouped(accident: Accident) -> list[tuple[tuple[str, ...], float]]:
    """Loads that share their settings, largest first, as `ride_through.alike` groups them."""
    loads = [site.load for site in accident.sites if not site.generates]
    return [(one.names, one.load_kw) for one in alike(accident.rule, loads)]
