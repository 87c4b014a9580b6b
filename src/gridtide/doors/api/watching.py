"""What a room shows, frame by frame, as vitals and tallies: the names of its values are those of `docs/live.md`."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from gridtide.doors.api.tallies import Tallies
from gridtide.doors.api.vitals import Vitals
from gridtide.fleet.ticket import Fate
from gridtide.loop.room import Frame
from gridtide.signals.signal import Kind

MOVED = "moved_max_kw."
CARBON_NAMES = {Kind.CARBON_AVERAGE: "average", Kind.CARBON_MARGINAL: "marginal"}
ALARM_KINDS = (
    "told-but-not-moved", "silent", "impossible", "not-written", "left-alone", "no-decision", "planner", "limit-kept",
    "limit-waits", "limit-not-kept", "taken-back", "on-trial", "clock-set", "set-points",
    *(fate.value for fate in Fate),
)  # fmt: skip
"""Kinds of alarms that a room has; any other is counted as other."""


class Watch:
    """Looks at every new frame. now: the clock on the wall, for ages. currency: of prices. carbon: which kind the room
    shows. tallies: counted on; new ones where none are given."""

    def __init__(
        self,
        now: Callable[[], datetime],
        currency: str,
        carbon: Kind,
        tallies: Tallies | None = None,
    ) -> None:
        self.tallies = Tallies() if tallies is None else tallies
        self._now, self._currency, self._carbon = now, currency, CARBON_NAMES[carbon]
        self._energy_kwh: dict[tuple[str, ...], float] = {}
        self._last: Frame | None = None
        self._seen_at = now()

    def look(self, frame: Frame) -> None:
        """One more frame, or the same again."""
        last = self._last
        if last is not None and frame.number == last.number:
            return
        if last is not None:
            hours = max(0.0, (frame.at - last.at).total_seconds() / 3600.0)
            for site, drawn_kw in _by_site(_whole_of(frame), "import_kw").items():
                self._energy_kwh[site] = self._energy_kwh.get(site, 0.0) + drawn_kw * hours
        for seconds in _list(frame.values.get("decided_s")):
            self.tallies.decided(float(seconds))
        acts = frame.values.get("acts")
        if isinstance(acts, Mapping):
            self.tallies.acts = Counter({str(fate): int(count) for fate, count in acts.items()})
        self._last, self._seen_at = frame, self._now()

    def vitals(self, state: Mapping[str, object]) -> Vitals:
        """Of the newest frame looked at. state: of the room."""
        values = {} if self._last is None else _whole_of(self._last)
        mode = state.get("mode")
        return Vitals(
            currency=self._currency,
            power_kw=_power_kw(values),
            import_kw=_by_site(values, "import_kw"),
            planned_kw=_by_site(values, "plan_import_kw"),
            envelope_kw=_envelope_kw(values, state.get("envelope")),
            import_max_kw=_by_site(values, "import_max_kw"),
            renewable_kw=_labelled(
                values, used="renewable_used_kw", curtailed="renewable_curtailed_kw"
            ),
            energy_kwh=dict(self._energy_kwh),
            price_per_mwh=_by_site(values, "price_per_mwh"),
            carbon_g_per_kwh=_labelled(values, **{self._carbon: "carbon_g_per_kwh"}),
            flexibility_kw=_labelled(values, up="could_less_kw", down="could_more_kw"),
            score=_by_site(values, "score", "regulation"),
            source_age_s=_numbers(state.get("ages_s")),
            alarms=_alarms(values, state.get("silent")),
            mode={} if mode is None else {(str(mode),): 1.0},
            at_risk=_whole(values.get("at_risk_count")),
            waiting=_whole(state.get("waiting")),
            frozen=_flag(state.get("frozen")),
            leads=_flag(state.get("leads")),
            epoch=_whole(state.get("epoch")),
            audit_whole=_flag(state.get("audit_whole")),
            frame_age_s=(self._now() - self._seen_at).total_seconds(),
        )


def _whole_of(frame: Frame) -> Mapping[str, object]:
    """Its values with every site whole, also where they are too many for a frame."""
    return {**frame.values, "sites": list(frame.sites)} if frame.sites else frame.values


def _sites(values: Mapping[str, object], of: str = "sites") -> Iterable[Mapping[str, Any]]:
    """Rows of sites. of: where they stand in a frame."""
    return [one for one in _list(values.get(of)) if isinstance(one, Mapping)]


def _by_site(
    values: Mapping[str, object], name: str, of: str = "sites"
) -> dict[tuple[str, ...], float]:
    rows = _sites(values, of)
    return {(str(one["site"]),): float(one[name]) for one in rows if one.get(name) is not None}


def _labelled(values: Mapping[str, object], **names: str) -> dict[tuple[str, ...], float]:
    """Several values of each site, each under a label of its own."""
    return {
        (*site, label): number
        for label, name in names.items()
        for site, number in _by_site(values, name).items()
    }


def _power_kw(values: Mapping[str, object]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for one in _sites(values):
        site, facility_kw, it_kw = str(one["site"]), one.get("facility_kw"), one.get("it_kw")
        classes = _numbers(one.get("by_class_kw"))
        found |= {(site, kind): kw for (kind,), kw in classes.items()}
        if facility_kw is None or it_kw is None:
            continue
        found[site, "building"] = float(facility_kw) - float(it_kw)
        if len(classes) == len(one.get("by_class_kw") or ()):
            found[site, "idle"] = max(0.0, float(it_kw) - sum(classes.values()))
    return found


def _envelope_kw(values: Mapping[str, object], envelope: object) -> dict[tuple[str, ...], float]:
    """Around the plan of each site at which something may be moved."""
    moved_kw = {name.removeprefix(MOVED): kw for (name,), kw in _numbers(envelope).items()}
    import_max_kw = _by_site(values, "import_max_kw")
    found: dict[tuple[str, ...], float] = {}
    for (site,), planned_kw in _by_site(values, "plan_import_kw").items():
        if moved_kw.get(site):
            found[site, "lower"] = max(0.0, planned_kw - moved_kw[site])
            found[site, "upper"] = min(
                planned_kw + moved_kw[site], import_max_kw.get((site,), math.inf)
            )
    return found


def _alarms(values: Mapping[str, object], silent: object) -> dict[tuple[str, ...], float]:
    """How many of each kind stand; one that is only words is of no kind we know."""
    kinds = [
        str(one.get("kind")) if isinstance(one, Mapping) else "other"
        for one in _list(values.get("alarms"))
    ]
    known = Counter(kind if kind in ALARM_KINDS else "other" for kind in kinds)
    known["silent"] = len(silent) if isinstance(silent, Mapping) else 0
    always = ("told-but-not-moved", "silent", "other")
    return {(kind,): float(known[kind]) for kind in dict.fromkeys((*always, *known))}


def _numbers(table: object) -> dict[tuple[str, ...], float]:
    if not isinstance(table, Mapping):
        return {}
    return {
        (str(name),): float(number)
        for name, number in table.items()
        if isinstance(number, int | float)
    }


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
