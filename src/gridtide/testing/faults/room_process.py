"""A control room in a process of its own, over devices that outlive it and a store.

    python -m gridtide.testing.faults.room_process STORE SOCKET BEGAN SPEED SEED HOURS

It acts by itself. Says `leads EPOCH` once it leads, `begun` once it has read back, `over` at the end of the course;
ends with code 3 where another leads.
"""

import sys
import threading
from dataclasses import replace
from pathlib import Path

from gridtide.case.live_room import room_of
from gridtide.loop.clock import SteadyClock
from gridtide.loop.leadership import Leads
from gridtide.loop.reach import Reach
from gridtide.stores.sql.service import open_for_service
from gridtide.testing.faults.course_clock import SetClock
from gridtide.testing.faults.far_fleet import clock_of, far_devices, study_of
from gridtide.trust.modes import Mode
from gridtide.trust.record import NotLeadingError, StoreLostError

RENEWED_EVERY_S = 0.5
LEASE_S = 3.0


def main(store: str, socket: str, began: str, speed: str, seed: str, hours: str) -> None:
    """Go on until the course is over."""
    stores = open_for_service(store, "a room", Path(f"{socket}.readings"), LEASE_S)
    print("leads", stores.lead.epoch, flush=True)
    study = study_of(int(seed), int(hours))
    wall = SteadyClock(wall=SetClock(off=Path(f"{socket}.clock")))
    clock = replace(clock_of(study, began, speed), wall=wall)
    room = room_of(study, clock, stores.entries, stores.intents, Mode.ACT)
    room.desk.documents, room.epoch = stores.documents, stores.lead.epoch
    room.world.reach = Reach(devices=far_devices(study, Path(socket)))
    threading.Thread(target=_renewed, args=(stores.lead,), daemon=True).start()
    room.begin()
    print("begun", flush=True)
    while not room.over:
        room.go_on()
    print("over", flush=True)


def _renewed(lead: Leads) -> None:
    """Show life; who leads no more learns it by its next write."""
    ends = threading.Event()
    while not ends.wait(RENEWED_EVERY_S):
        try:
            lead.renew()
        except StoreLostError:
            continue
        except NotLeadingError:
            return


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except NotLeadingError as fault:
        print(f"not leading: {fault}", flush=True)
        sys.exit(3)
