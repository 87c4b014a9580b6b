"""The control room of a case over simulated devices: the demonstration that a service serves, and what tests drive."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

from gridtide.case.build import study_of
from gridtide.case.live_policy import USUAL, believed, tried
from gridtide.case.load import read_case
from gridtide.case.on_the_wall import begin_beside
from gridtide.case.setpoint_lines import lines_of
from gridtide.case.wanted import serving_by_steps
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.finding import Finding, refuse_if_any
from gridtide.loop.clock import MovedClock, PacedClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.desk import Desk
from gridtide.loop.intents import KeepsIntents
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.minutes import Minutes
from gridtide.loop.reach import Reach
from gridtide.loop.roll import Roll
from gridtide.loop.set_points.led_site import LineTerms
from gridtide.loop.world import WakingClock
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryIntents
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.envelope import Envelope
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.record import Store

AS_THE_WALL = 1.0
"""The speed of a course that goes by the clock on the wall."""


def demo_room(
    speed: float,
    store: Store,
    mode: Mode = Mode.ADVISE,
    documents: KeepsDocuments | None = None,
) -> ControlRoom:
    """The bundled week, `speed` times as fast as the wall; a thread must call `go_on` of it (see `loop/live.py`)."""
    with as_file(files("gridtide.case") / "demo" / "case.toml") as path:
        return room_of_case(path, speed, store, mode, documents)


def room_of_case(
    path: Path,
    speed: float,
    store: Store,
    mode: Mode = Mode.ADVISE,
    documents: KeepsDocuments | None = None,
) -> ControlRoom:
    """The room of a case file, over simulated devices, which begin anew with every process; documents: what people
    decided of autonomy stands from one process to the next. At a speed of 1 it goes by the wall's clock: plans are made
    in another process, and lines of set-points are followed. Raises what `load_case` raises, and BadInput for lines
    that cannot be opened, or at another speed."""
    case = read_case(path)
    study = study_of(case, Path(path).resolve().parent)
    lines = lines_of(case)
    refuse_if_any(_too_fast(lines, speed))
    on_the_wall = speed == AS_THE_WALL
    start = study.timeline.start
    clock = MovedClock(start) if on_the_wall else PacedClock(present=start, speed=speed)
    room = room_of(study, clock, store, MemoryIntents(), mode, case.autonomy.policy)
    room.desk.documents, room.simulated = documents, speed
    room.serving = serving_by_steps(study, room.world)
    room.begin(devices_lived_on=False)
    return begin_beside(room, lines, clock) if on_the_wall else room


def _too_fast(lines: tuple[LineTerms, ...], speed: float) -> Iterator[Finding]:
    """Set-points come by the wall's clock; a course that goes faster cannot follow them."""
    if lines and speed != AS_THE_WALL:
        yield Finding(
            subject="[[setpoint]]",
            value=f"{len(lines)} in a course {speed:g} times as fast as the wall's clock",
            limit="a course as fast as set-points come",
            mend="Serve it with --speed 1, or take [[setpoint]] out of the case.",
        )


def room_of(
    study: Study,
    clock: WakingClock,
    store: Store,
    intents: KeepsIntents,
    mode: Mode,
    policy: str = USUAL,
) -> ControlRoom:
    """The room of a study over simulated devices, by a policy of it."""
    _, _, known = policy_named(policy, study)
    fleet = SimulatedFleet.of(known, truth_of(study), clock.now)
    reach = Reach(devices=devices_of(fleet))
    autonomy = Autonomy(since=clock.now(), mode=mode, envelope=everything(study), by=("case",))
    return room_over(study, reach, clock, (store, intents), autonomy, policy)


def room_over(
    study: Study,
    reach: Reach,
    clock: WakingClock,
    kept: tuple[Store, KeepsIntents],
    autonomy: Autonomy,
    decides: str = USUAL,
) -> ControlRoom:
    """The room of a study over some devices. kept: where the chain and intents are. decides: the policy by its name;
    one that is only believed to advise asks people for each decision."""
    policy, forecaster, known = policy_named(decides, study)
    store, intents = kept
    world = LiveWorld(
        fleet=known.fleet,
        services=known.services,
        steps=known.timeline,
        clock=clock,
        reach=reach,
        roll=Roll(
            declared=known.jobs,
            estimates=known.length_knowledge is LengthKnowledge.ESTIMATE,
            ended=known.ended,
        ),
        intents=intents,
    )
    owner = f"room {study.name}"
    return ControlRoom(
        mandate=replace(mandate_of(known, forecaster), owner=owner),
        policy=tried(policy, known),
        world=world,
        desk=Desk(owner=owner, autonomy=autonomy, minutes=Minutes(store=store), clock=clock),
        clock=clock,
        currency=study.currency,
        patience=timedelta(hours=study.cadence.replan_h),
        believed=believed(policy),
    )


def everything(study: Study) -> Envelope:
    """An envelope that holds all that a simulated fleet can do: nothing real is moved by it."""
    sites = study.fleet.sites
    return Envelope(
        share_max=1.0,
        moved_max_kw=tuple((site.name, 1e9) for site in sites),
        jobs_max_per_day=1_000_000,
        hold_max_h=24.0 * 31,
        mandatory=True,
    )
