"""Sources read while a room runs: what is new is taken whole, what cannot be used is named, nothing said is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.live_room import everything, room_over
from gridtide.case.live_sources import LiveSources, fetched_first, follow_sources
from gridtide.case.load import load_case, read_case
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.signals.history import History, add, known
from gridtide.signals.issues import heard_again, since
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.stores.signing_key import read_key
from gridtide.testing.loopback_http import Quiet, on_loopback
from gridtide.testing.one_hall import hall
from gridtide.testing.openadr import event_of, program_of
from gridtide.timeline import regular
from gridtide.trust.checkpoint import public_bytes, written
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.signed_source import sealed
from gridtide.wire.openadr.recording import line_of_answer

START = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CASE = """
[case]
name = "north"
start = 2026-12-01T00:00:00Z
end = 2026-12-03T00:00:00Z
currency = "CNY"

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[[signal]]
zone = "N"

[[signal]]
zone = "M"
source = "table"
path = "prices.csv"
currency = "CNY"
published = "real-time"
{more}
"""


def case_text(more: str = "") -> str:
    """The case with more said of the series that is read."""
    return CASE.format(more=more) + hall("north", zone="M")


def prices(*values: float) -> str:
    """A table of hourly prices from the start of the case on and two days before, carbon beside them."""
    rows = [
        f"{(START + number * HOUR).isoformat()},{value},400"
        for number, value in enumerate([40] * 48 + list(values), start=-48)
    ]
    return "\n".join(["time_utc,price_per_mwh,carbon_average_g_per_kwh", *rows, ""])


def opened(folder: Path, more: str = "") -> tuple[ControlRoom, LiveSources, DrivenClock]:
    """A room without devices that follows the sources of a case, by a clock that is driven."""
    (folder / "case.toml").write_text(case_text(more))
    if not (folder / "prices.csv").exists():
        (folder / "prices.csv").write_text(prices(50, 51, 52))
    study, clock = load_case(folder / "case.toml"), DrivenClock(START + HOUR)
    kept = MemoryStore(), MemoryIntents()
    autonomy = Autonomy(since=START, mode=Mode.ADVISE, envelope=everything(study), by=("case",))
    room = room_over(study, Reach(devices={}), clock, kept, autonomy)
    room.world.present = 4
    return room, follow_sources(room, read_case(folder / "case.toml"), folder), clock


def looked(live: LiveSources, times: int = 2) -> None:
    """So many looks, which nothing disturbs."""
    for _ in range(times):
        live.look()


def price_at(history: History, hour: int, as_of: datetime) -> float:
    """What was known of the price of an hour of the case."""
    step = regular(START + hour * HOUR, HOUR, 1)
    return float(known(history, Kind.PRICE, "M", step, as_of).values[0])


def test_a_file_that_changes_is_read_again_and_what_it_said_stays_as_it_was_issued(
    tmp_path: Path,
) -> None:
    """A new hour and a corrected one count from when they were first seen; before, nobody knew them."""
    room, live, clock = opened(tmp_path)
    looked(live)
    assert live.newest(clock.now()) is None
    clock.present = START + 3 * HOUR
    seen = clock.present + timedelta(seconds=1)
    (tmp_path / "prices.csv").write_text(prices(50, 51, 99, 53))
    looked(live)
    news = live.newest(clock.now())
    assert news is not None and live.newest(clock.now()) is None
    assert price_at(news.history, 3, seen) == 53
    assert np.isnan(price_at(news.history, 3, seen - HOUR))
    assert price_at(news.history, 2, seen) == 99
    assert price_at(news.history, 1, seen) == 51
    (tmp_path / "prices.csv").touch()
    looked(live)
    assert live.newest(clock.now()) is None and not live.silent()
    assert room.news is live


def test_the_loop_takes_what_is_new_at_the_beginning_of_a_step_and_decides_anew(
    tmp_path: Path,
) -> None:
    """The next turn sees it; a turn is due though nothing else has happened."""
    room, live, clock = opened(tmp_path)
    room.go_on()
    first = room.turn
    room.go_on()
    assert room.turn is first and not room.undecided
    (tmp_path / "prices.csv").write_text(prices(50, 51, 52, 1234))
    looked(live)
    room.go_on()
    assert room.turn is not first and not room.undecided
    assert price_at(room.mandate.history, 3, clock.now()) == 1234
    ages = room.newest().values["ages_s"]
    assert isinstance(ages, dict) and "signal[2] prices.csv" in ages


def test_a_price_that_is_said_otherwise_is_planned_by_at_the_next_turn(tmp_path: Path) -> None:
    """Also where no new hour comes with it: a correction is not left until the hour of the next plan."""
    room, live, _ = opened(tmp_path)
    hours = [50.0 + number for number in range(60)]
    (tmp_path / "prices.csv").write_text(prices(*hours))
    looked(live)
    room.go_on()
    room.go_on()

    def decided_by() -> float:
        assert room.turn is not None and not room.undecided
        (price,) = [
            one
            for one in room.turn.situation.signals
            if one.kind is Kind.PRICE and one.nature is not Nature.FORECAST
        ]
        return float(price.values[price.timeline.step_holding(START + 3 * HOUR)])

    assert decided_by() == 53.0
    hours[3] = 1234.0
    (tmp_path / "prices.csv").write_text(prices(*hours))
    looked(live)
    room.go_on()
    room.go_on()
    assert decided_by() == 1234.0


def test_what_was_heard_after_the_edge_of_a_step_is_a_turn_of_the_next_too(tmp_path: Path) -> None:
    """No decision uses what was not known at its instant, and none is late for that."""
    room, live, clock = opened(tmp_path)
    room.go_on()
    edge = room.world.now
    clock.present += timedelta(seconds=2)
    (tmp_path / "prices.csv").write_text(prices(50, 51, 52, 1234))
    looked(live)
    assert live.newest(edge) is not None and live.newest(clock.now()) is not None
    assert live.newest(clock.now()) is None


def test_a_file_that_is_written_while_it_is_looked_at_is_not_taken(tmp_path: Path) -> None:
    """Only what two looks in a row saw is read."""
    _, live, clock = opened(tmp_path)
    for count in range(4, 8):
        (tmp_path / "prices.csv").write_text(prices(*range(count)))
        live.look()
        assert live.newest(clock.now()) is None
    live.look()
    assert live.newest(clock.now()) is not None


@pytest.mark.parametrize("said", ["time_utc,price", "no table at all\x00", None])
def test_what_cannot_be_used_is_named_with_its_age_and_the_last_good_one_stays(
    tmp_path: Path, said: str | None
) -> None:
    """An alarm, not ready, and nothing stops; it ends by itself once the file is good again."""
    room, live, clock = opened(tmp_path)
    file = tmp_path / "prices.csv"
    good = file.read_text()
    file.unlink() if said is None else file.write_text(said)
    looked(live)
    assert live.newest(clock.now()) is None
    assert "2026-12-01 01:00:00 UTC" in live.silent()["signal[2] prices.csv"]
    room.go_on()
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list) and any(one["kind"] == "silent" for one in alarms)
    assert any("prices.csv" in one for one in room.unready())
    assert price_at(room.mandate.history, 1, START + 3 * HOUR) == 51
    file.write_text(good)
    looked(live)
    assert not live.silent()
    live.look()
    assert live.ages_s(clock.now())["signal[2] prices.csv"] == 0.0


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNED = f'public_key = "{written(public_bytes(KEY))}"'


def signed_as(folder: Path, text: str, key: Ed25519PrivateKey = KEY) -> None:
    """Prices, given out by who holds a key."""
    (folder / "prices.csv").write_text(text)
    (folder / "prices.csv.sig").write_text(sealed(text.encode(), key))


def test_only_what_its_publisher_signed_is_taken_while_the_room_runs(tmp_path: Path) -> None:
    """Changed by somebody else it is named, and what was signed last stays; signed anew it counts."""
    signed_as(tmp_path, prices(50, 51, 52))
    room, live, clock = opened(tmp_path, SIGNED)
    (tmp_path / "prices.csv").write_text(prices(50, 51, -400))
    looked(live)
    assert live.newest(clock.now()) is None
    assert "prices.csv.sig is not theirs" in live.silent()["signal[2] prices.csv"]
    assert price_at(room.mandate.history, 1, START + 3 * HOUR) == 51
    clock.present = START + 2 * HOUR
    signed_as(tmp_path, prices(50, 51, 99))
    looked(live)
    news = live.newest(clock.now())
    assert news is not None and not live.silent()
    assert price_at(news.history, 2, clock.present) == 99


@pytest.mark.parametrize("signature", [None, "", "not base64", "AAAA", "other"])
def test_a_case_whose_file_nobody_known_signed_is_refused(
    tmp_path: Path, signature: str | None
) -> None:
    """Missing, empty, broken, of another key: the finding says what lies beside it."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    signed_as(tmp_path, prices(50, 51, 52), stranger if signature == "other" else KEY)
    if signature is None:
        (tmp_path / "prices.csv.sig").unlink()
    elif signature != "other":
        (tmp_path / "prices.csv.sig").write_text(signature)
    (tmp_path / "case.toml").write_text(case_text(SIGNED))
    with pytest.raises(BadInput) as fault:
        load_case(tmp_path / "case.toml")
    assert [one.subject for one in fault.value.findings] == ["signal[2].public_key"]
    assert "prices.csv.sig" in str(fault.value)


def test_the_command_signs_what_others_read(tmp_path: Path) -> None:
    """With the key it prints, a case takes the file."""
    file, key = tmp_path / "prices.csv", tmp_path / "key.pem"
    file.write_text(prices(50, 51, 52))
    assert exit_code(["audit", "key", str(key)]) == 0
    assert exit_code(["audit", "source", str(file), "--key", str(key)]) == 0
    public = written(public_bytes(read_key(key)))
    (tmp_path / "case.toml").write_text(case_text(f'public_key = "{public}"'))
    assert load_case(tmp_path / "case.toml").history.of(Kind.PRICE, "M") is not None


class Prices(Quiet):
    """Gives what `said` has, with an ETag."""

    said: tuple[int, str] = (200, "")
    asked: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        """One answer."""
        code, text = type(self).said
        tag = f'"{hash(text)}"'
        type(self).asked.append(self.headers["If-None-Match"])
        if self.headers["If-None-Match"] == tag:
            self.give(304)
        else:
            self.give(code, text.encode(), {"ETag": tag})


@contextmanager
def served() -> Iterator[str]:
    """A server of prices on this machine."""
    Prices.asked = []
    with on_loopback(Prices) as address:
        yield f"{address}/prices.csv"


def test_an_address_is_asked_for_what_has_changed_and_what_it_gives_is_kept_whole_and_good(
    tmp_path: Path,
) -> None:
    """By ETag; an error, a page of HTML and too much leave the file as it was, and are named."""
    with served() as url:
        Prices.said = (200, prices(50, 51))
        more = f'url = "{url}"\nevery_s = 60'
        (tmp_path / "case.toml").write_text(case_text(more))
        fetched_first(read_case(tmp_path / "case.toml"), tmp_path)
        _, live, clock = opened(tmp_path, more)
        live.look()
        Prices.said = (200, prices(50, 51, 77))
        clock.present += timedelta(seconds=30)
        looked(live)
        assert live.newest(clock.now()) is None and len(Prices.asked) == 2
        clock.present += timedelta(seconds=31)
        looked(live)
        news = live.newest(clock.now())
        assert news is not None and price_at(news.history, 2, clock.now()) == 77
        for said in ((500, "no"), (200, "<html>down for maintenance</html>")):
            Prices.said = said
            clock.present += timedelta(seconds=61)
            looked(live)
            assert live.silent() and live.newest(clock.now()) is None
            assert (tmp_path / "prices.csv").read_text() == prices(50, 51, 77)
        Prices.said = (200, prices(50, 51, 77))
        clock.present += timedelta(seconds=61)
        looked(live)
        assert not live.silent() and Prices.asked[-1] is not None
        assert sorted(one.name for one in tmp_path.iterdir()) == ["case.toml", "prices.csv"]


def test_what_is_read_from_an_address_for_the_first_time_is_fetched_or_refused(
    tmp_path: Path,
) -> None:
    """Before a room opens: all addresses that do not answer at once."""
    (tmp_path / "case.toml").write_text(case_text('url = "http://127.0.0.1:9/p.csv"'))
    with pytest.raises(BadInput) as said:
        fetched_first(read_case(tmp_path / "case.toml"), tmp_path)
    assert "127.0.0.1:9" in str(said.value)
    assert not (tmp_path / "prices.csv").exists()


def test_what_says_itself_when_it_was_issued_counts_from_then_and_is_heard_once() -> None:
    """A second value for the same issue counts from when it was seen; what is far back is let go."""
    line = regular(START, HOUR, 2)

    def said(value: float) -> Signal:
        return Signal(
            kind=Kind.TEMPERATURE,
            zone="N",
            timeline=line,
            values=np.asarray([value, value]),
            source="t",
            issued_at=START - HOUR,
        )

    history = heard_again(History(), [said(5.0)], START)
    assert heard_again(history, [said(5.0)], START + HOUR) is history
    history = heard_again(history, [said(6.0)], START + HOUR)
    assert heard_again(history, [said(6.0)], START + 2 * HOUR) is history
    for at, value in (
        (START - HOUR, 5.0),
        (START + HOUR - timedelta(seconds=1), 5.0),
        (START + HOUR, 6.0),
    ):
        assert known(history, Kind.TEMPERATURE, "N", line, at).values.tolist() == [value, value]
    later = since(history, START + HOUR)
    assert [len(rows.start_s) for rows in later.series] == [2]


@given(
    courses=st.lists(
        st.lists(st.sampled_from([1.0, 2.0, np.nan]), min_size=4, max_size=4), max_size=5
    )
)
def test_whatever_a_source_says_the_newest_holds_and_the_past_stays(
    courses: list[list[float]],
) -> None:
    """Of every look: what was known then is what is known of then later; hearing twice adds nothing."""
    line = regular(START, HOUR, 4)
    history, then = add(History(), []), []
    for number, values in enumerate(courses):
        at = START + number * HOUR
        signal = Signal(
            kind=Kind.TEMPERATURE, zone="N", timeline=line, values=np.asarray(values), source="t"
        )
        history = heard_again(history, [signal], at)
        assert heard_again(history, [signal], at + HOUR) is history
        now = known(history, Kind.TEMPERATURE, "N", line, at).values
        assert np.array_equal(now[~np.isnan(values)], np.asarray(values)[~np.isnan(values)])
        then.append((at, now))
    for at, was in then:
        still = known(history, Kind.TEMPERATURE, "N", line, at).values
        assert np.array_equal(still, was, equal_nan=True)


def test_a_recording_of_a_vtn_that_grows_brings_its_new_calls(tmp_path: Path) -> None:
    """What `gridtide ven` writes line by line is heard as it comes, from when the VEN heard it, and is a turn."""
    text = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
    (tmp_path / "case.toml").write_text(text + '\n[[openadr]]\nsite = "here"\npath = "vtn.jsonl"\n')
    first, recording = datetime(2026, 3, 2, 6, tzinfo=UTC), tmp_path / "vtn.jsonl"
    quiet = line_of_answer(first, [program_of().written()], [])
    recording.write_text(quiet + "\n")
    study, clock = load_case(tmp_path / "case.toml"), DrivenClock(first)
    autonomy = Autonomy(since=first, mode=Mode.ADVISE, envelope=everything(study), by=("case",))
    kept = MemoryStore(), MemoryIntents()
    room = room_over(study, Reach(devices={}), clock, kept, autonomy)
    room.world.present = room.world.steps.step_holding(first)
    live = follow_sources(room, read_case(tmp_path / "case.toml"), tmp_path)
    room.go_on()
    assert room.turn is not None and not room.turn.situation.events
    call = event_of(
        "IMPORT_CAPACITY_LIMIT", 300, id="limit", start="2026-03-02T12:00:00Z", duration="PT2H"
    )
    heard = clock.now()
    line = line_of_answer(heard, [program_of().written()], [call.written()])
    recording.write_text(f"{quiet}\n{line}\n")
    looked(live)
    room.go_on()
    (event,) = room.turn.situation.events
    assert (event.import_max_kw, event.issued_at) == (300, heard)
    recording.write_text(f"{quiet}\n{line}\n{quiet[:40]}")
    looked(live)
    assert "openadr[1] vtn.jsonl" in live.silent()
    assert room.mandate.events and live.newest(clock.now()) is None
