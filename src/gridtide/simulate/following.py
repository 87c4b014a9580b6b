"""A site follows a regulation signal through hours of its course: offers hour by hour, delivery second by second."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.regulate import (
    Lags,
    Means,
    Outside,
    Regulated,
    Regulator,
    RegulatorState,
    power_at,
    standing_still,
)
from gridtide.finding import BadInput, Finding
from gridtide.loop.world import Telemetry
from gridtide.settle.regulation_score import (
    MANUAL_12,
    BlockScores,
    goes_against,
    mileage,
    score_blocks,
)
from gridtide.signals.agc import AgcSignal
from gridtide.simulate.admission import begun, may_begin
from gridtide.simulate.flexing import Standing, Window
from gridtide.simulate.heard_signal import Heard, heard
from gridtide.simulate.hour_ahead import HourAhead, Offer, around_of, hour_ahead
from gridtide.simulate.regulated_hour import (
    RegulatedHour,
    Running,
    hour_of,
    resting_at,
    running_at,
)

Real = NDArray[np.float64]
HOUR_S = 3600
NOISE_STREAM = 41
NOTHING_SHARE = 1e-3
"""Of the offer: an hour in which less is left of it is not scored, and not available."""
EXHAUSTED_SHARE = 0.01
"""Of the offer: what lies beyond all reach by more than this counts as energy or power exhausted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HourSeen:
    """An hour as it went: what stood for it, how it was followed, and every second what was asked of the meter
    (request_kw around base_kw) and the noise of the grid's meter, of what `of_reading` says, (seconds,)."""

    ahead: HourAhead
    seen: Regulated
    request_kw: Real
    base_kw: Real
    noise: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Followed:
    """A signal followed. Every second, (seconds,): request_kw (above 0: draw less), base_kw, meter_kw as it truly was,
    measured_kw as the grid's meter said, store_kw (discharge less charge), stored_kwh, it_kw, short_kw beyond reach.

    scores: of 5-minute blocks; ceiling: of a perfect copy with the lag of the fastest means, read without noise;
    noisy_ceiling: of the same copy read by the same meter with the same noise, which nobody beats but by luck; quiet:
    blocks that are not counted, for their mean |signal| is too small or nothing stands offered, (N,); unheld: those in
    which nothing stands offered, (N,). availability: offered for the hour over offered for the day, but where it was
    beyond reach. lost_s: work that jobs are behind by, (n,), missed: jobs that it cost their deadline; one that is late
    by its own slots is not slowed. against: whether response and request are opposed.
    """

    signal: AgcSignal
    offer: Offer
    heard: Heard
    hours: tuple[HourAhead, ...]
    running: Running
    request_kw: Real
    base_kw: Real
    meter_kw: Real
    measured_kw: Real
    store_kw: Real
    stored_kwh: Real
    it_kw: Real
    short_kw: Real
    scores: BlockScores
    ceiling: BlockScores
    noisy_ceiling: BlockScores
    quiet: NDArray[np.bool_]
    unheld: NDArray[np.bool_]
    availability: float
    exhausted_s: int
    mileage_pu: float
    lost_s: Real
    missed: int
    against: bool

    def mean(self, part: Real) -> float:
        """The mean of what blocks scored, quiet ones left out; of all that stood where all are quiet; 0 of none."""
        counted = ~self.quiet if not self.quiet.all() else ~self.unheld
        return float(part[counted].mean()) if counted.any() else 0.0


def scorable(signal: AgcSignal) -> AgcSignal:
    """The signal itself. Raises BadInput where it is too short for one block of a score, or no value of it came."""
    least_s = MANUAL_12.block_s + MANUAL_12.shift_max_s
    if signal.seconds < least_s:
        value, limit = f"lasts {signal.seconds:,} s", f"{least_s:,.0f} s or more, for one block"
    elif not np.isfinite(signal.less).any():
        value, limit = "no value of it came", "at least one number"
    else:
        return signal
    raise BadInput(
        [
            Finding(
                subject=signal.source,
                value=value,
                limit=limit,
                mend="Give a longer stretch of the signal.",
            )
        ]
    )


def site_in(standing: Standing, signal: AgcSignal) -> Window:
    """The window a signal is followed in. Raises BadInput where it reaches beyond what is planned."""
    window_s = 60 * -(-signal.seconds // 60)
    planned = standing.turn.orders.dispatch.placement.horizon
    left_s = int(min(planned.edges_s[-1], standing.study.timeline.edges_s[-1]) - planned.edges_s[0])
    if window_s > left_s:
        raise BadInput(
            [
                Finding(
                    subject="--signal",
                    value=f"{signal.seconds / HOUR_S:.2f} h",
                    limit=f"{left_s / HOUR_S:.2f} h that are planned from the asked instant on",
                    mend="Ask for an earlier instant, or cut the signal.",
                )
            ]
        )
    return Window.of(standing, window_s)


def follow(
    window: Window,
    site: int,
    signal: AgcSignal,
    offer: Offer,
    regulator: Regulator,
    *,
    noise_share: float = 0.01,
    noise_of_reading: bool = False,
    quiet_below: float = 0.02,
    seed: int | None = None,
) -> Followed:
    """Follow a signal at one site, hour by hour. noise_share: standard deviation of the meter, of the offer, or of its
    reading. quiet_below: mean |signal| below which a block is not counted."""
    course = _Course.of(window, site, regulator, signal, offer, noise_of_reading)
    noise = np.random.default_rng([window.study.seed if seed is None else seed, NOISE_STREAM])
    parts: list[HourSeen] = []
    for first in range(0, signal.seconds, HOUR_S):
        seconds = min(HOUR_S, signal.seconds - first)
        drawn = noise.normal(0.0, noise_share, seconds)
        parts.append(course.next_hour(first, seconds, drawn))
    return _found(course, parts, quiet_below)


@dataclass(eq=False)
class _Course:
    """A site between two hours."""

    window: Window
    site: int
    regulator: Regulator
    signal: AgcSignal
    offer: Offer
    of_reading: bool
    heard: Heard
    running: Running
    seen: Telemetry
    seen_it_kw: Real
    stored_kwh: float
    lost_s: Real
    moved: NDArray[np.int64]
    state: RegulatorState | None = None

    @classmethod
    def of(
        cls,
        window: Window,
        site: int,
        regulator: Regulator,
        signal: AgcSignal,
        offer: Offer,
        of_reading: bool,
    ) -> "_Course":
        running = running_at(window, site)
        seen = window.carried_out(window.dispatch)
        return cls(
            window=window,
            site=site,
            regulator=regulator,
            signal=signal,
            offer=offer,
            of_reading=of_reading,
            heard=heard(signal),
            running=running,
            seen=seen,
            seen_it_kw=np.asarray(seen.it_kw[site]),
            stored_kwh=float(window.standing.twin.soc_kwh[site]),
            lost_s=np.zeros(len(running)),
            moved=np.zeros(0, dtype=np.int64),
        )

    def next_hour(self, first_s: int, seconds: int, noise: Real) -> HourSeen:
        """Offer for the hour that begins, follow it, and carry over what is stored and what is behind."""
        every_s = self.signal.every_s
        minutes = slice(first_s // 60, -(-(first_s + seconds) // 60))
        running = self.running
        told = running.slots[:, : minutes.start].sum(axis=1) * 60.0 * running.told_speed
        hour = self._hour(minutes, told)
        ahead, means = hour_ahead(
            around_of(self.window, self.site, hour),
            hour,
            running,
            self.offer,
            self.regulator.law,
            self.stored_kwh,
            seconds / HOUR_S,
        )
        ticks = slice(first_s // every_s, (first_s + seconds) // every_s)
        signal = self.heard.less[ticks]
        request = np.where(signal > 0.0, signal * ahead.band.up_kw, signal * ahead.band.down_kw)
        planned = np.repeat(hour.planned_kw, 60)[:seconds:every_s]
        gangs_kw = means.gangs.there_kw(means.gangs.usual_kw)
        base = np.asarray([power_at(means.building, other + gangs_kw) for other in planned])
        base += means.building.overhead_kw - means.store.usual_kw
        scale = 1.0 if self.of_reading else self.offer.most_kw / max(float(base.mean()), 1e-9)
        left_s = np.maximum(running.left_s - told + self.lost_s, 0.0)[hour.chosen]
        state = self._state(means, hour, left_s)
        outside = Outside(
            other_kw=np.repeat(hour.other_kw, 60)[:seconds],
            planned_kw=np.repeat(hour.planned_kw, 60)[:seconds],
            noise=noise * scale,
        )
        seen = self.regulator.respond(request, base, every_s, means, state, outside)
        self._started(hour, seen.state, seconds)
        worked = self.running.slots[hour.chosen, minutes].sum(axis=1) * 60.0
        worked = self.running.told_speed[hour.chosen] * np.minimum(worked, seconds)
        self.lost_s[hour.chosen] += np.minimum(worked, left_s) - seen.state.done_s
        self.stored_kwh, self.state = seen.state.stored_kwh, seen.state
        return HourSeen(
            ahead=ahead,
            seen=seen,
            request_kw=np.repeat(request, every_s),
            base_kw=np.repeat(base, every_s),
            noise=noise,
        )

    def measured_kw(self, meter_kw: Real, noise: Real) -> Real:
        """What the grid's meter says where it truly is so much, kW."""
        return meter_kw + noise * (meter_kw if self.of_reading else self.offer.most_kw)

    def _hour(self, minutes: slice, told_s: Real) -> RegulatedHour:
        """What may be moved in an hour; told_s: work that jobs were told to do before it."""
        answering = self.seen.active[:, :, minutes.start].sum(axis=0)
        return hour_of(
            self.running,
            self.seen_it_kw,
            minutes,
            self.lost_s,
            told_s,
            may_begin(self.window, self.site, self.running, answering, minutes),
            resting_at(self.window, self.site, self.seen, minutes.start),
        )

    def _started(self, hour: RegulatedHour, state: RegulatorState, seconds: int) -> None:
        """Write down which waiting jobs an hour of so many seconds has started, and what draws power from then on."""
        rows = np.flatnonzero(hour.chosen)[hour.waits]
        hour_s = 60.0 * hour.minutes.start
        begins_s = state.begins_s[hour.waits] - (state.scalars[-1] - seconds) + hour_s
        before, whole = self.running, slice(0, self.running.slots.shape[1])
        self.running = begun(before, rows, begins_s)
        changed = self.running.begun & ~before.begun
        if changed.any():
            self.seen_it_kw = self.seen_it_kw - before.drawn_kw(whole, changed)
            self.seen_it_kw = self.seen_it_kw + self.running.drawn_kw(whole, changed)

    def _state(self, means: Means, hour: RegulatedHour, left_s: Real) -> RegulatorState:
        """The state in which the hour begins: at its base point at first, later as the hour before left it.

        A gang that was not moved before draws what it was told.
        """
        fresh = standing_still(means, self.stored_kwh, float(hour.other_kw[0]), left_s)
        before, rows = self.state, np.flatnonzero(hour.chosen)
        if before is None:
            self.moved = rows
            return fresh
        told_kw = np.where(hour.waits, 0.0, self.running.told_kw[rows])
        told_gangs = np.tile(told_kw, (len(before.told_gangs), 1))
        _, here, there = np.intersect1d(rows, self.moved, return_indices=True)
        told_gangs[:, here] = before.told_gangs[:, there]
        self.moved = rows
        return replace(
            fresh,
            scalars=before.scalars,
            told_store=before.told_store,
            told_nodes=before.told_nodes,
            told_gangs=told_gangs,
        )


def _found(course: _Course, parts: list[HourSeen], quiet_below: float) -> Followed:
    """Everything followed, scored."""
    offer, signal, lags = course.offer, course.signal, Lags()
    request, base = (
        _joined(parts, lambda one: one.request_kw),
        _joined(parts, lambda one: one.base_kw),
    )
    meter, noise = (
        _joined(parts, lambda one: one.seen.meter_kw),
        _joined(parts, lambda one: one.noise),
    )
    measured = course.measured_kw(meter, noise)
    site = course.window.study.fleet.sites[course.site]
    lag_s = lags.points_s if site.battery is None else lags.store_s
    copied = np.concatenate([np.full(lag_s, request[0]), request[:-lag_s]])
    copy_read = base - course.measured_kw(base - copied, noise)
    every = slice(None, None, round(MANUAL_12.sample_s))
    most = max(offer.most_kw, 1e-9)
    award = _joined(
        parts, lambda one: _through(one, max(one.ahead.band.up_kw, one.ahead.band.down_kw))
    )
    awarded = np.where(award > NOTHING_SHARE * most, award, most)[every]
    asked, answered = request[every] / awarded, (base - measured)[every] / awarded
    whole = np.repeat(np.nan_to_num(course.heard.less), signal.every_s)
    scores = score_blocks(asked, answered)

    def in_blocks(values: Real) -> Real:
        return values[every][: len(scores) * MANUAL_12.block].reshape(len(scores), -1)

    small = in_blocks(np.abs(whole)).mean(axis=1) < quiet_below
    nothing = in_blocks(award).max(axis=1) <= NOTHING_SHARE * most
    short = _joined(parts, lambda one: one.seen.short_kw)
    exhausted = short > EXHAUSTED_SHARE * most
    held = _joined(parts, lambda one: _through(one, one.ahead.band.up_kw + one.ahead.band.down_kw))
    held = held / max(offer.up_kw + offer.down_kw, 1e-9)
    return Followed(
        signal=signal,
        offer=offer,
        heard=course.heard,
        hours=tuple(one.ahead for one in parts),
        running=course.running,
        request_kw=request,
        base_kw=base,
        meter_kw=meter,
        measured_kw=measured,
        store_kw=_joined(parts, lambda one: one.seen.store_kw),
        stored_kwh=_joined(parts, lambda one: one.seen.stored_kwh),
        it_kw=_joined(parts, lambda one: one.seen.it_kw),
        short_kw=short,
        scores=scores,
        ceiling=score_blocks(asked, copied[every] / awarded),
        noisy_ceiling=score_blocks(asked, copy_read[every] / awarded),
        quiet=small | nothing,
        unheld=nothing,
        availability=float((held * ~exhausted).mean()),
        exhausted_s=int(exhausted.sum()),
        mileage_pu=mileage(course.heard.less),
        lost_s=course.lost_s,
        missed=int((course.lost_s > np.maximum(course.running.slack_s, 0.0) + 1e-6).sum()),
        against=goes_against(asked, answered),
    )


def _joined(parts: list[HourSeen], of: Callable[[HourSeen], Real]) -> Real:
    """One series of all hours."""
    return np.concatenate([of(one) for one in parts])


def _through(one: HourSeen, value: float) -> Real:
    """A value through the seconds of an hour."""
    return np.full(len(one.noise), value)
