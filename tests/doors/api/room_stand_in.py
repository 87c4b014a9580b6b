"""A room for tests of the door: a few proposals, two people where it takes two, and everything written down."""

import math
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import gridtide.case
from gridtide.finding import BadInput, Finding
from gridtide.loop.mandate import Mandate
from gridtide.loop.room import Frame, Receipt
from gridtide.loop.shown.frame import framed
from gridtide.loop.shown.glance import Glance
from gridtide.loop.turn import Memory, Turn
from gridtide.loop.wanted_replicas import Wanted
from gridtide.stores.memory import MemoryStore
from gridtide.trust.audit import contents, linked
from gridtide.trust.edit import Edit, edit_values, edit_words
from gridtide.trust.people import Person, Role
from gridtide.trust.record import Store
from gridtide.trust.said import say, value_of

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
ODD = "<img src=x onerror=alert(1)>'; DROP TABLE entries; --\r\nSet-Cookie: a=b"
"""A name as a trace or case may hold it."""
RISK: Mapping[str, object] = {
    "job": "J-77",
    "site": "nantong",
    "deadline": "2026-11-22T12:00:00+00:00",
    "slack_s": 3300,
    "miss_chance": 0.03,
    "power_kw": 6000.0,
    "next_start": None,
    "promised": True,
}
ADVICE = {"by": "assistant", "approve": False, "reason": ODD, "at": "2026-11-22T09:00:00+00:00"}
REASON = say("guard_refused", why=ODD)
MODES = ("observe", "advise", "act", "emergency")


class StandIn:
    """Keeps the promises of `loop/room.Room` with the least that does. said: what keeps it from being ready. lines:
    whether its one site has a line of set-points."""

    def __init__(self, sites: int = 1) -> None:
        self.lines = sites == 1
        self.sites = ["nantong", *(f"campus {number:02} {ODD}" for number in range(2, sites + 1))]
        self.store = MemoryStore()
        self.said: tuple[str, ...] = ()
        self.mode, self.frozen, self.released = "advise", False, 0
        self.envelope: dict[str, float] = {"share": 0.1}
        self.closed = False
        self.read_by: dict[str, str] = {}
        self._asked: dict[str, Person] = {}
        self._lock = threading.Lock()
        self._waiting = {
            f"d-{number}": {
                "id": f"d-{number}",
                "digest": f"{number:064x}",
                "title": ODD if number == 2 else "shift 18,000 kW from nantong to zhangbei",
                "because": "42,000 kW of wind would be curtailed",
                "against": ["J-77 has 55 min of slack left"],
                "values": {"title": None, "because": value_of(REASON), "against": [None]},
                "undo_until": "2026-11-22T10:45:00+00:00",
                "expires_at": "2026-11-22T10:30:00+00:00",
                "advice": [ADVICE] if number == 1 else [],
            }
            for number in range(1, 4)
        }

    def newest(self) -> Frame:
        values = {
            "at": START.isoformat(),
            "mode": self.mode,
            "frozen": self.frozen,
            "sites": [
                {
                    "site": name,
                    "facility_kw": 81_000.0 - 100.0 * number,
                    "import_max_kw": 95_000.0,
                    **({} if number == 0 else {"import_kw": 90_000.0 + 150.0 * number}),
                }
                for number, name in enumerate(self.sites)
            ],
            "ages_s": self.state()["ages_s"],
            "at_risk": [RISK],
            "at_risk_count": 3,
            **({"regulation": [{"site": "nantong", "score": 0.93}]} if self.lines else {}),
        }
        return framed(7 + len(self.store.entries()), START, values)

    def regulation(self) -> tuple[Mapping[str, object], ...]:
        at = [(START + timedelta(seconds=2 * tick)).isoformat() for tick in range(300)]
        asked = [round(0.8 * math.sin(tick / 40), 4) for tick in range(300)]
        given = [0.0, *asked[:-1]]
        parts = {"score": 0.93, "accuracy": 0.95, "delay": 0.97, "precision": 0.87}
        store = {"soc_kwh": 1250.0, "soc_least_kwh": 250.0, "energy_kwh": 2500.0}
        last = {"at": at, "signal": asked, "response": given}
        base = {"setpoint_kw": 4500.0, "base_kw": 5000.0, "response_kw": 480.0}
        line = {"site": "nantong", "follows": True, "signal": 0.5, **parts, **store, **base}
        return ({**line, "error_band": 0.1, "line": ODD, "last": last},) if self.lines else ()

    def replicas(self, service: str) -> Mapping[str, Wanted] | None:
        one = Wanted(replicas=12, requests_per_s=40.0, until=START)
        return {"nantong/a": one, "zhangbei/b": one} if service == "chat" else None

    def ahead(self) -> Mapping[str, object]:
        edges = [(START + timedelta(minutes=15 * step)).isoformat() for step in range(97)]
        flat = {
            "import_max_kw": 95_000.0,
            "price_per_mwh": 312.0,
            "carbon_g_per_kwh": 480.0,
            "curtailment_kw": 0.0,
            "plan_import_kw": 78_000.0,
            "plan_facility_kw": 78_000.0,
            "plan_it_kw": 65_000.0,
        }
        shown = {"clock": "Asia/Shanghai", "plan_by_class_kw": {ODD: [1e4] * 96}}
        return {
            "at": START.isoformat(),
            "currency": "CNY",
            "edges": edges,
            "made_at": START.isoformat(),
            "policy": "coordinated",
            "sites": [
                {"site": name} | shown | {key: [value] * 96 for key, value in flat.items()}
                for name in self.sites
            ],
            "calls": [],
        }

    def state(self) -> Mapping[str, object]:
        ages: dict[str, object] = {"price": 240.0, "meters": 2.0}
        return {
            "mode": self.mode,
            "envelope": dict(self.envelope),
            "frozen": self.frozen,
            "leads": True,
            "epoch": 1,
            "ages_s": ages,
        }

    def proposals(self) -> tuple[Mapping[str, object], ...]:
        return tuple(self._waiting.values())

    def decisions(self, count: int) -> tuple[Mapping[str, object], ...]:
        return self.proposals()[::-1][:count]

    def explain(self, decision: str) -> Mapping[str, object] | None:
        found = self._waiting.get(decision)
        return None if found is None else {"because": found["because"]}

    def turn_of(self, decision: str | None) -> Turn | None:
        return None

    def audit(self, count: int) -> tuple[Mapping[str, object], ...]:
        entries = self.store.entries()
        said = [
            {"number": number, "hash": entry.hash, "says": says}
            for number, (entry, says) in enumerate(zip(entries, contents(entries), strict=True))
        ]
        return tuple(said[::-1][:count])

    def glance(self) -> Glance:
        return Glance(
            at=START,
            currency="CNY",
            mandate=Stands(self).mandate,
            turn=None,
            memory=Memory(),
            orders=None,
            in_force=None,
            seen=None,
            proposals=self.proposals(),
        )

    def chain(self) -> tuple[Store, int]:
        return self.store, len(self.store.entries())

    def unready(self) -> tuple[str, ...]:
        return self.said

    def note(self, content: Mapping[str, object]) -> None:
        with self._lock:
            self.store.append(linked(self.store.last(), content))

    def close(self) -> tuple[str, ...]:
        self.closed = True
        return ("job 77 is paused until 10:45",)

    def advise(
        self,
        decision: str,
        digest: str,
        by: Person,
        reason: str,
        approve: bool,
        edit: Edit | None = None,
    ) -> Receipt:
        waits = self._waiting.get(decision)
        if waits is None or waits["digest"] != digest:
            return Receipt(held=False, said=f"{decision} is another than was read")
        self.note({"kind": "advised", "decision": decision, "by": by.name, "reason": reason})
        return Receipt(held=True, said=f"{by.name} advises {'approval' if approve else 'refusal'}")

    def approve(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        return self._settled("approved", (decision, digest), by, reason)

    def reject(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        return self._settled("rejected", (decision, digest), by, reason)

    def reading(self, decision: str, by: Person) -> Receipt:
        held = decision in self._waiting and by.role >= Role.OPERATOR
        if held:
            self.read_by[decision] = by.name
        return Receipt(held=held, said="it stays" if held else "it does not stay")

    def edit(self, decision: str, digest: str, edit: Edit, by: Person, reason: str) -> Receipt:
        waits = self._waiting.get(decision)
        if waits is None or waits["digest"] != digest:
            return Receipt(held=False, said=f"{decision} is another than was read")
        if unknown := sorted(set(edit.sites) - set(self.sites)):
            limit = ", ".join(self.sites)
            raise BadInput(
                Finding(subject=one, value="is no site", limit=limit, mend="Name one of these.")
                for one in unknown
            )
        says = {"edit": edit_values(edit), "by": by.name, "reason": reason}
        self._waiting[decision] = {**waits, "title": edit_words(edit)}
        self.note({"kind": "edited", "decision": decision, **says})
        return Receipt(held=True, said=f"{decision} waits as {by.name} edited it")

    def change_mode(self, mode: str, by: Person, reason: str) -> Receipt:
        raises = MODES.index(mode) > MODES.index(self.mode)
        receipt = self._asked_by("mode " + mode, raises, by, reason)
        self.mode = mode if receipt.held else self.mode
        return receipt

    def change_envelope(self, envelope: Mapping[str, float], by: Person, reason: str) -> Receipt:
        wider = any(value > self.envelope.get(name, 0.0) for name, value in envelope.items())
        receipt = self._asked_by(f"envelope {sorted(envelope.items())}", wider, by, reason)
        self.envelope |= envelope if receipt.held else {}
        return receipt

    def freeze(self, by: Person, reason: str) -> Receipt:
        self.frozen = True
        return self._asked_by("freeze", False, by, reason)

    def thaw(self, by: Person, reason: str) -> Receipt:
        receipt = self._asked_by("thaw", True, by, reason)
        self.frozen = self.frozen and not receipt.held
        return receipt

    def release(self, by: Person, reason: str) -> Receipt:
        self.released += 1
        return self._asked_by("release", False, by, reason)

    def _settled(self, what: str, read: tuple[str, str], by: Person, reason: str) -> Receipt:
        decision, digest = read
        waits = self._waiting.get(decision)
        if waits is None:
            return Receipt(held=False, said=f"{decision} was settled before")
        if waits["digest"] != digest:
            return Receipt(held=False, said=f"{decision} is another than was read")
        del self._waiting[decision]
        self.note({"kind": what, "decision": decision, "by": by.name, "reason": reason})
        return Receipt(held=True, said=f"{decision} is {what}")

    def _asked_by(self, what: str, takes_two: bool, by: Person, reason: str) -> Receipt:
        self.note({"kind": "asked", "what": what, "by": by.name, "reason": reason})
        if not takes_two:
            return Receipt(held=True, said=f"{what} holds")
        if by.role < Role.APPROVER:
            return Receipt(held=False, said=f"{what} takes two approvers")
        first = self._asked.setdefault(what, by)
        if first.name == by.name:
            return Receipt(held=False, said=f"{what} waits for a second approver", needs=1)
        del self._asked[what]
        return Receipt(held=True, said=f"{what} holds")


class Stands:
    """A room that goes on by itself."""

    def __init__(self, room: StandIn) -> None:
        self.room = room
        self.fault: BaseException | None = None
        self.currency = "CNY"

    @cached_property
    def mandate(self) -> Mandate:
        """That of the bundled week."""
        from gridtide.case.load import load_case
        from gridtide.simulate.course import mandate_of

        study = load_case(Path(next(iter(gridtide.case.__path__))) / "demo" / "case.toml")
        return mandate_of(study, study.cadence.forecaster)

    def stop(self) -> tuple[str, ...]:
        return self.room.close()
