"""World A: the fleet as it would behave, with the truth revealed only as it happens."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.carried import none_carried, reach_of
from gridtide.decide.dispatch import Dispatch, Turns
from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.made_terms import following_kw, made_at_sites, reactors_of
from gridtide.decide.peak import same_month
from gridtide.decide.recovering import level_held_kw
from gridtide.decide.reservations import grid_step_s
from gridtide.decide.setpoints import floor_held_kw
from gridtide.decide.state import State, Status
from gridtide.decide.whole_charges import charge_least_kw
from gridtide.fleet.building import (
    capacities_kw,
    facility_power_kw,
    least_fast_marginal,
    most_it_kw,
)
from gridtide.fleet.jobs import Jobs, rows
from gridtide.fleet.menu import at_share
from gridtide.fleet.response_cap import is_ruled
from gridtide.fleet.run_time import estimated_s
from gridtide.fleet.site import Battery
from gridtide.loop.world import Orders, Telemetry
from gridtide.simulate.cold_side import ColdSide
from gridtide.simulate.gensets import Gensets, gensets_of
from gridtide.simulate.kept_ready import kept_ready
from gridtide.simulate.moved_requests import LostCaches
from gridtide.simulate.resting import Resting
from gridtide.simulate.serving import Served
from gridtide.simulate.serving_in_steps import served_in_steps
from gridtide.simulate.site_power import at_sites, idle_and_jobs_kw, it_power_kw
from gridtide.simulate.study import LengthKnowledge, Study, binding_events
from gridtide.simulate.truth import Truth
from gridtide.timeline import Timeline, epoch_s, instant

Whole = NDArray[np.int64]
Ended = tuple[tuple[str, datetime], ...]
Real = NDArray[np.float64]
Stores = tuple[Real, Real, Real, Real, Real, Real]
TRANSFER_STREAM = 7


@dataclass(kw_only=True, eq=False)
class JobBook:
    """What has happened to every job of the study so far; the twin's own memory, columns (n,).

    done_s: seconds of work at full speed. ended_s: instant a job ended, -1 before. told: starts of the slots
    each job was told, by job; turns: when it starts and stops in them, (4, slots) by job, as the dispatch has it.
    promised: whether it was ever promised its deadline; cut: whether a limit that was cut took that back.
    """

    done_s: Whole
    last_step: Whole
    ended_s: Whole
    available_s: Whole
    place: Whole
    moves: Whole
    exposure: Whole
    told_place: Whole
    told_point: Whole
    told: list[Whole]
    turns: list[Real]
    promised: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    expected_s: Whole

    def apart(self) -> "JobBook":
        """The same book, on which something else may now be written."""
        columns = {name: values.copy() for name, values in vars(self).items()}
        return JobBook(**columns)


class Stored(NamedTuple):
    """What meters and stores show where stores have done their part, (S, T), and generators and rivers theirs."""

    import_kw: Real
    export_kw: Real
    charge_kw: Real
    discharge_kw: Real
    unused_kw: Real
    soc_kwh: Real
    genset: Real
    water_kw: Real


@dataclass(eq=False)
class Twin:
    """A simulated fleet: advance(orders, until) runs jobs, serves requests and meters power.

    Promise: no order can overdraw a store, run a job past its declared limit or use more machines than
    there are; what could not be done shows in the telemetry, never in the truth.
    """

    study: Study
    truth: Truth
    present: int
    book: JobBook
    soc_kwh: NDArray[np.float64]
    stores: Stores
    cold: ColdSide
    resting: Resting
    lost: LostCaches
    peak_import_kw: NDArray[np.float64]
    retries: Whole
    grid_power_kw: NDArray[np.float64]
    it_kw: NDArray[np.float64]
    made_kw: Real
    import_max_kw: Real
    export_max_kw: Real
    it_most_kw: Real
    gensets: Gensets | None = None
    transfers: tuple[tuple[int, int, int, int, float], ...] = ()
    store_kw: Real = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, study: Study, truth: Truth) -> "Twin":
        """The twin at the start of the study."""
        sites = len(study.fleet.sites)
        network = study.fleet.network
        rng = np.random.default_rng([study.seed, TRANSFER_STREAM])
        retries = rng.geometric(1.0 - network.transfer_failure_share, size=len(study.jobs)) - 1
        energy_kwh, *_ = stores = _stores(study)
        start = [site.battery.soc_start if site.battery else 0.0 for site in study.fleet.sites]
        import_max = import_max_kw(study.fleet, binding_events(study), study.timeline)
        return cls(
            study=study,
            truth=truth,
            present=0,
            book=_empty_book(study.jobs, study.jobs.expected_s),
            soc_kwh=energy_kwh * np.asarray(start),
            stores=stores,
            cold=ColdSide.of(study.fleet),
            resting=Resting.of(study.fleet, study.timeline),
            lost=LostCaches(),
            peak_import_kw=np.zeros(sites),
            retries=np.minimum(retries, network.transfer_retries_max).astype(np.int64),
            grid_power_kw=np.full(sites, np.nan),
            it_kw=np.full(sites, np.nan),
            made_kw=np.asarray([one.start_kw for one in reactors_of(study.fleet)]),
            import_max_kw=import_max,
            export_max_kw=export_max_kw(study.fleet, binding_events(study), study.timeline),
            it_most_kw=most_it_kw(study.fleet, import_max + truth.supply_kw, truth.outdoor_c),
            gensets=gensets_of(study),
        )

    @property
    def now(self) -> datetime:
        """The instant up to which everything has happened."""
        return instant(self.study.timeline.edges_s[self.present])

    def active_rows(self) -> Whole:
        """Rows of the study's jobs that are known and have not ended, in order of arrival."""
        jobs = self.study.jobs
        known = (jobs.release_s <= epoch_s(self.now)) | self.study.arrivals_known
        here = np.flatnonzero(known & (self.book.ended_s < 0))
        return here[np.lexsort((here, jobs.release_s[here]))]

    def active(self) -> Jobs:
        """The jobs a decision may see now, with what it may take for their run times."""
        chosen = self.active_rows()
        jobs = rows(self.study.jobs, chosen)
        return replace(jobs, expected_s=np.minimum(self._expected_s(chosen), jobs.declared_s))

    def state(self) -> State:
        """What is true now, aligned with active()."""
        chosen = self.active_rows()
        book, jobs = self.book, self.study.jobs
        declared_left = np.maximum(jobs.declared_s[chosen] - book.done_s[chosen], 0)
        expected_left = np.maximum(self._expected_s(chosen) - book.done_s[chosen], 1)
        told = [book.told[job] for job in chosen]
        return State(
            measured_at=self.now,
            soc_kwh=self.soc_kwh,
            grid_power_kw=self.grid_power_kw,
            it_kw=self.it_kw,
            peak_import_kw=self.peak_import_kw,
            remaining_s=declared_left,
            expected_left_s=np.minimum(expected_left, declared_left),
            place=book.place[chosen],
            moves=book.moves[chosen],
            status=self._status(chosen),
            available_s=book.available_s[chosen],
            told_place=book.told_place[chosen],
            told_point=book.told_point[chosen],
            told_offsets=np.concatenate([[0], np.cumsum([len(starts) for starts in told])]),
            told_starts_s=np.concatenate([*told, np.zeros(0, dtype=np.int64)]),
            promised=book.promised[chosen] & ~book.cut[chosen],
            hall_c=self.cold.hall_c,
            cold_kwh=self.cold.cold_kwh,
            at_rest=self.resting.now(),
            made_kw=self.made_kw,
            rest_used=self.resting.used(self.present),
            answered_shares=self.lost.told(),
            store_kw=self.store_kw,
        )

    def advance(self, orders: Orders, until: datetime) -> Telemetry:
        """Carry the orders out up to an edge of the study's timeline."""
        self._take(orders)
        return self.run(orders, until)

    def run(self, orders: Orders, until: datetime) -> Telemetry:
        """Go on up to an edge with every job as the book has it; the orders say everything else."""
        end = int(np.searchsorted(self.study.timeline.edges_s, epoch_s(until)))
        block = Timeline(edges_s=self.study.timeline.edges_s[self.present : end + 1])
        told = np.zeros(0, np.int64) if none_carried(self.study.fleet) else self.active_rows()
        busy, occupied, finished = self._run_jobs(end)
        span = slice(self.present, end)
        jobs_kw = idle_and_jobs_kw(self.study.fleet, busy)
        made_kw = following_kw(self.study.fleet, orders.dispatch.made_kw, self.made_kw, block)
        plants_kw = made_at_sites(self.study.fleet, made_kw, len(block))
        most_kw = self._most_it_kw(span, plants_kw)
        left_kw = self._most_answering_it_kw(most_kw, span, block.hours, plants_kw) - jobs_kw
        held_kw = self._held_it_kw(most_kw, orders.dispatch, span, plants_kw) - jobs_kw
        served = served_in_steps(
            self.study,
            self.truth,
            span,
            orders.dispatch,
            occupied,
            (left_kw, held_kw),
            (self.resting, self.lost),
        )
        telemetry = self._meter(block, span, orders, busy, served, finished, made_kw)
        telemetry = replace(telemetry, carried_kw=self._carried_kw(orders, told, telemetry.it_kw))
        self.peak_import_kw = np.maximum(
            self._peak_carried(block), telemetry.import_kw.max(axis=1, initial=0.0)
        )
        self.grid_power_kw = telemetry.import_kw[:, -1] - telemetry.export_kw[:, -1]
        self.it_kw = telemetry.it_kw[:, -1]
        self.made_kw = made_kw[:, -1]
        if is_ruled(self.study.fleet):
            self.store_kw = telemetry.charge_kw[:, -1] - telemetry.discharge_kw[:, -1]
        self.present = end
        return telemetry

    def _carried_kw(self, orders: Orders, told: Whole, it_kw: Real) -> Real:
        """By how much work that ran through a step could have drawn less and more, (2, S, T); no more than the
        building's IT carries. told: rows of the study that the orders speak of."""
        fleet, placement = self.study.fleet, orders.dispatch.placement
        steps = it_kw.shape[1]
        if none_carried(fleet):
            return np.zeros((2, 0, steps))
        counts = np.diff(placement.offsets)
        begins_s = placement.horizon.starts_s[placement.slots]
        ends_s = placement.horizon.ends_s[placement.slots]
        ended_s, there_s = self.book.ended_s[told], self.book.available_s[told]
        ran = np.repeat(there_s, counts) <= begins_s
        ran &= (np.repeat(ended_s, counts) < 0) | (np.repeat(ended_s, counts) >= ends_s)
        turns = _by_slot(orders.dispatch.turns, len(placement.slots))
        ran &= ~turns.any(axis=0)
        reach_kw = reach_of(fleet, orders.jobs, placement, ran)[:, :, :steps]
        free_kw = least_fast_marginal(fleet)[:, None] * (capacities_kw(fleet)[:, None] - it_kw)
        return np.stack([reach_kw[0], np.minimum(reach_kw[1], np.maximum(free_kw, 0.0))])

    def _most_it_kw(self, span: slice, plants_kw: Real) -> Real:
        """IT power each building carries within import, supply and what plants make, (S, T)."""
        if not plants_kw.any():
            return self.it_most_kw[:, span]
        limit_kw = self.import_max_kw[:, span] + self.truth.supply_kw[:, span] + plants_kw
        return most_it_kw(self.study.fleet, limit_kw, self.truth.outdoor_c[:, span])

    def _most_answering_it_kw(
        self, most_kw: Real, span: slice, hours: Real, plants_kw: Real
    ) -> Real:
        """IT power each building carries while it answers, with generators that requests are answered on, (S, T)."""
        if self.gensets is None or not self.gensets.carries_answers.any():
            return most_kw
        made_kw = self.gensets.for_answers_kw(span, hours)
        supply_kw = self.truth.supply_kw[:, span] + plants_kw
        limit_kw = self.import_max_kw[:, span] + supply_kw + made_kw
        with_them = most_it_kw(self.study.fleet, limit_kw, self.truth.outdoor_c[:, span])
        return np.where(made_kw > 0.0, with_them, most_kw)

    def _held_it_kw(self, most_kw: Real, dispatch: Dispatch, span: slice, plants_kw: Real) -> Real:
        """IT power each building carries within the import its site is held to, with the store as ordered, (S, T)."""
        level_kw = level_held_kw(dispatch, most_kw.shape[1])
        if not np.isfinite(level_kw).any():
            return most_kw
        limit_kw = np.minimum(level_kw, self.import_max_kw[:, span])
        supply_kw = self.truth.supply_kw[:, span] + plants_kw
        supply_kw = supply_kw + dispatch.discharge_kw[:, : limit_kw.shape[1]]
        outdoor_c = self.truth.outdoor_c[:, span]
        return np.minimum(most_kw, most_it_kw(self.study.fleet, limit_kw + supply_kw, outdoor_c))

    def _expected_s(self, chosen: Whole) -> Whole:
        """What decisions take for run times: as told by the study, or judged by jobs that have ended."""
        if self.study.length_knowledge is not LengthKnowledge.ESTIMATE:
            return self.book.expected_s[chosen]
        jobs, ended = self.study.jobs, np.flatnonzero(self.book.ended_s >= 0)
        seen = (jobs.work_class[ended], jobs.declared_s[ended], self.book.done_s[ended])
        before = self.study.ended
        past = [np.concatenate(pair) for pair in zip(before, seen, strict=True)]
        return estimated_s(
            jobs.declared_s[chosen], jobs.work_class[chosen], (past[0], past[1], past[2])
        )

    def _status(self, chosen: Whole) -> Whole:
        book = self.book
        now_s = epoch_s(self.now)
        running = book.last_step[chosen] == self.present - 1
        begun = book.done_s[chosen] > 0
        moving = book.available_s[chosen] > now_s
        status = np.where(begun, int(Status.PAUSED), int(Status.WAITING))
        status = np.where(running & begun, int(Status.RUNNING), status)
        return np.where(moving, int(Status.MOVING), status).astype(np.int64)

    def _take(self, orders: Orders) -> None:
        """Write down what each job was told; data of a job that changes its site sets off at once."""
        placement = orders.dispatch.placement
        chosen = self.active_rows()
        book = self.book
        starts_s = placement.horizon.starts_s
        turns = _by_slot(orders.dispatch.turns, len(placement.slots))
        resized = self._accelerators(chosen, book.told_place[chosen], book.told_point[chosen])
        resized = resized != self._accelerators(chosen, placement.place, placement.point)
        for row, job in enumerate(chosen):
            book.cut[job] = book.promised[job] and not orders.promised[row]
            book.promised[job] |= orders.promised[row]
            place = int(placement.place[row])
            slots = placement.slots[placement.offsets[row] : placement.offsets[row + 1]]
            book.told[job] = starts_s[slots]
            book.turns[job] = turns[:, placement.offsets[row] : placement.offsets[row + 1]]
            book.told_place[job] = place
            book.told_point[job] = placement.point[row]
            self._interrupt(int(job), epoch_s(self.now), bool(resized[row]))
            self._send(int(job), place)

    def place_job(self, job: int, place: int, point: int) -> None:
        """Tell one job its place and operating point, as an order does that keeps its slots: data that changes its
        site sets off at once, and a gang of another size starts again."""
        book, row = self.book, np.asarray([job])
        before = self._accelerators(row, book.told_place[row], book.told_point[row])
        book.told_place[job], book.told_point[job] = place, point
        resized = before != self._accelerators(row, book.told_place[row], book.told_point[row])
        book.told[job] = np.asarray([epoch_s(self.now)])
        self._interrupt(job, epoch_s(self.now), bool(resized[0]))
        self._send(job, place)

    def stop_job(self, job: int) -> None:
        """Stop one job: without checkpoints it has lost its work."""
        self.book.told[job] = np.zeros(0, dtype=np.int64)
        self._interrupt(job, epoch_s(self.now), False)

    def _send(self, job: int, place: int) -> None:
        """Data of a job that changes its site sets off; a place below 0 is none."""
        book, network = self.book, self.study.fleet.network
        site, now_s = self.study.fleet.site_of_place, epoch_s(self.now)
        if place < 0 or place == book.place[job]:
            return
        here, there = int(site[book.place[job]]), int(site[place])
        book.place[job] = place
        if here == there:
            return
        attempts = 1 + int(self.retries[job])
        gb = float(self.study.jobs.data_gb[job]) * attempts
        self.transfers += ((job, here, there, now_s, gb),)
        book.moves[job] += 1
        book.exposure[job] += attempts * int(self.study.jobs.sensitivity[job])
        book.available_s[job] = now_s + int(np.ceil(gb / network.transfer_gb_per_s[here, there]))
        book.last_step[job] = -2

    def _accelerators(self, chosen: Whole, place: Whole, point: Whole) -> Whole:
        """What jobs run on at operating points of places, (n,)."""
        menu = self.study.fleet.menu
        share = menu.gang_share[menu.entry(place, point)]
        return at_share(self.study.jobs.accelerators[chosen], share)

    def _interrupt(self, job: int, now_s: int, resized: bool) -> None:
        """A running job without checkpoints that is told to stop has lost its work; one told another number of
        accelerators starts again there, from its checkpoint if it has one."""
        book = self.book
        runs = book.last_step[job] == self.present - 1 and book.done_s[job] > 0
        goes_on = len(book.told[job]) > 0 and int(book.told[job][0]) == now_s
        if resized:
            book.last_step[job] = -2
        if runs and (resized or not goes_on) and not self.study.jobs.interruptible[job]:
            book.done_s[job], book.last_step[job] = 0, -2

    def _run_jobs(self, end: int) -> tuple[NDArray[np.float64], Whole, Ended]:
        from gridtide.kernels import twin as kernel

        study, book = self.study, self.book
        chosen = self.active_rows()
        step_s = grid_step_s(study.timeline)
        origin_s = int(study.timeline.edges_s[0])
        places, steps = len(study.fleet.places), end - self.present
        told = [book.told[job] for job in chosen]
        starts_s = np.concatenate([*told, np.zeros(0, dtype=np.int64)]).astype(np.int64)
        offsets = np.concatenate([[0], np.cumsum([len(own) for own in told])]).astype(np.int64)
        menu = study.fleet.menu
        entry = menu.entry(book.told_place[chosen], book.told_point[chosen])
        busy = np.zeros((len(study.jobs.classes), len(menu), steps))
        occupied = np.zeros((places, steps), dtype=np.int64)
        done_s, last_step = book.done_s[chosen], book.last_step[chosen]
        ended_s = book.ended_s[chosen]
        kernel.run_jobs(
            (offsets, (starts_s - origin_s) // step_s),
            (np.maximum(book.told_place[chosen], 0), entry, menu.speed[entry]),
            self._accelerators(chosen, book.told_place[chosen], book.told_point[chosen]),
            (study.true_s[chosen], study.jobs.declared_s[chosen], study.jobs.restart_s[chosen]),
            (done_s, last_step, ended_s, book.available_s[chosen]),
            study.jobs.work_class[chosen],
            (self.present, end, step_s, origin_s),
            busy,
            occupied,
            self._turns(chosen),
        )
        book.done_s[chosen], book.last_step[chosen], book.ended_s[chosen] = (
            done_s,
            last_step,
            ended_s,
        )
        over = chosen[ended_s >= 0]
        return (
            busy,
            occupied,
            tuple((str(study.jobs.name[job]), instant(book.ended_s[job])) for job in over),
        )

    def _turns(self, chosen: Whole) -> tuple[Real, Real, Real, Real] | None:
        """When the told slots of jobs are started and stopped in, None where nothing is staggered."""
        if not is_ruled(self.study.fleet):
            return None
        told = np.concatenate([*(self.book.turns[job] for job in chosen), np.zeros((4, 0))], axis=1)
        late, rise, early, fall = (np.array(row, order="C") for row in told)
        return late, rise, early, fall

    def _meter(
        self,
        block: Timeline,
        span: slice,
        orders: Orders,
        busy: NDArray[np.float64],
        served: Served,
        finished: Ended,
        made_kw: Real,
    ) -> Telemetry:
        fleet = self.study.fleet
        class_kw, service_kw, it_kw = it_power_kw(fleet, busy, served.active, served.answering_kw)
        it_kw = it_kw + at_sites(fleet, served.rested.extra_kw)
        demand_kw = facility_power_kw(fleet, it_kw, self.truth.outdoor_c[:, span])
        supply_kw, limit_kw = self.truth.supply_kw[:, span], self.import_max_kw[:, span]
        plants_kw = made_at_sites(fleet, made_kw, len(block))
        cooled = self.cold.advance(
            it_kw,
            orders.dispatch.cooling,
            self.truth.outdoor_c[:, span],
            limit_kw + supply_kw + plants_kw - demand_kw,
            block.hours,
        )
        steps = len(block)
        demand_kw = demand_kw + cooled.extra.drawn_kw(steps)
        stored = self._run_stores(block, span, orders.dispatch, demand_kw, supply_kw + plants_kw)
        past_kw = np.minimum(stored.unused_kw, plants_kw)
        return Telemetry(
            timeline=block,
            it_kw=it_kw,
            facility_kw=demand_kw,
            import_kw=stored.import_kw,
            export_kw=stored.export_kw,
            charge_kw=stored.charge_kw,
            discharge_kw=stored.discharge_kw,
            supply_kw=supply_kw,
            unused_supply_kw=stored.unused_kw - past_kw,
            soc_kwh=stored.soc_kwh,
            class_kw=class_kw,
            service_kw=service_kw,
            answered=served.answered,
            refused=served.refused,
            latency_p50_s=served.latency_p50_s,
            latency_p95_s=served.latency_p95_s,
            slower=served.slower,
            slower_p95_s=served.slower_p95_s,
            finished=finished,
            extra_cooling_kw=cooled.extra.heat_kw,
            air_c=cooled.air_c,
            cold_kwh=cooled.cold_kwh,
            busy=busy,
            active=served.active,
            answering_kw=served.answering_kw,
            rest_kw=served.rested.extra_kw,
            resting=served.rested.resting,
            genset=stored.genset,
            made_kw=made_kw,
            water_kw=stored.water_kw,
            led_past_kw=past_kw if len(made_kw) else np.zeros((0, steps)),
        )

    def _run_stores(
        self, block: Timeline, span: slice, dispatch: Dispatch, demand_kw: Real, supply_kw: Real
    ) -> Stored:
        """What stores, generators and rivers do beside this demand and what the sites make themselves, (S, T)."""
        from gridtide.kernels import twin as kernel

        fleet, steps = self.study.fleet, len(block)
        imported, exported, charged, discharged, unused, soc = np.zeros((6, *demand_kw.shape))
        least_kw, water_kw = charge_least_kw(fleet), self._water_kw(span, steps)
        told = _told_stores(dispatch, steps)
        ran = np.zeros((3, *demand_kw.shape)) if self.gensets else np.zeros((3, 0, steps))
        kernel.run_stores(
            np.ascontiguousarray(demand_kw),
            np.ascontiguousarray(supply_kw),
            told,
            (self.soc_kwh, *self.stores),
            (
                np.array(self.import_max_kw[:, span], order="C"),
                np.array(self.export_max_kw[:, span], order="C"),
                np.asarray([site.contract.ramp_max_kw_per_min or np.inf for site in fleet.sites]),
            ),
            kept_ready(
                fleet,
                dispatch.offered_kw,
                dispatch.placement.horizon.hours,
                steps,
                dispatch.carried_kw,
            ),
            self.grid_power_kw.copy(),
            block.hours,
            (imported, exported, charged, discharged, unused, soc),
            self.gensets.over(span, ran) if self.gensets else None,
            least_kw if least_kw.any() else None,
            (water_kw[0], water_kw[1]) if water_kw.size else None,
            floor_held_kw(dispatch, told[2]),
        )
        return Stored(imported, exported, charged, discharged, unused, soc, ran, water_kw)

    def _water_kw(self, span: slice, steps: int) -> Real:
        """What rivers bring to stores, and room for what is spilt, (2, S, T); of no sites without a reservoir."""
        if not any(site.reservoir for site in self.study.fleet.sites):
            return np.zeros((2, 0, steps))
        inflow_kw = self.truth.inflow_kw[:, span]
        return np.stack([inflow_kw, np.zeros_like(inflow_kw)])

    def _peak_carried(self, block: Timeline) -> NDArray[np.float64]:
        """The highest import of the billing month so far; a new month starts at 0."""
        before = instant(int(block.edges_s[0]) - 1)
        return np.asarray(
            [
                peak if same_month(before, block.start, site.clock) else 0.0
                for peak, site in zip(self.peak_import_kw, self.study.fleet.sites, strict=True)
            ]
        )


def _told_stores(dispatch: Dispatch, steps: int) -> tuple[Real, Real, Real]:
    """What stores are told to take and give, and the import they hold their sites to, (S, steps) each.

    Copies: frozen and fresh arrays would each be given a compiled loop of their own.
    """
    return (
        np.array(dispatch.charge_kw[:, :steps], order="C"),
        np.array(dispatch.discharge_kw[:, :steps], order="C"),
        level_held_kw(dispatch, steps),
    )


def _by_slot(turns: Turns, slots: int) -> Real:
    """Turns of a dispatch, (4, slots); all at once where nothing is staggered."""
    if not len(turns):
        return np.zeros((4, slots))
    return np.stack([turns.late_s, turns.rise_s, turns.early_s, turns.fall_s])


def _stores(study: Study) -> Stores:
    """Per site: energy_kwh, least energy, charge and discharge efficiency, largest charge and discharge in
    kW; a site without a store has 0."""
    empty = Battery(energy_kwh=0.0, charge_max_kw=0.0, discharge_max_kw=0.0)
    batteries = [site.battery or empty for site in study.fleet.sites]
    return (
        np.asarray([battery.energy_kwh for battery in batteries]),
        np.asarray([battery.energy_kwh * battery.soc_min for battery in batteries]),
        np.asarray([battery.charge_efficiency for battery in batteries]),
        np.asarray([battery.discharge_efficiency for battery in batteries]),
        np.asarray([battery.charge_max_kw for battery in batteries]),
        np.asarray([battery.discharge_max_kw for battery in batteries]),
    )


def _empty_book(jobs: Jobs, expected_s: Whole) -> JobBook:
    n = len(jobs)
    zeros = np.zeros(n, dtype=np.int64)
    return JobBook(
        done_s=zeros.copy(),
        last_step=np.full(n, -2, dtype=np.int64),
        ended_s=np.full(n, -1, dtype=np.int64),
        available_s=zeros.copy(),
        place=jobs.home.copy(),
        moves=zeros.copy(),
        exposure=zeros.copy(),
        told_place=np.full(n, -1, dtype=np.int64),
        told_point=zeros.copy(),
        told=[np.zeros(0, dtype=np.int64) for _ in range(n)],
        turns=[np.zeros((4, 0)) for _ in range(n)],
        promised=np.zeros(n, dtype=np.bool_),
        cut=np.zeros(n, dtype=np.bool_),
        expected_s=expected_s.astype(np.int64),
    )
