"""A case with real devices at the command line: what it needs, and where agents of its sites dial in."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from gridtide.finding import Finding, refuse_if_any

if TYPE_CHECKING:
    from fastapi import APIRouter

    from gridtide.case.real_room import RealCase
    from gridtide.loop.control import ControlRoom
    from gridtide.stores.sql.service import ServiceStores
    from gridtide.trust.record import Store


def real_case(case: Path, store: str | None) -> "RealCase | None":
    """The real devices of a case; None where it names none. Raises BadInput with every fault."""
    from gridtide.case.device_faults import names_devices

    if not names_devices(case):
        return None
    from gridtide.case.real_room import read_real
    from gridtide.loop.clock import WallClock

    refuse_if_any(_needed(store))
    return read_real(case, WallClock().now)


def led(real: "RealCase", kept: "ServiceStores", chain: "Store") -> "ControlRoom":
    """The room over these devices, each read and told beside the loop, by the clock on the wall, however that is set;
    so are its plans made and its lines of set-points followed."""
    from gridtide.case.boards_on_lines import boards_on_lines
    from gridtide.case.on_the_wall import begin_beside
    from gridtide.case.real_room import real_room
    from gridtide.loop.beside import Pace
    from gridtide.loop.clock import SteadyClock, WallClock

    clock, pace = SteadyClock(wall=WallClock()), Pace()
    room, places = real_room(real, kept, chain, clock, pace), real.devices.points.values()
    return begin_beside(
        room, real.lines, clock, lambda: boards_on_lines(room, places, real.lines, clock, pace)
    )


def agents_of(real: "RealCase | None", kept: "ServiceStores | None") -> "APIRouter | None":
    """Where the agents of a case's sites ask for orders, as long as this service leads; None where it has none."""
    if real is None or kept is None or not real.devices.desks:
        return None
    from gridtide.doors.api.agents import agents_router

    return agents_router(real.devices.desks, real.devices.tokens, lambda: kept.lead.over)


def _needed(store: str | None) -> Iterator[Finding]:
    """What options must say, and must not, where devices are real."""
    if store is None:
        yield Finding(
            subject="--store",
            value="is missing",
            limit="a store, where what real devices are told is written down first",
            mend="Add --store FILE, or the URL of PostgreSQL.",
        )
    context = click.get_current_context()
    if context.get_parameter_source("speed") is ParameterSource.COMMANDLINE:
        yield Finding(
            subject="--speed",
            value=f"{context.params['speed']:g}",
            limit="none: real devices go by the clock on the wall",
            mend="Leave --speed out.",
        )
