"""What a room would have saved, and did, by its store: the contract of `gridtide backtest STORE --shadow --json`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.doors.results.past_of_store import Life, StorePast, is_told
from gridtide.doors.results.shadow_document import shadow_document
from gridtide.simulate.before_after import ENOUGH, Beside, Period, beside, lived_jobs
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.course import Progress
from gridtide.simulate.own_past import LivedStudy, lived_study
from gridtide.simulate.own_shadow import (
    Drawn,
    Owed,
    Worth,
    drawn_of,
    drawn_really,
    owed,
    worth,
)
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.stores.memory import MemoryStore
from gridtide.trust.record import Stage

Steps = NDArray[np.bool_]
DEFINITIONS = (
    "program: the policy that decided last in the store, its settings as kept, over the jobs that came, the signals its"
    " turns saw and the hours each job really ran; reference: the same without any decision, every job as soon as it"
    " fits at home; both in the twin of the fleet, so neither was metered",
    "metered: energy and wear by what meters read, at the same prices and by the same contracts; a month's peak is in"
    " none of the three",
    "would have saved: reference less program, both of the twin; against the meter: metered less program, where nothing"
    " was told; did save: reference less metered, where a decision was in force",
    "the twin's miss: how far the reference is from the meter where nothing was told; a saving smaller than that is not"
    " shown by the meter",
    "in the total, what one side has left undone at the end, or emptier stores, counts at the reference's mean cost and"
    " emissions of a kWh (owed); on single days it does not: what is put off to the next day shows there",
    "stores begin as full as they were, and plans leave them no emptier; jobs that ran already begin with what they had"
    " left; prices, weather, supply and requests count as they were known when a step was over",
    f"enough: {ENOUGH} jobs (or readings) on each side; of fewer nothing is said to be better or worse",
    "before: until the first decision that was told; after: since; a job belongs to when it came; a wait that lasts"
    " counts until the period ends; restarts are those that turns saw",
)


def own_shadow_document(
    kept: StorePast,
    periods: tuple[Period, Period] | None,
    announce: Callable[[str], Progress],
) -> dict[str, Any]:
    """The document of a past. periods: before and after; None parts at the first decision that was told. Raises what
    `lived_study` and `compare` raise."""
    lived = lived_study(kept.name, kept.past)
    study = lived.study
    reference, forecaster, at_home = policy_named(study.reference, study)
    run = compare(
        study,
        (
            Entrant(policy=reference, forecaster=forecaster, study=at_home, store=MemoryStore()),
            Entrant(policy=lived.program, forecaster=forecaster, study=study, store=MemoryStore()),
        ),
        announce,
    )
    before, after = run.courses
    metered, held = drawn_really(study, kept.past.held)
    sides = _Sides(
        study=study,
        truth=run.truth,
        reference=drawn_of(before),
        program=drawn_of(after),
        metered=metered,
        held=held,
        owed=owed(study, (before, after), kept.past.turns[-1]),
    )
    would = shadow_document(study, (before, after), (run.settlements[0], run.settlements[1]))
    return {
        "store": kept.name,
        "currency": study.currency,
        "clock": study.fleet.sites[0].clock,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "decisions": _counted(kept.lives),
        "jobs": len(study.jobs),
        "run_times_guessed": lived.guessed,
        **sides.total(),
        "by_day": sides.by_day(kept.lives),
        "would": {key: would[key] for key in ("reference", "policy", "harmed", "felt")},
        "no_harm": _no_harm(kept, lived, periods),
        "definitions": list(DEFINITIONS),
    }


class _Sides:
    """The three sides of one past, over any of its steps. held: steps through which a decision was in force, (T,).
    owed: what each side has left at the end."""

    def __init__(
        self,
        *,
        study: Study,
        truth: Truth,
        reference: Drawn,
        program: Drawn,
        metered: Drawn,
        held: Steps,
        owed: Owed,
    ) -> None:
        self.study, self.truth, self.owed = study, truth, owed
        self.reference, self.program, self.metered = reference, program, metered
        self.free, self.acted = metered.known & ~held, metered.known & held

    def total(self) -> dict[str, Any]:
        """Over the whole; what one side has left at the end beyond another counts at the mean of the reference."""
        found = self.over(np.ones(len(self.study.timeline), dtype=np.bool_))
        left, reference = self.owed, found["reference"]
        free_at_end, acted_at_end = bool(self.free[-1]), bool(self.acted[-1])
        for name, more_kwh, counts in (
            ("would_have_saved", left.program_kwh - left.reference_kwh, True),
            ("against_the_meter", left.program_kwh - left.metered_kwh, free_at_end),
            ("did_save", left.metered_kwh - left.reference_kwh, acted_at_end),
            ("twins_miss", left.metered_kwh - left.reference_kwh, free_at_end),
        ):
            if found[name] is not None and counts:
                found[name] = _with_owed(found[name], more_kwh, reference)
        return {**found, "owed": asdict(left)}

    def by_day(self, lives: Sequence[Life]) -> list[dict[str, Any]]:
        """Each day of the first site's clock."""
        clock = self.study.fleet.sites[0].clock
        days = [moment.date().isoformat() for moment in self.study.timeline.local_times(clock)]
        of_day: dict[str, list[Life]] = {day: [] for day in dict.fromkeys(days)}
        at = {second: days[n] for n, second in enumerate(self.study.timeline.starts_s.tolist())}
        for life in lives:
            day = at.get(int(datetime.fromisoformat(str(life[0]["as_of"])).timestamp()))
            if day is not None:
                of_day[day].append(life)
        named = np.asarray(days)
        return [
            {"day": day, "decisions": _counted(own), **self.over(named == day)}
            for day, own in of_day.items()
        ]

    def over(self, steps: Steps) -> dict[str, Any]:
        """What each side came to over some steps, and what lies between them."""
        free, acted = steps & self.free, steps & self.acted
        reference, program = self._of(self.reference, steps), self._of(self.program, steps)
        hours = self.study.timeline.hours
        return {
            "hours": float(hours[steps].sum()),
            "metered_h": float(hours[free | acted].sum()),
            "in_force_h": float(hours[acted].sum()),
            "reference": _values(reference),
            "program": _values(program),
            "metered": self._worth(self.metered, free | acted),
            "would_have_saved": _less(reference, program),
            "against_the_meter": self._between(self.metered, self.program, free),
            "did_save": self._between(self.reference, self.metered, acted),
            "twins_miss": self._between(self.reference, self.metered, free),
        }

    def _of(self, side: Drawn, steps: Steps) -> Worth:
        return worth(self.study, self.truth, side, self.reference, steps)

    def _worth(self, side: Drawn, steps: Steps) -> dict[str, Any] | None:
        """None where no step is meant."""
        return _values(self._of(side, steps)) if steps.any() else None

    def _between(self, first: Drawn, second: Drawn, steps: Steps) -> dict[str, Any] | None:
        """What the second cost less than the first over some steps; None where no step is meant."""
        return _less(self._of(first, steps), self._of(second, steps)) if steps.any() else None


def _values(found: Worth) -> dict[str, Any]:
    return {"cost": found.cost, **asdict(found)}


def _less(first: Worth, second: Worth) -> dict[str, Any]:
    """By how much the second is below the first; absorbed: by how much it soaked up more."""
    known = first.emissions_kg is not None and second.emissions_kg is not None
    saved = first.cost - second.cost
    return {
        "of": first.cost,
        "cost": saved,
        "share": saved / first.cost if first.cost > 0.0 else None,
        "emissions_kg": (first.emissions_kg or 0.0) - (second.emissions_kg or 0.0)
        if known
        else None,
        "import_kwh": first.import_kwh - second.import_kwh,
        "absorbed_kwh": second.absorbed_kwh - first.absorbed_kwh,
    }


def _with_owed(
    saved: Mapping[str, Any], more_kwh: float, reference: Mapping[str, Any]
) -> dict[str, Any]:
    """What was saved, once what is left undone is drawn too, at the mean cost and emissions of the reference."""
    drawn_kwh = reference["import_kwh"]
    part = more_kwh / drawn_kwh if drawn_kwh > 0.0 else 0.0
    cost = saved["cost"] - part * reference["energy_cost"]
    emissions = saved["emissions_kg"]
    return {
        **saved,
        "cost": cost,
        "share": cost / saved["of"] if saved["of"] > 0.0 else None,
        "emissions_kg": None if emissions is None else emissions - part * reference["emissions_kg"],
        "import_kwh": saved["import_kwh"] - more_kwh,
    }


def _counted(lives: Sequence[Life]) -> dict[str, Any]:
    """How many decisions were told, and what became of the others."""
    others = Counter(_became(life) for life in lives if not is_told(life))
    return {
        "made": len(lives),
        "told": sum(is_told(life) for life in lives),
        "not_told": {name: others[name] for name in ("rejected", "expired", "waiting")},
    }


def _became(life: Life) -> str:
    last = life[-1]["stage"]
    if last == Stage.REFUSED:
        return "rejected"
    return "expired" if last == Stage.EXPIRED else "waiting"


def _no_harm(
    kept: StorePast, lived: LivedStudy, periods: tuple[Period, Period] | None
) -> dict[str, Any]:
    """Before and after, side by side."""
    acts = [datetime.fromisoformat(str(one[0]["as_of"])) for one in kept.lives if is_told(one)]
    timeline = lived.study.timeline
    first = min(acts, default=timeline.end)
    before, after = periods or (
        Period(start=timeline.start, end=first),
        Period(start=first, end=timeline.end + timedelta(seconds=1)),
    )
    jobs = lived_jobs(kept.past)
    rows = beside(jobs, kept.lost_h, (kept.services, kept.readings), before, after)
    return {
        "first_act": first.isoformat() if acts else None,
        "before": _span(before),
        "after": _span(after),
        "enough_is": ENOUGH,
        "worse": sum(row.worse is True for row in rows),
        "not_enough": sum(not row.enough for row in rows),
        "felt": [_row(row) for row in rows],
    }


def _span(period: Period) -> Mapping[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _row(row: Beside) -> dict[str, Any]:
    return {**asdict(row), "enough": row.enough, "worse": row.worse}
