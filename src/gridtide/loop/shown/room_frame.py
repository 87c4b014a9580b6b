"""The frame of a room at an instant: what it decided, who waits for whom, what is wrong, and every site."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gridtide.decide.plan import Plan
from gridtide.fleet.site_act import subject_of
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate
from gridtide.loop.newcomers import left_alone_said
from gridtide.loop.news import ReadsNews
from gridtide.loop.seen import Seen
from gridtide.loop.set_points.regulating import RegulationThread, seen_of
from gridtide.loop.shown.ages import ages_of
from gridtide.loop.shown.at_risk import AT_RISK_MOST, risk_values, rows_at_risk
from gridtide.loop.shown.frame import alarm_values, site_values
from gridtide.loop.standing_in import with_stand_ins
from gridtide.loop.turn import Turn
from gridtide.timeline import instant
from gridtide.trust.modes import Autonomy
from gridtide.trust.record import Decision


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """How a room stands at an instant. simulated: as of the room. waiting: how many decisions wait for people. turn:
    the newest, in_force: what orders hold by, None for none. fates: acts by what came of them; decided_s: how long
    turns took. wrong: what keeps the room itself from its work, as kind, subject and words, empty where nothing does.
    """

    now: datetime
    autonomy: Autonomy
    simulated: float | None
    waiting: int
    in_force: Decision | None
    turn: Turn | None
    fates: Mapping[str, int]
    decided_s: tuple[float, ...]
    wrong: tuple[tuple[str, str, str], ...]
    world: LiveWorld
    news: ReadsNews
    lines: tuple[RegulationThread, ...]


def standing_values(standing: Standing, seen: Seen | None, mandate: Mandate) -> dict[str, object]:
    """What a frame says beside its sites; to be asked under the lock of the room. seen: by meters, None unknown."""
    world, news, now = standing.world, standing.news, standing.now
    return {
        "at": now.isoformat(),
        "mode": standing.autonomy.mode.value,
        "frozen": standing.autonomy.frozen,
        "simulated": standing.simulated,
        "waiting": standing.waiting,
        "decision": None if standing.in_force is None else standing.in_force.id[:12],
        "alarms": alarm_values(world.watch.standing, _wrong(standing), now),
        "ages_s": ages_of(mandate, seen, news, now),
        "acts": dict(standing.fates),
        "decided_s": list(standing.decided_s),
        **_at_risk(standing.turn, world),
        **seen_of(standing.lines),
    }


def _at_risk(turn: Turn | None, world: LiveWorld) -> dict[str, object]:
    """The jobs with least slack, and how many there are."""
    if turn is None:
        return {"at_risk": [], "at_risk_count": 0}
    rows = rows_at_risk(turn.situation)
    shown = risk_values(turn.situation, rows[:AT_RISK_MOST], partial(world.roll.past, world.over))
    return {"at_risk": shown, "at_risk_count": len(rows)}


def sites_of(
    standing: Standing, seen: Seen | None, plan: Plan | None, mandate: Mandate
) -> dict[str, object]:
    """Every site in the step that ended at that instant, or runs, and which of its meters are doubted: what they
    should read is shown; nothing before the first turn."""
    if standing.turn is None:
        return {}
    world = standing.world
    instead = () if seen is None else world.doubted.stand_ins(seen, world.fleet)
    shown = None if seen is None else with_stand_ins(seen, instead)
    step = standing.world.present - (standing.now <= standing.world.now)
    began = instant(mandate.steps.starts_s[step])
    carbon = mandate.objective.carbon
    sites = site_values(standing.turn.situation, shown, plan, carbon, began)
    expected = {"expected": [one.of for one in instead]} if instead else {}
    return {"sites": sites, **expected}


def silent_of(world: LiveWorld, news: ReadsNews) -> dict[str, str]:
    """Devices and sources that do not answer, by name, with what is wrong."""
    return {**world.reach.silent, **news.silent()}


def _wrong(standing: Standing) -> Iterable[tuple[str, str, str]]:
    """What is wrong, what keeps the room from its work first: a frame holds a few."""
    world = standing.world
    yield from (one for one in standing.wrong if one[2])
    yield from _not_taken(world)
    for name, said in sorted(silent_of(world, standing.news).items()):
        yield "silent", name, said
    yield from world.doubted.alarms()
    yield from left_alone_said(world.roll)


def _not_taken(world: LiveWorld) -> Iterator[tuple[str, str, str]]:
    """What of the last step no device took."""
    for one in world.unheard:
        yield one.outcome.fate.value, subject_of(one.act), one.outcome.said
