"""Who listens gets every frame in order, or is told how many it lost."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.doors.api.hub import Full, Hub, Subscriber, follow
from gridtide.loop.room import Frame

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def frame(number: int, **values: object) -> Frame:
    """A frame of a room."""
    return Frame(number=number, at=BEGAN + timedelta(seconds=number), values=values)


def heard(part: bytes) -> list[tuple[str, str | None, dict[str, object]]]:
    """Name, id and data of each event; comments are left out."""
    found = []
    for block in part.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if line and line[0] != ":")
        if lines:
            found.append((lines["event"], lines.get("id"), json.loads(lines["data"])))
    return found


async def soon(subscriber: Subscriber) -> list[tuple[str, str | None, dict[str, object]]]:
    """All that there is to send now."""
    found: list[tuple[str, str | None, dict[str, object]]] = []
    while True:
        try:
            part = await asyncio.wait_for(subscriber.next(), 0.001)
        except TimeoutError:
            return found
        if part is None:
            return found
        found += heard(part)


def running(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """One test in an event loop of its own."""
    asyncio.run(asyncio.wait_for(work(), 20))


def numbers(events: list[tuple[str, str | None, dict[str, object]]]) -> list[object]:
    """Numbers of the frames heard."""
    return [data["number"] for name, _, data in events if name == "frame"]


def test_a_newcomer_gets_the_backlog_and_then_every_frame() -> None:
    """The last frames first, oldest first, then each as it comes, with an id and the instant."""

    async def work() -> None:
        hub = Hub("a", backlog=20)
        for number in range(1, 31):
            hub.publish(frame(number, load_kw=1.5))
        with hub.joined(None) as listener:
            events = await soon(listener)
            assert numbers(events) == list(range(11, 31))
            assert events[-1] == (
                "frame",
                "a.30",
                {"number": 30, "at": "2026-03-01T00:00:30+00:00", "values": {"load_kw": 1.5}},
            )
            hub.publish(frame(31))
            assert numbers(await soon(listener)) == [31]

    running(work)


def test_who_comes_back_gets_what_it_has_not() -> None:
    """By the id of the last frame; what is gone is counted, and what cannot be counted said."""

    async def work() -> None:
        hub = Hub("b", backlog=10)
        for number in range(1, 31):
            hub.publish(frame(number))
        for last, gap, first in (
            ("b.27", None, 28),
            ("b.20", None, 21),
            ("b.15", {"after": "b.15", "frames": 5}, 21),
            ("a.27", {"after": "a.27", "frames": None}, 21),
            ("b.x\r\n", {"after": "b.x\r\n", "frames": None}, 21),
        ):
            with hub.joined(last) as listener:
                events = await soon(listener)
            said = [data for name, _, data in events if name == "gap"]
            assert said == ([gap] if gap else [])
            assert numbers(events) == list(range(first, 31))
        with hub.joined("b.30") as listener:
            assert await soon(listener) == []

    running(work)


def test_one_that_is_slow_loses_frames_and_is_told_how_many() -> None:
    """It goes on near the newest; who is not slow loses none."""

    async def work() -> None:
        hub = Hub("c", most_behind=10)
        with hub.joined(None) as slow, hub.joined(None) as quick:
            for number in range(1, 101):
                hub.publish(frame(number))
                assert numbers(await soon(quick)) == [number]
            events = await soon(slow)
        assert events[0] == ("lost", None, {"frames": 90})
        assert numbers(events) == list(range(91, 101))
        assert hub.lost == 90

    running(work)


@given(steps=st.lists(st.integers(0, 25), min_size=1, max_size=30))
def test_what_was_heard_and_what_was_lost_are_all_there_was(steps: list[int]) -> None:
    """Whatever the pace: numbers rise by one but where a loss was told, by as many as was told."""

    async def work() -> None:
        hub = Hub("d", backlog=30, most_behind=5)
        number, last, lost = 0, 0, 0
        with hub.joined(None) as listener:
            for frames in steps:
                for _ in range(frames):
                    number += 1
                    hub.publish(frame(number))
                while last + lost < number:
                    for name, _, data in heard(await listener.next() or b""):
                        if name == "lost":
                            lost = int(str(data["frames"]))
                        else:
                            assert data["number"] == last + lost + 1
                            last, lost = int(str(data["number"])), 0
        assert last == number

    running(work)


def test_a_number_that_is_none_is_unknown() -> None:
    """A meter that is silent is null, never 0 and never text that JSON does not know."""

    async def work() -> None:
        hub = Hub("e")
        hub.publish(frame(1, kw={"a": float("nan"), "b": [1.0, float("inf")]}))
        with hub.joined(None) as listener:
            ((_, _, data),) = await soon(listener)
        assert data["values"] == {"kw": {"a": None, "b": [1.0, None]}}

    running(work)


def test_no_name_in_a_frame_ends_an_event() -> None:
    """Line breaks and words of the protocol inside of values stay inside of them."""

    async def work() -> None:
        hub = Hub("f")
        hub.publish(frame(1, site="x\n\nevent: frame\ndata: {}\n\n\u2028"))
        with hub.joined(None) as listener:
            ((name, _, data),) = await soon(listener)
        assert name == "frame" and str(data["values"]).count("event: frame") == 1

    running(work)


def test_only_so_many_may_listen() -> None:
    """One more is refused, and may when somebody has gone."""

    async def work() -> None:
        hub = Hub("g", most_subscribers=2)
        with hub.joined(None):
            with hub.joined(None), pytest.raises(Full), hub.joined(None):
                pass
            with hub.joined(None):
                assert hub.subscribers == 2
        assert hub.subscribers == 0

    running(work)


def test_the_end_is_told_after_the_last_frame() -> None:
    """Everyone gets what there was, then the end, then nothing; nobody joins any more."""

    async def work() -> None:
        hub = Hub("h")
        for number in range(1, 30):
            hub.publish(frame(number))
        with hub.joined(None) as listener:
            hub.end()
            events = await soon(listener)
            assert await listener.next() is None
        assert numbers(events) == list(range(1, 30))
        assert [name for name, _, _ in events][-1] == "end"
        with pytest.raises(Full), hub.joined(None):
            pass

    running(work)


def test_a_frame_that_nobody_saw_in_time_is_told_of() -> None:
    """Where numbers rise by more than one, everyone hears by how many, also who comes back."""

    async def work() -> None:
        hub = Hub("j")
        for number in (1, 2, 5):
            hub.publish(frame(number))
        with hub.joined("j.2") as listener:
            events = await soon(listener)
        assert [(name, data.get("frames")) for name, _, data in events] == [
            ("lost", 2),
            ("frame", None),
        ]

    running(work)


def test_a_room_is_followed_frame_by_frame_until_told_to_end() -> None:
    """Each once, with a sign of life where none come for a while; a room without a frame yet is waited for."""
    shown: list[Frame | None] = [None, frame(1), frame(1), frame(2)]
    looks = 0

    def newest() -> Frame | None:
        nonlocal looks
        looks += 1
        return shown[min(looks, len(shown)) - 1]

    async def work() -> None:
        hub, parts = Hub("i"), []

        async def listening() -> None:
            with hub.joined(None) as listener:
                while (part := await listener.next()) is not None:
                    parts.append(part)

        listens = asyncio.create_task(listening())
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()

        def wait(seconds: float) -> bool:
            threading.Event().wait(seconds / 200)
            return looks > 400

        await asyncio.to_thread(follow, hub, loop, newest, wait)
        await listens
        assert numbers(heard(b"".join(parts))) == [1, 2]
        assert parts.count(b": alive\n\n") == 1

    running(work)
