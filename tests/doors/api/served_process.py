"""`serve_room` over a room for tests, in a process of its own; words: port, and options as NAME=VALUE."""

import sys
import time
from dataclasses import replace
from pathlib import Path

from room_stand_in import StandIn, Stands

from gridtide.doors import patience
from gridtide.doors.api.limits import Rate
from gridtide.doors.api.logs import log_as_json
from gridtide.doors.api.serving import Keys, door_of, serve_room
from gridtide.loop.clock import WallClock


def main(words: list[str]) -> None:
    """Serve until a signal. tokens, cert, key: files; sites: how many the room has; opens_after_s: how long it takes;
    head_within_s: how long a half-sent head is waited for."""
    options = dict(word.split("=", 1) for word in words)
    tls = (Path(options["cert"]), Path(options["key"])) if "cert" in options else None
    keys = Keys(tokens=Path(options["tokens"]), oidc=None)
    door, _ = door_of("127.0.0.1", 0, tls, keys, 1e6, WallClock())
    log_as_json()
    patience.HEAD_WITHIN_S = float(options.get("head_within_s", patience.HEAD_WITHIN_S))

    def opened() -> Stands:
        time.sleep(float(options.get("opens_after_s", "0")))
        return Stands(StandIn(int(options.get("sites", "1"))))

    door = replace(door, unknown=Rate(at_once=1e6, per_s=1e6))
    serve_room(door, opened, WallClock(), lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(sys.argv[1:])
