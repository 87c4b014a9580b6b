"""A brain that leads one site: the real router on a real server, told over stdin what to order.

    python brain_process.py PORT TOKEN_SHA256

One JSON line in (device, act, epoch, lives_s, id) is one order; its outcome is one JSON line out. `{"report": true}`
asks for the newest report.
"""

import asyncio
import json
import sys
import threading
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

from gridtide.devices.far_site import SiteDesk
from gridtide.doors.api.agents import agents_router
from gridtide.fleet.device import UnreachableError
from gridtide.fleet.ticket import Ticket
from gridtide.loop.clock import WallClock
from gridtide.wire.acts import Order, act_of
from gridtide.wire.nouns import plain

now = WallClock().now


def answered(desk: SiteDesk, question: dict[str, object], number: int) -> dict[str, object]:
    """What comes of one line."""
    if "report" in question:
        try:
            report = desk.heard()
        except UnreachableError as fault:
            return {"unreachable": str(fault)}
        return {
            "frozen": report.frozen,
            "readings": [plain(one) for one in report.readings],
            "restraints": [plain(one) for one in report.restraints],
        }
    ticket = Ticket(
        id=str(question["id"]),
        epoch=int(str(question["epoch"])),
        sequence=number,
        issued_at=now(),
        expires_at=now() + timedelta(seconds=float(str(question["lives_s"]))),
    )
    order = Order(device=str(question["device"]), ticket=ticket, act=act_of(question["act"]))
    return plain(desk.tell(order, within_s=5.0))


def main() -> None:
    """Serve until stdin ends."""
    desk = SiteDesk(site="hohhot", now=now, stale_s=5.0)
    app = FastAPI()
    app.include_router(agents_router({"hohhot": desk}, {"hohhot": sys.argv[2]}))
    config = uvicorn.Config(app, port=int(sys.argv[1]), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    for number, line in enumerate(sys.stdin, start=1):
        print(json.dumps(answered(desk, json.loads(line), number)), flush=True)
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
