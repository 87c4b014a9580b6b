"""Work, requests and likely peaks are read again while a room runs: what is new is a turn, nothing told is lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gridtide.case.live_room import everything, room_over
from gridtide.case.live_sources import LiveSources, follow_sources
from gridtide.case.load import load_case, read_case
from gridtide.case.real_room import read_real
from gridtide.fleet.service import demand_zone
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.signals.history import known
from gridtide.signals.signal import Kind
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import (
    DEVICES,
    JOBS,
    START,
    Feed,
    Queue,
    a_case,
    opened,
    over,
)
from gridtide.testing.openadr import event_of, program_of
from gridtide.timeline import regular
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.people import Person, Role
from gridtide.wire.openadr.recording import line_of_answer

FREE = """
[autonomy]
share_max = 1.0
moved_max_kw = { north = 500 }
jobs_max_per_day = 5
hold_max_h = 24
"""
FIXTURES = Path(__file__).parents[1] / "fixtures"


def looked(room: ControlRoom) -> LiveSources:
    """The sources of a room after two looks, which nothing disturbs."""
    live = room.news
    assert isinstance(live, LiveSources)
    live.look()
    live.look()
    return live


def test_a_job_that_its_log_declares_while_the_room_runs_is_promised_and_told(
    tmp_path: Path,
) -> None:
    """Until then its scheduler alone knows it, without a run limit, and it is left alone; a log that is half written is
    named and changes nothing; what is declared no more is as its scheduler says again."""
    clock = DrivenClock(START + timedelta(minutes=2))
    queue, log = Queue(clock), tmp_path / "jobs.csv"
    path = a_case(tmp_path, hall("north"), DEVICES, JOBS, FREE)
    declares = log.read_text()
    log.write_text(declares.replace("a7", "a1"))
    room, kept = opened(over(read_real(path, clock.now), queue, Feed(clock)), tmp_path, clock)
    for name in ("li", "zhao"):
        room.change_mode("act", Person(name=name, role=Role.APPROVER), "it did well")
    room.go_on()
    assert queue.begins == [] and not room.world.roll.is_declared("slurm-a7")
    log.write_text("submit,duration_s\n2026-12-01T00:00Z")
    assert "jobs[1] jobs.csv" in looked(room).silent()
    room.go_on()
    assert queue.begins == []
    log.write_text(declares)
    assert not looked(room).silent()
    room.go_on()
    assert room.world.promised["slurm-a7"] and len(queue.begins) == 1
    log.write_text(declares.replace("a7", "a1"))
    looked(room)
    room.go_on()
    kept.close()
    assert not room.world.roll.is_declared("slurm-a7") and "slurm-a7" in room.world.roll.left_alone
    assert len(queue.begins) == 1 and room.undecided == ""


def over_nothing(folder: Path, now: datetime) -> tuple[ControlRoom, DrivenClock]:
    """A room without devices that follows the sources of a case, by a clock that is driven."""
    study, clock = load_case(folder / "case.toml"), DrivenClock(now)
    autonomy = Autonomy(since=now, mode=Mode.ADVISE, envelope=everything(study), by=("case",))
    kept = MemoryStore(), MemoryIntents()
    room = room_over(study, Reach(devices={}), clock, kept, autonomy)
    room.world.present = room.world.steps.step_holding(now)
    follow_sources(room, read_case(folder / "case.toml"), folder)
    return room, clock


PEAK = (
    ", peak = [{ start = 2026-03-02T17:00:00Z, end = 2026-03-02T18:00:00Z,"
    " charge_per_kw = 50.0, likelihood = 0.1 }] }"
)


def test_a_peak_that_is_announced_while_the_room_runs_is_likely_from_then_on(
    tmp_path: Path,
) -> None:
    """And taken back it is as likely as the contract says."""
    month = "demand_charge_per_kw_month = 5"
    text = (FIXTURES / "one_day.toml").read_text().replace(month + " }", month + PEAK)
    adr = '[[openadr]]\nsite = "here"\npath = "vtn.jsonl"\npeak_likelihood = 0.8\n'
    adr += 'peak_alerts = ["ALERT_GRID_EMERGENCY"]\n'
    (tmp_path / "case.toml").write_text("\n".join((text, adr)))
    first, recording = datetime(2026, 3, 2, 6, tzinfo=UTC), tmp_path / "vtn.jsonl"
    lines = [line_of_answer(first, [program_of().written()], [])]
    recording.write_text("\n".join([*lines, ""]))
    room, clock = over_nothing(tmp_path, first)

    def likely() -> float:
        assert room.turn is not None and not room.undecided
        (peak,) = room.turn.situation.fleet.sites[0].contract.peaks
        return peak.likelihood

    def says(*events: object) -> float:
        clock.present += timedelta(minutes=1)
        lines.append(line_of_answer(clock.now(), [program_of().written()], list(events)))
        recording.write_text("\n".join([*lines, ""]))
        assert not looked(room).silent()
        room.go_on()
        room.go_on()
        return likely()

    room.go_on()
    assert likely() == 0.1
    alert = event_of(
        "ALERT_GRID_EMERGENCY", "likely", id="peak", start="2026-03-02T16:30:00Z", duration="PT2H"
    )
    assert says(alert.written()) == 0.8
    assert says() == 0.1


def test_requests_that_are_logged_anew_while_the_room_runs_count(tmp_path: Path) -> None:
    """Rates that grow or are corrected are read again; what was known before stays known of then."""
    logged = 'source = "servegen"\npath = "web_rates.csv"\n#'
    text = (FIXTURES / "three_sites.toml").read_text().replace("mean_per_s", logged, 1)
    (tmp_path / "case.toml").write_text(text)
    for name in ("rates", "tokens"):
        said = (FIXTURES / "sources" / f"servegen_{name}.csv").read_text()
        (tmp_path / f"web_{name}.csv").write_text(said)
    case, rates = read_case(tmp_path / "case.toml"), tmp_path / "web_rates.csv"
    zone = demand_zone(case.demand[0].service, case.demand[0].origin)
    now = case.case.start + timedelta(hours=2)
    room, clock = over_nothing(tmp_path, now)
    step = regular(now - timedelta(hours=1), timedelta(minutes=30), 1)
    before = known(room.mandate.history, Kind.REQUESTS, zone, step, now).values
    clock.present += timedelta(minutes=1)
    rates.write_text(rates.read_text().replace(",10.0,", ",1000.0,"))
    assert not looked(room).silent()
    news = room.news.newest(clock.now())
    assert news is not None
    assert known(news.history, Kind.REQUESTS, zone, step, now).values == before
    assert known(news.history, Kind.REQUESTS, zone, step, clock.now()).values > before
