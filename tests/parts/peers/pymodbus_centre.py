"""A dispatch centre over a client of pymodbus, in a process of its own: lines of JSON in and out."""

import json
import sys
from typing import Any

from pymodbus import client


def main(port: int) -> None:
    """Connect, and write or read the registers that each line names."""
    make: Any = client.ModbusTcpClient
    line = make("127.0.0.1", port=port, retries=0)
    say({"ready": line.connect()})
    for text in sys.stdin:
        asked = json.loads(text)
        if asked["do"] == "write":
            answer = line.write_registers(asked["first"], asked["registers"], device_id=1)
        else:
            answer = line.read_input_registers(asked["first"], count=asked["count"], device_id=1)
        say({"ok": not answer.isError(), "registers": list(getattr(answer, "registers", []))})
    line.close()


def say(answer: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(answer), flush=True)


main(int(sys.argv[1]))
