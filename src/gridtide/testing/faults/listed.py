"""Every fault that is tried, in the order of the table."""

from gridtide.testing.faults import (
    all_dead,
    both_dead,
    clock_jumps,
    cut_off,
    full_disk,
    full_postgres,
    kill_room,
    kill_service,
    lost_database,
    lying_source,
    paused_leader,
    silent_devices,
    two_at_once,
    two_over_agent,
    wrong_clock,
)
from gridtide.testing.faults.trial import Fault

FAULTS: tuple[Fault, ...] = (
    kill_service.ON_SQLITE,
    kill_service.ON_POSTGRES,
    kill_room.ON_SQLITE,
    kill_room.ON_POSTGRES,
    paused_leader.FAULT,
    two_at_once.ON_SQLITE,
    two_at_once.ON_POSTGRES,
    lost_database.FAULT,
    full_disk.FAULT,
    full_postgres.FAULT,
    silent_devices.FAULT,
    lying_source.FAULT,
    clock_jumps.FAULT,
    wrong_clock.FAULT,
    both_dead.FAULT,
    all_dead.FAULT,
    cut_off.FAULT,
    two_over_agent.FAULT,
)
