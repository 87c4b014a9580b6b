"""Who hears a frame? It is encoded once and handed to everyone; who is slow loses frames, never the others."""

import asyncio
import json
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gridtide.doors.api.spoken import spoken
from gridtide.loop.room import Frame

BACKLOG = 300
MOST_SUBSCRIBERS = 2_000
MOST_BEHIND = 10
"""Frames a subscriber that has caught up may be behind; of older ones it is told how many it lost."""
AT_ONCE = 8
"""Frames in one write, so that a long backlog waits here, as bytes all share, and not in buffers of connections."""
LOOK_EVERY_S = 0.05
BEAT_EVERY_S = 15.0
HEARTBEAT = b": alive\n\n"


class Full(Exception):
    """Nobody more can listen now."""


@dataclass(frozen=True)
class Encoded:
    """A frame as every subscriber gets it. number: of the frame. missed: frames before it that never came here.
    chinese: the same for those who read Chinese."""

    number: int
    wire: bytes
    missed: int
    chinese: bytes


class Hub:
    """Keeps the last frames and wakes who listens. One event loop, no locks.

    life: names this run of the service, without dot or blank; ids of frames begin with it, since numbers may begin anew
    with the next. backlog: frames kept. most_subscribers, most_behind: see the constants.
    """

    def __init__(
        self,
        life: str,
        backlog: int = BACKLOG,
        most_subscribers: int = MOST_SUBSCRIBERS,
        most_behind: int = MOST_BEHIND,
    ) -> None:
        self.life, self.most_behind = life, most_behind
        self.ended = False
        self.published = self.lost = 0
        self._kept: deque[Encoded] = deque(maxlen=backlog)
        self._most_subscribers = most_subscribers
        self._subscribers: set[Subscriber] = set()

    @property
    def subscribers(self) -> int:
        """How many listen."""
        return len(self._subscribers)

    @property
    def newest(self) -> int | None:
        """Number of the newest frame, None before the first."""
        return self._kept[-1].number if self._kept else None

    @property
    def oldest_place(self) -> int:
        """Place of the oldest frame kept, among all published."""
        return self.published - len(self._kept)

    def publish(self, frame: Frame) -> None:
        """Encode a frame and wake everyone. Raises ValueError for values that JSON does not know."""
        values = _finite(frame.values)
        wire, alarms = self._wire(frame, values), values.get("alarms")
        chinese = self._wire(frame, {**values, "alarms": spoken(alarms)}) if alarms else wire
        missed = max(0, frame.number - self.newest - 1) if self.newest is not None else 0
        said = _event("lost", {"frames": missed}) if missed else b""
        self._kept.append(Encoded(frame.number, said + wire, missed, said + chinese))
        self.published += 1
        self._wake()

    def _wire(self, frame: Frame, values: Mapping[str, object]) -> bytes:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        at = json.dumps(frame.at.isoformat())
        return (
            f"id: {self.life}.{frame.number}\nevent: frame\n"
            f'data: {{"number":{frame.number},"at":{at},"values":{text}}}\n\n'
        ).encode()

    def beat(self) -> None:
        """Have everyone say that the line lives."""
        for subscriber in tuple(self._subscribers):
            subscriber.beat = True
        self._wake()

    def end(self) -> None:
        """Nothing more comes: everyone is told, and goes."""
        self.ended = True
        self._wake()

    @contextmanager
    def joined(self, last_event_id: str | None, chinese: bool = False) -> Iterator["Subscriber"]:
        """One who listens until the block ends. last_event_id: of the last frame it has, from an earlier connection.
        chinese: what it reads. Raises Full."""
        if self.ended or len(self._subscribers) >= self._most_subscribers:
            raise Full
        subscriber = Subscriber(self, last_event_id, chinese)
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    def kept_from(self, place: int, count: int) -> list[Encoded]:
        """At most `count` frames from a place on that is still kept."""
        first = place - self.oldest_place
        return [self._kept[at] for at in range(first, min(first + count, len(self._kept)))]

    def place_after(self, number: int) -> int:
        """Place of the oldest frame kept that is newer than a number."""
        newer = sum(1 for one in self._kept if one.number > number)
        return self.published - newer

    def _wake(self) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber.wake()


class Subscriber:
    """Where one listener stands. It has no queue: a place in what the hub keeps is all there is of it."""

    def __init__(self, hub: Hub, last_event_id: str | None, chinese: bool) -> None:
        self._hub, self._chinese = hub, chinese
        self._waiting: asyncio.Future[None] | None = None
        self._opening, self._place = _opening(hub, last_event_id)
        self._backlog_ends = hub.published
        self.beat = self.left = False

    async def next(self) -> bytes | None:
        """What to send next, waiting for it; None when nothing more comes or nobody is there any more."""
        while not self.left:
            part = self._part()
            if part:
                return part
            if self._hub.ended:
                return None
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return None

    def wake(self) -> None:
        """Have it look again."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def leave(self) -> None:
        """Nobody is there any more."""
        self.left = True
        self.wake()

    def _part(self) -> bytes:
        """What there is to send now, nothing where there is nothing."""
        said, self._opening = self._opening, b""
        said += self._skipped()
        frames = self._hub.kept_from(self._place, AT_ONCE)
        self._place += len(frames)
        said += b"".join(one.chinese if self._chinese else one.wire for one in frames)
        if self.beat and not said:
            said = HEARTBEAT
        self.beat = False
        if self._hub.ended and self._place == self._hub.published:
            said += _event("end", {"reason": "the service stops"})
            self.left = True
        return said

    def _skipped(self) -> bytes:
        """The frames it loses because it is too far behind, in words; nothing where it loses none."""
        newest = self._hub.published
        behind_max = newest if self._place < self._backlog_ends else self._hub.most_behind
        place = max(self._place, self._hub.oldest_place, newest - behind_max)
        lost, self._place = place - self._place, place
        if not lost:
            return b""
        self._hub.lost += lost
        return _event("lost", {"frames": lost})


def follow(
    hub: Hub,
    loop: asyncio.AbstractEventLoop,
    newest: Callable[[], Frame | None],
    wait: Callable[[float], bool],
) -> None:
    """In a thread of its own: publish every new frame of a room in the loop of a hub, and end the hub at the end.

    newest: returns at once, None before the first frame. wait: so many seconds; True when it is the end, as an Event of
    threads does.
    """
    quiet_s, last = 0.0, None
    while not wait(LOOK_EVERY_S):
        frame, quiet_s = newest(), quiet_s + LOOK_EVERY_S
        if frame is not None and frame.number != last:
            loop.call_soon_threadsafe(hub.publish, frame)
            quiet_s, last = 0.0, frame.number
        elif quiet_s >= BEAT_EVERY_S:
            loop.call_soon_threadsafe(hub.beat)
            quiet_s = 0.0
    loop.call_soon_threadsafe(hub.end)


def _opening(hub: Hub, last_event_id: str | None) -> tuple[bytes, int]:
    """What a new subscriber is told first, and the place of the frame that comes next.

    The whole backlog without an id; what followed on the id with one, and how many are gone where some are.
    """
    life, _, number = (last_event_id or "").rpartition(".")
    if not number:
        return b"", hub.oldest_place
    if life != hub.life or not (number.isascii() and number.isdigit()):
        return _event("gap", {"after": last_event_id, "frames": None}), hub.oldest_place
    place = hub.place_after(int(number))
    kept = hub.kept_from(place, 1)
    gone = max(0, kept[0].number - kept[0].missed - int(number) - 1) if kept else 0
    if not gone:
        return b"", place
    return _event("gap", {"after": last_event_id, "frames": gone}), place


def _event(name: str, values: Mapping[str, object]) -> bytes:
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()


def _finite(values: Mapping[str, object]) -> dict[str, object]:
    """Values as JSON may hold them: a number that is none is unknown."""
    return {str(key): _known(value) for key, value in values.items()}


def _known(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return _finite(value)
    if isinstance(value, list | tuple):
        return [_known(inner) for inner in value]
    return value
