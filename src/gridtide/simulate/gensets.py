"""Generators for emergencies in the twin: when they may carry load, how many start, what is in their tanks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.simulate.study import Study, as_it_binds
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
START_STREAM = 11


@dataclass(frozen=True, kw_only=True, eq=False)
class Gensets:
    """Generators of all sites. started: how many started for the call that holds in a step, share: of the step in
    which they may carry load, (S, T). rated_kw, fuel_l_per_kwh, idling_l_per_kwh, fuel_l: (S,), 0 without any; the
    last is what is left and changes as they run. carries_answers: whether requests are answered on them, (S,)."""

    started: Real
    share: Real
    rated_kw: Real
    fuel_l_per_kwh: Real
    idling_l_per_kwh: Real
    fuel_l: Real
    carries_answers: NDArray[np.bool_]

    def for_answers_kw(self, span: slice, hours: Real) -> Real:
        """Power that requests may be answered on over some steps, (S, T): of machines that are up for a whole step, as
        long as what is in the tank lasts at full load."""
        whole = np.where(self.share[:, span] >= 1.0, self.started[:, span], 0.0)
        power_kw = whole * self.rated_kw[:, None] * self.carries_answers[:, None]
        burnt_l = power_kw * (self.fuel_l_per_kwh + self.idling_l_per_kwh)[:, None] * hours
        lasts = np.cumsum(burnt_l, axis=1) <= self.fuel_l[:, None]
        return np.where(lasts, power_kw, 0.0)

    def over(self, span: slice, ran: Real) -> tuple[Real, Real, Real, Real, Real, Real, Real]:
        """What the kernel of stores reads over some steps. ran: what it fills, (3, S, T)."""
        started, share = (np.ascontiguousarray(one[:, span]) for one in (self.started, self.share))
        fuel = (self.fuel_l_per_kwh, self.idling_l_per_kwh, self.fuel_l)
        return (started, share, self.rated_kw, *fuel, ran)


def gensets_of(study: Study) -> Gensets | None:
    """The generators at the start of a study, tanks full; None where no site has any for emergencies.

    Each call of the grid is one try to start them, drawn from the study's seed and the call's number among all. They
    carry load start_s after it was issued, and while it holds.
    """
    found = [site.genset for site in study.fleet.sites]
    if not any(found):
        return None
    names = [site.name for site in study.fleet.sites]
    timeline = study.timeline
    started, share = np.zeros((2, len(found), len(timeline)))
    for number, call in enumerate(study.events):
        site, event = names.index(call.site), as_it_binds(call, timeline)
        genset = found[site]
        if genset is None or event is None or not np.isfinite(event.limit_kw):
            continue
        rng = np.random.default_rng([study.seed, START_STREAM, number])
        ready = float(rng.binomial(genset.units, 1.0 - genset.start_failure))
        inside = (timeline.ends_s > epoch_s(event.start)) & (timeline.starts_s < epoch_s(event.end))
        up_s = timeline.ends_s - (epoch_s(event.issued_at) + genset.start_s)
        part = np.clip(up_s / (3600.0 * timeline.hours), 0.0, 1.0)
        started[site, inside] = ready
        share[site, inside] = np.maximum(share[site, inside], part[inside])

    def column(name: str) -> Real:
        return np.asarray([getattr(one, name) if one else 0.0 for one in found], dtype=np.float64)

    return Gensets(
        started=started,
        share=share,
        rated_kw=column("rated_kw"),
        fuel_l_per_kwh=column("fuel_l_per_kwh"),
        idling_l_per_kwh=column("idling_l_per_kwh"),
        fuel_l=column("fuel_l"),
        carries_answers=np.asarray([one is not None and one.carries_answers for one in found]),
    )
