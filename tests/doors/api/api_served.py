"""The door in this process, over a room for tests, with a clock that is driven."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from room_stand_in import START, StandIn, Stands
from starlette.testclient import TestClient

from gridtide.doors.api.access import Access
from gridtide.doors.api.app import app_of
from gridtide.doors.api.broadcast import Broadcast
from gridtide.doors.api.guarded import Rates
from gridtide.doors.api.limits import Rate
from gridtide.doors.api.oidc import Oidc
from gridtide.doors.api.opening import Opening, Running
from gridtide.doors.api.tokens import Tokens, token_of
from gridtide.loop.clock import DrivenClock
from gridtide.trust.people import Role

TEXTS = {
    "wang": "gt_viewer-of-the-tests",
    "li": "gt_operator-of-the-tests",
    "zhao": "gt_approver-of-the-tests",
    "chen": "gt_second-approver-of-the-tests",
    "old": "gt_expired-of-the-tests",
}
ROLES = {
    "wang": Role.VIEWER,
    "li": Role.OPERATOR,
    "zhao": Role.APPROVER,
    "chen": Role.APPROVER,
    "old": Role.ADMIN,
}
GENEROUS = Rates(person=Rate(at_once=1e6, per_s=1e6), address=Rate(at_once=1e6, per_s=1e6))
DIGEST = f"{1:064x}"


def tokens() -> Tokens:
    """Those of `TEXTS`, good for a day; that of `old` is not any more."""
    return Tokens(
        known=tuple(
            token_of(name, ROLES[name], text, START + timedelta(days=-1 if name == "old" else 1))
            for name, text in TEXTS.items()
        )
    )


@dataclass
class Served:
    """The door, the room behind it, and the clock of both."""

    web: TestClient
    room: StandIn
    clock: DrivenClock
    held: list[str] = field(default_factory=list)

    def get(self, path: str, who: str = "wang", **headers: str) -> Any:
        """What somebody sees."""
        return self.web.get(path, headers={**authorization(who), **named(headers)})

    def post(self, path: str, body: object, who: str = "li", **headers: str) -> Any:
        """What somebody does."""
        return self.web.post(path, json=body, headers={**authorization(who), **named(headers)})

    def noted(self) -> list[dict[str, Any]]:
        """Refusals as the audit chain keeps them, oldest first."""
        says: list[Any] = [entry["says"] for entry in self.room.audit(1_000)[::-1]]
        return [one for one in says if one["kind"] == "refused request"]


def authorization(who: str) -> dict[str, str]:
    """The header of somebody known; none for nobody."""
    return {"Authorization": f"Bearer {TEXTS[who]}"} if who else {}


def named(headers: dict[str, str]) -> dict[str, str]:
    """Headers as HTTP spells them."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def served(
    room: StandIn | None = None,
    on_loopback: bool = True,
    rates: Rates = GENEROUS,
    oidc: Oidc | None = None,
    open_room: Callable[[], Running] | None = None,
) -> Iterator[Served]:
    """The door, open."""
    standing, clock, held = room or StandIn(), DrivenClock(START), list[str]()
    opening = Opening(open_room or (lambda: Stands(standing)))
    access = Access(tokens=tokens(), oidc=oidc, on_loopback=on_loopback, now=clock.now)

    def hear(sentences: Sequence[str]) -> None:
        held.extend(sentences)

    app = app_of(opening, access, rates, clock.now, hear, Broadcast(opening, clock.now))
    with TestClient(app, "http://localhost", raise_server_exceptions=False) as web:
        if open_room is None:
            opening._thread.join()
        yield Served(web, standing, clock, held)
