"""One site behind one line of set-points, in seconds: what holds for it now, one tick, and what is seen of it.

Nothing here waits: not for the room, which is only looked at, nor for the store of the audit, which takes the notes
when the room's own thread brings them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gridtide.loop.clock import seconds
from gridtide.loop.fast import FastLine, FastState, beginning, fast_cycle
from gridtide.loop.set_points.followed_course import FollowedCourse
from gridtide.loop.set_points.led_plant import BasePoint, LedPlant
from gridtide.loop.set_points.still import Still
from gridtide.signals.setpoint import Mode
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.trust.setpoint_notes import SetpointNote
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Phase

NOTES_MOST = 1_024
"""Notes that wait to be written down; the oldest give way while no store takes them."""


@dataclass(kw_only=True, eq=False)
class Regulation:
    """A site's line. agreed: what holds now, None where nothing may be told: no orders in force, frozen, observing,
    or closed; asked before every tick. notes: what is still to be written down. fault: what broke the last tick.
    still: whether what is measured follows at all. took_s: how long the last tick took. heard_at: when the last
    set-point was read."""

    site: str
    line: str
    rules: SetpointRules
    channel: SetpointChannel
    plant: LedPlant
    agreed: Callable[[datetime], BasePoint | None]
    course: FollowedCourse = field(default_factory=FollowedCourse)
    notes: deque[SetpointNote] = field(default_factory=lambda: deque(maxlen=NOTES_MOST))
    state: FastState | None = None
    signal: float | None = None
    fault: str = ""
    still: Still = field(default_factory=Still)
    took_s: float = 0.0
    heard_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether the next set-point may be waited for: nothing is on its way within a ramp."""
        state = self.state
        if self.plant.pending:
            return False
        if state is None or state.watch.followed is None:
            return True
        watch = state.watch
        return watch.mode is not Mode.AUTO or watch.target_kw == watch.followed.p_set_kw  # type: ignore[union-attr]

    def begin(self) -> None:
        """Make ready before the first set-point; what breaks is named, and breaks in a tick too."""
        try:
            self.plant.begin()
        except Exception as fault:
            self.fault = f"{type(fault).__name__}: {fault}"

    def tick(self, now: datetime) -> None:
        """Read the line, judge, aim the store, answer the line. What breaks is named, and the next tick tries again."""
        begun_s = seconds()
        try:
            self._tick(now)
            self.fault = ""
        except Exception as fault:
            self.fault = f"{type(fault).__name__}: {fault}"
        self.took_s = seconds() - begun_s

    def _tick(self, now: datetime) -> None:
        before, base = self.plant.base, self.agreed(now)
        self.plant.base = base
        self.plant.follows = self._led()
        schedule_kw = 0.0 if base is None else base.base_kw
        if self.state is None:
            self.state = beginning(self.rules, self._within(schedule_kw), now)
        else:
            self.state = self._carried(self.state, before, base)
        line = FastLine(
            name=self.line,
            rules=self.rules,
            channel=self.channel,
            plant=self.plant,
            switch=Mode.AUTO if base is not None else Mode.LOCAL,
        )
        one = fast_cycle(line, self.state, now, schedule_kw)
        self.state = one.state
        self.notes.extend(one.notes)
        self.notes.extend(self.plant.watched.notes)
        self.plant.watched.notes.clear()
        self.heard_at = now if one.telegrams else self.heard_at
        self._note(base, now)

    def _carried(
        self, state: FastState, before: BasePoint | None, base: BasePoint | None
    ) -> FastState:
        """The state under a base point that may be another: who leads itself goes with it, since a plan that changes
        is no set-point, and begins on it where nothing could be told before."""
        watch = state.watch
        if base is None or (before is not None and watch.phase is not Phase.RETURNED):
            return state
        from_kw = watch.target_kw if before is None else before.base_kw
        target_kw = self._within(watch.target_kw + base.base_kw - from_kw)
        return replace(state, watch=replace(watch, target_kw=target_kw))

    def _within(self, p_kw: float) -> float:
        return min(max(p_kw, self.rules.p_min_kw), self.rules.p_max_kw)

    def _note(self, base: BasePoint | None, now: datetime) -> None:
        offer_kw = 0.0 if base is None else max(base.up_kw, base.down_kw)
        assert self.state is not None
        follows = base is not None and offer_kw > 0.0 and self._led()
        self.course.lived(now, follows)
        if base is None or not follows:
            self.signal = None
            self.still.forget()
            return
        followed = self.state.watch.followed
        asked_kw = base.base_kw if followed is None else followed.p_set_kw
        self.signal = (base.base_kw - asked_kw) / offer_kw
        given_kw = self.plant.response_kw
        given = None if given_kw is None else given_kw / offer_kw
        self.course.note(now, self.signal, given, self.plant.saturated)
        if self.plant.saturated:
            self.still.forget()
        else:
            aimed_kw = base.base_kw - self.state.watch.target_kw
            self.still.look(now, aimed_kw, given_kw, offer_kw)

    def _led(self) -> bool:
        """Whether set-points lead it, not the schedule."""
        return self.state is not None and self.state.watch.mode is Mode.AUTO

    @property
    def wrong(self) -> str:
        """What is wrong with it, empty while nothing is."""
        plant = self.plant
        said = (self.fault, plant.unheard, plant.watched.said, self.still.said)
        return next((one for one in said if one), "")

    def values(self) -> dict[str, object]:
        """Everything that is seen of it, plain; `docs/live.md` says what each value is."""
        base, state = self.plant.base, self.state
        watch = None if state is None else state.watch
        followed = None if watch is None else watch.followed
        target_kw = None if watch is None else watch.target_kw
        return {
            **self.short(),
            "line": self.line,
            "phase": None if watch is None else watch.phase.value,
            "mode": None if watch is None else watch.mode.value,
            "quality": None if watch is None else watch.quality.value,
            "setpoint_kw": _kw(None if followed is None else followed.p_set_kw),
            "target_kw": _kw(target_kw),
            "base_kw": _kw(None if base is None else base.base_kw),
            "offer_up_kw": _kw(None if base is None else base.up_kw),
            "offer_down_kw": _kw(None if base is None else base.down_kw),
            "least_kw": _kw(self.rules.p_min_kw),
            "most_kw": _kw(self.rules.p_max_kw),
            "response_of": self.plant.response_of.value,
            "metered_kw": _kw(self.plant.metered_kw),
            "available_up_kw": _kw(self.plant.up_kw),
            "available_down_kw": _kw(self.plant.down_kw),
            **self._of_store(),
            **self._of_boards(),
            "heard_at": None if self.heard_at is None else self.heard_at.isoformat(),
            "took_s": round(self.took_s, 4),
            "told_s": None if self.plant.told_s is None else round(self.plant.told_s, 4),
            "fault": self.wrong,
            **self.course.values(),
        }

    def _of_store(self) -> dict[str, object]:
        """What its store holds; null of a site without one."""
        store = self.plant.store
        if store is None:
            return dict.fromkeys(("soc_kwh", "soc_least_kwh", "energy_kwh"))
        return {key: _kw(one) for key, one in store.values().items()}

    def _of_boards(self) -> dict[str, object]:
        """What its boards draw, and by how much less than their room told them; nothing of a site without any."""
        work = self.plant.work
        if work is None:
            return {}
        seen = work.seen
        return {
            "boards_kw": _kw(sum(one.drawn_kw or 0.0 for one in seen) if seen else None),
            "boards_less_kw": _kw(sum(one.less_kw for one in seen)),
            "boards_behind_s": round(max(work.slowed.plain().values(), default=0.0), 1),
            "boards_held": "; ".join(dict.fromkeys(one.held for one in work.places if one.held)),
        }

    def short(self) -> dict[str, object]:
        """What a frame says of it."""
        return {
            "site": self.site,
            "follows": self.signal is not None,
            "signal": None if self.signal is None else round(self.signal, 4),
            "response_kw": _kw(self.plant.response_kw),
            "score": self.course.score()["score"],
        }


def _kw(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
