"""What a room shows becomes numbers with labels; what it does not show stays unknown."""

from datetime import UTC, datetime, timedelta

from gridtide.doors.api.watching import Watch
from gridtide.loop.room import Frame
from gridtide.signals.signal import Kind

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
SITE = {
    "site": "Nantong",
    "it_kw": 1000.0,
    "facility_kw": 1200.0,
    "import_kw": 1100.0,
    "import_max_kw": 5000.0,
    "plan_import_kw": 1150.0,
    "price_per_mwh": -3.0,
    "carbon_g_per_kwh": None,
    "renewable_used_kw": 100.0,
    "renewable_curtailed_kw": 0.0,
    "could_less_kw": 300.0,
    "could_more_kw": 0.0,
    "by_class_kw": {"training": 700.0, "chat": 300.0, "batch": None},
}


def frame(number: int, minutes: float, **values: object) -> Frame:
    """A frame of one site."""
    at = BEGAN + timedelta(minutes=minutes)
    return Frame(number=number, at=at, values={"sites": [SITE], **values})


def watch() -> Watch:
    """One at a clock that stands still."""
    return Watch(lambda: BEGAN, "CNY", Kind.CARBON_AVERAGE)


def test_power_plan_price_and_room_to_move_are_read_by_site() -> None:
    """The building's own share beside the classes; the envelope about the plan, only where something may be moved."""
    seen = watch()
    seen.look(frame(1, 0))
    found = seen.vitals(
        {"mode": "act", "envelope": {"moved_max_kw.Nantong": 200.0, "share_max": 1}}
    )
    assert found.power_kw == {
        ("Nantong", "training"): 700.0,
        ("Nantong", "chat"): 300.0,
        ("Nantong", "building"): 200.0,
    }
    known = {**SITE, "by_class_kw": {"training": 700.0, "chat": 200.0}}
    seen.look(Frame(number=2, at=BEGAN, values={"sites": [known]}))
    assert seen.vitals({}).power_kw["Nantong", "idle"] == 100.0
    wide = seen.vitals({"envelope": {"moved_max_kw.Nantong": 1e9}})
    assert wide.envelope_kw["Nantong", "upper"] == 5000.0
    assert found.envelope_kw == {("Nantong", "lower"): 950.0, ("Nantong", "upper"): 1350.0}
    assert found.flexibility_kw == {("Nantong", "up"): 300.0, ("Nantong", "down"): 0.0}
    assert found.price_per_mwh == {("Nantong",): -3.0} and found.currency == "CNY"
    assert found.carbon_g_per_kwh == {} and found.mode == {("act",): 1.0}
    assert seen.vitals({}).envelope_kw == {}


def test_energy_is_what_was_drawn_between_frames_and_never_falls() -> None:
    """1,100 kW for a quarter of an hour; the same frame twice, or one from before, adds nothing."""
    seen = watch()
    for number, minutes in ((1, 0), (2, 15), (2, 15), (3, 15), (4, 10), (5, 40)):
        seen.look(frame(number, minutes))
    assert seen.vitals({}).energy_kwh == {("Nantong",): 1100.0 * (0.25 + 0.5)}


def test_decisions_acts_and_alarms_are_counted() -> None:
    """Each decision's time once; acts as the room counts them; alarms by kinds that are known."""
    seen = watch()
    seen.look(frame(1, 0, decided_s=[0.2, 0.3], acts={"done": 3}))
    seen.look(frame(1, 0, decided_s=[0.2, 0.3], acts={"done": 3}))
    alarms = [{"kind": "told-but-not-moved"}, "a meter says 0", {"kind": "<b>"}, {"kind": "failed"}]
    seen.look(frame(2, 1, acts={"done": 4, "failed": 1}, alarms=alarms, at_risk_count=1))
    assert sum(seen.tallies.decisions) == 2
    assert seen.tallies.acts == {"done": 4, "failed": 1}
    found = seen.vitals({"silent": {"slurm": "refused"}, "waiting": 2, "frozen": True})
    assert found.alarms == {
        ("told-but-not-moved",): 1.0,
        ("silent",): 1.0,
        ("other",): 2.0,
        ("failed",): 1.0,
    }
    assert (found.at_risk, found.waiting, found.frozen, found.leads) == (1, 2, True, None)


def test_before_the_first_frame_nothing_is_known() -> None:
    """Nothing is 0 that nobody measured."""
    found = watch().vitals({})
    assert found.power_kw == {} and found.at_risk is None and found.energy_kwh == {}


def test_sites_that_are_too_many_for_a_frame_are_counted_all_the_same() -> None:
    """What is measured of each comes from the room, not from what fits into 4 KiB."""
    seen = watch()
    fleet = {"fleet": {"sites": 1}, "columns": {"import_kw": [1100]}}
    seen.look(Frame(number=1, at=BEGAN, values=fleet, sites=(SITE,)))
    assert seen.vitals({}).import_kw == {("Nantong",): 1100.0}


def test_scores_come_from_the_lines_of_set_points_and_every_alarm_by_its_kind() -> None:
    """A frame says scores beside its sites; a line that nobody scored yet has none."""
    seen = watch()
    lines = [{"site": "Nantong", "score": 0.93}, {"site": "Zhangbei", "score": None}]
    alarms = [{"kind": kind} for kind in ("taken-back", "clock-set", "clock-set")]
    seen.look(frame(1, 0, regulation=lines, alarms=alarms))
    found = seen.vitals({})
    assert found.score == {("Nantong",): 0.93}
    assert found.alarms[("taken-back",)] == 1.0 and found.alarms[("clock-set",)] == 2.0
