"""One connection: start, window, acknowledgements, timers, and what closes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.wire.iec104 import apdu, asdu
from gridtide.wire.iec104.apdu import Command, Numbered, Supervisory, Unnumbered
from gridtide.wire.iec104.asdu import Asdu, Cause, Information, Kind, Measured, Setting
from gridtide.wire.iec104.connection import Connection, Timing, Transfer

TOLD = Asdu(
    kind=Kind.C_SE_NC_1,
    cause=Cause.ACTIVATION,
    station=1,
    objects=(Information(address=0x6201, element=Setting(value=5.0)),),
)
SEEN = Asdu(
    kind=Kind.M_ME_NC_1,
    cause=Cause.PERIODIC,
    station=1,
    objects=(Information(address=0x4001, element=Measured(value=5.0)),),
)


def number(sent: int, received: int = 0, telegram: Asdu = TOLD) -> bytes:
    """A numbered frame as bytes."""
    return apdu.encoded(Numbered(sent=sent, received=received, asdu=asdu.encoded(telegram)))


def command(which: Command) -> bytes:
    """An unnumbered frame as bytes."""
    return apdu.encoded(Unnumbered(command=which))


def frames(connection: Connection) -> list[apdu.Frame]:
    """What a connection wants to write."""
    found, rest = apdu.taken(connection.outgoing())
    assert rest == b""
    return found


def open_station(timing: Timing | None = None) -> Connection:
    """A controlled station after the start, with nothing to write."""
    station = Connection(controlled=True, now_s=0.0, timing=timing)
    station.receive(command(Command.STARTDT_ACT), 0.0)
    assert frames(station) == [Unnumbered(command=Command.STARTDT_CON)]
    return station


def pair() -> tuple[Connection, Connection]:
    """A station and its controlling side, started by each other."""
    station = Connection(controlled=True, now_s=0.0)
    centre = Connection(controlled=False, now_s=0.0)
    centre.start(0.0)
    station.receive(centre.outgoing(), 0.0)
    centre.receive(station.outgoing(), 0.0)
    assert station.transfer is centre.transfer is Transfer.STARTED
    return station, centre


def test_no_telegram_flows_before_the_start() -> None:
    """One sent is not taken, one received closes the connection."""
    station = Connection(controlled=True, now_s=0.0)
    assert not station.send(SEEN, 0.0)
    assert station.receive(number(0), 0.0) == []
    assert station.closed == "a telegram before data transfer was started"


@pytest.mark.parametrize("sent", [1, 5, apdu.MODULUS - 1])
def test_a_gap_in_the_numbers_closes_the_connection(sent: int) -> None:
    """Lost or repeated frames are not papered over."""
    station = open_station()
    assert station.receive(number(0), 1.0) == [TOLD]
    assert station.receive(number((1 + sent) % apdu.MODULUS), 2.0) == []
    assert station.closed is not None
    assert "expected" in station.closed
    assert station.receive(number(1), 3.0) == []


def test_an_acknowledgement_of_what_was_never_sent_closes_the_connection() -> None:
    """Number 1 while nothing has gone out."""
    station = open_station()
    station.receive(apdu.encoded(Supervisory(received=1)), 1.0)
    assert station.closed is not None


def test_after_w_frames_or_t2_everything_received_is_acknowledged() -> None:
    """Eight at once, or the first after ten seconds."""
    station = open_station()
    for sent in range(7):
        station.receive(number(sent), 1.0)
    assert frames(station) == []
    assert station.due_s() == 11.0
    station.receive(number(7), 2.0)
    assert frames(station) == [Supervisory(received=8)]
    station.receive(number(8), 3.0)
    station.tick(12.9)
    assert frames(station) == []
    station.tick(13.0)
    assert frames(station) == [Supervisory(received=9)]


def test_no_more_than_k_frames_go_out_unacknowledged() -> None:
    """The thirteenth waits for the first acknowledgement."""
    station = open_station()
    for _ in range(20):
        assert station.send(SEEN, 1.0)
    assert len(frames(station)) == 12
    station.receive(apdu.encoded(Supervisory(received=5)), 2.0)
    sent = frames(station)
    assert [one.sent for one in sent if isinstance(one, Numbered)] == [12, 13, 14, 15, 16]
    assert station.unacknowledged == 12


def test_a_window_that_never_opens_takes_a_bounded_number_of_telegrams() -> None:
    """Memory does not grow with silence."""
    station = open_station()
    taken = [station.send(SEEN, 1.0) for _ in range(3000)]
    assert sum(taken) == 1012


def test_silence_is_tested_after_t3_and_given_up_after_t1() -> None:
    """Twenty seconds, then fifteen."""
    station = open_station()
    station.tick(19.9)
    assert frames(station) == []
    station.tick(20.0)
    assert frames(station) == [Unnumbered(command=Command.TESTFR_ACT)]
    station.tick(34.9)
    assert station.closed is None
    station.tick(35.0)
    assert station.closed == "no acknowledgement within 15 s"


def test_a_test_that_is_answered_keeps_the_line() -> None:
    """And one that is asked is answered."""
    station = open_station()
    station.tick(20.0)
    station.receive(command(Command.TESTFR_CON) + command(Command.TESTFR_ACT), 21.0)
    station.tick(40.0)
    assert station.closed is None
    told = frames(station)
    assert told[:2] == [
        Unnumbered(command=Command.TESTFR_ACT),
        Unnumbered(command=Command.TESTFR_CON),
    ]


def test_a_telegram_that_is_not_acknowledged_within_t1_ends_the_connection() -> None:
    """By the oldest one."""
    station = open_station()
    station.send(SEEN, 1.0)
    station.send(SEEN, 9.0)
    assert station.due_s() == 16.0
    station.tick(16.0)
    assert station.closed is not None


def test_a_stop_is_confirmed_when_everything_sent_is_acknowledged() -> None:
    """And nothing new goes out meanwhile."""
    station = open_station()
    station.send(SEEN, 1.0)
    station.receive(number(0), 1.0)
    frames(station)
    station.receive(command(Command.STOPDT_ACT), 2.0)
    assert frames(station) == [Supervisory(received=1)]
    assert station.transfer is Transfer.STOPPING
    assert not station.send(SEEN, 2.5)
    station.receive(apdu.encoded(Supervisory(received=1)), 3.0)
    assert frames(station) == [Unnumbered(command=Command.STOPDT_CON)]
    station.receive(command(Command.STARTDT_ACT), 4.0)
    assert station.send(SEEN, 5.0)
    assert any(isinstance(one, Numbered) and one.sent == 1 for one in frames(station))


@pytest.mark.parametrize("rubbish", ["00", "68 03 07 00 00", "68 04 03 00 00 00", "68 fe"])
def test_frames_before_a_malformed_one_count_and_it_closes_the_connection(rubbish: str) -> None:
    """The telegram that came whole is read."""
    station = open_station()
    assert station.receive(number(0) + bytes.fromhex(rubbish), 1.0) == [TOLD]
    assert station.closed is not None


def test_numbers_run_over_their_end() -> None:
    """After 32,768 frames each way the count goes on from 0."""
    station, centre = pair()
    for _ in range(apdu.MODULUS + 10):
        assert centre.send(TOLD, 1.0)
        assert station.receive(centre.outgoing(), 1.0) == [TOLD]
        assert station.send(SEEN, 1.0)
        assert centre.receive(station.outgoing(), 1.0) == [SEEN]
    assert station.closed is centre.closed is None


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["tell", "see", "pass"]), st.floats(0.0, 4.0), st.integers(1, 5)),
        max_size=60,
    )
)
def test_two_sides_lose_and_double_nothing(steps: list[tuple[str, float, int]]) -> None:
    """Whatever they send and whenever, on a line that carries: every telegram arrives once, in order."""
    station, centre = pair()
    now_s, told, seen, arrived_told, arrived_seen = 0.0, 0, 0, 0, 0
    for what, passed_s, count in steps:
        now_s += passed_s
        for side in (station, centre):
            side.tick(now_s)
        for _ in range(count):
            told += what == "tell" and centre.send(TOLD, now_s)
            seen += what == "see" and station.send(SEEN, now_s)
        for _ in range(4):
            arrived_told += len(station.receive(centre.outgoing(), now_s))
            arrived_seen += len(centre.receive(station.outgoing(), now_s))
        assert station.unacknowledged <= 12
    assert station.closed is centre.closed is None
    assert (arrived_told, arrived_seen) == (told, seen)


@given(data=st.lists(st.binary(max_size=40), max_size=20), seconds=st.floats(0.0, 60.0))
def test_rubbish_never_raises(data: list[bytes], seconds: float) -> None:
    """It closes the connection at most."""
    station = open_station()
    for number_of, octets in enumerate(data):
        was_closed = station.closed is not None
        heard = station.receive(octets, number_of * seconds)
        station.tick(number_of * seconds)
        station.outgoing()
        assert not (was_closed and heard)
        assert not was_closed or station.closed is not None


def test_timing_against_the_standard_is_refused_with_every_fault() -> None:
    """A window of nothing, acknowledgements later than they are waited for."""
    with pytest.raises(BadInput) as error:
        Timing(k=0, w=9, t1_s=5.0, t2_s=5.0, t3_s=0.0)
    assert len(error.value.findings) == 4
