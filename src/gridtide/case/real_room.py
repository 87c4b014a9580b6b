"""The control room of a case over the real devices that it names, by the clock on the wall."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from gridtide.case.build import study_of
from gridtide.case.learned_listing import building_trials
from gridtide.case.live_room import room_over
from gridtide.case.live_sources import fetched_first, follow_sources
from gridtide.case.live_work import ReadWork
from gridtide.case.load import read_case
from gridtide.case.points_in_room import led_by, remembering
from gridtide.case.present_course import holding
from gridtide.case.real_devices import Now, RealDevices, real_devices
from gridtide.case.real_services import SPLIT
from gridtide.case.schema import AutonomyTable, CaseFile
from gridtide.case.setpoint_lines import lines_of
from gridtide.case.wanted import serving_of
from gridtide.finding import Finding, Gathered
from gridtide.fleet.device import RoutesRequests
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.product import ProductKind
from gridtide.loop.beside import Pace, all_beside
from gridtide.loop.clock import steady_s
from gridtide.loop.clocks_apart import earliest
from gridtide.loop.control import ControlRoom
from gridtide.loop.endless import without_end
from gridtide.loop.keeping_readings import KeepingReadings, Said
from gridtide.loop.measured_requests import MeasuredRequests
from gridtide.loop.reach import Reach
from gridtide.loop.set_points.led_site import LineTerms
from gridtide.loop.wanted_replicas import WantedReplicas
from gridtide.loop.world import WakingClock
from gridtide.simulate.study import Study
from gridtide.simulate.untold import untold
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.service import ServiceStores
from gridtide.trust.envelope import Envelope
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.record import Store

log = logging.getLogger("gridtide.serve")


@dataclass(frozen=True, kw_only=True, eq=False)
class RealCase:
    """A case and its devices, ready to be led. envelope: that it states. lines: of its dispatch centres."""

    case: CaseFile
    folder: Path
    study: Study
    devices: RealDevices
    envelope: Envelope
    lines: tuple[LineTerms, ...] = ()


def read_real(path: Path, now: Now) -> RealCase:
    """A case with its devices, none asked anything yet, its course holding the present. Raises BadInput with all
    faults, Infeasible as `load_case`."""
    case, folder = holding(read_case(path), now()), Path(path).resolve().parent
    fetched_first(case, folder)
    study = study_of(case, folder)
    faults = Gathered()
    devices = faults.of(lambda: real_devices(case, study, folder, now))
    envelope = faults.of(lambda: envelope_of(case.autonomy))
    faults.findings += [*untold(study, _regulated(case), nodes_rest=False), *_unknown_sites(case)]
    faults.refuse_if_any()
    assert devices is not None and envelope is not None
    return RealCase(
        case=case,
        folder=folder,
        study=replace(study, jobs=_at_home(study.jobs)),
        devices=devices,
        envelope=envelope,
        lines=lines_of(case),
    )


def real_room(
    real: RealCase,
    kept: ServiceStores,
    chain: Store,
    clock: WakingClock,
    pace: Pace | None = None,
) -> ControlRoom:
    """The room that leads the devices of a case, what the one before it left taken up and read back.

    It begins in advise, by the envelope that the case states, unless people decided otherwise before, and has no end.
    chain: where it writes down what it does. pace: how often devices are asked beside the loop, as those that take time
    must be; what they say is shown and kept, and sources are read beside the loop too. None asks in the loop, for
    clocks that are driven.
    """
    now = clock.now()
    autonomy = Autonomy(since=now, mode=Mode.ADVISE, envelope=real.envelope, by=("case",))
    said = Said(site.name for site in real.study.fleet.sites)
    devices, points = real.devices.reach, real.devices.points
    remembering(points, kept.documents, clock.now)
    if pace is not None:
        words = (clock.now, steady_s, pace, said.took, kept.lead.is_sure)
        devices = all_beside(devices, *words)
    reach, decides = Reach(devices=devices), real.case.autonomy.policy
    room = room_over(real.study, reach, clock, (chain, kept.intents), autonomy, decides)
    room.desk.documents, room.epoch = kept.documents, kept.lead.epoch
    room.mandate, room.endless = without_end(room.mandate, earliest(reach, now)), True
    room.world.steps, room.buildings = room.mandate.steps, building_trials(real.case)
    _answer_who_scales(room, real.devices.wanted)
    room.measured = MeasuredRequests() if real.study.services else None
    led_by(room, points)
    try:
        room.begin(devices_lived_on=True)
        work = ReadWork(study=real.study, decides=decides, staying=_at_home)
        sources = follow_sources(room, real.case, real.folder, work)
    except BaseException:
        room.close()
        raise
    if pace is not None:
        sources.start()
        room.world.beat = timedelta(seconds=pace.read_every_s)
        _keep_readings(room, said, kept.readings)
    return room


def _answer_who_scales(room: ControlRoom, wanted: WantedReplicas | None) -> None:
    """Have the room say what its services shall run now, where it has any."""
    split = room.world.reach.devices.get(SPLIT)
    if wanted is not None and isinstance(split, RoutesRequests):
        room.serving = serving_of(wanted, room.world, split.read_routes)


def _keep_readings(room: ControlRoom, said: Said, readings: ParquetHistory) -> None:
    """Have what devices say kept for as long as the room is open."""
    keeping = KeepingReadings(said, readings, readings.move, room.clock.now, log.warning)
    keeping.start()
    room.endings = (*room.endings, keeping.close)


def envelope_of(table: AutonomyTable) -> Envelope:
    """What a case lets a room do without asking; nothing where it says nothing. Raises BadInput."""
    values = table.model_dump(exclude={"policy"})
    by_site = tuple(sorted(values.pop("moved_max_kw").items()))
    at_once = values.pop("mandatory") == "act"
    return Envelope(**values, moved_max_kw=by_site, mandatory=at_once)


def _regulated(case: CaseFile) -> frozenset[str]:
    """Sites that offer nothing but regulation, by a line of set-points that calls it."""
    lines = {line.site for line in case.setpoint}
    return frozenset(
        site.name
        for site in case.site
        if site.name in lines and all(one.product is ProductKind.REGULATION for one in site.offer)
    )


def _unknown_sites(case: CaseFile) -> list[Finding]:
    sites = [site.name for site in case.site]
    return [
        Finding(
            subject=f"autonomy.moved_max_kw.{name}",
            value=f"{most_kw:g}",
            limit="one of " + ", ".join(sites),
            mend="Name a site of the case.",
        )
        for name, most_kw in case.autonomy.moved_max_kw.items()
        if name not in sites
    ]


def _at_home(jobs: Jobs) -> Jobs:
    """Work that stays where it is: no scheduler sends it elsewhere."""
    at_home = np.zeros_like(jobs.allowed)
    at_home[np.arange(len(jobs)), jobs.home] = True
    return replace(jobs, allowed=at_home)
