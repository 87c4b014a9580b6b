"""How does the service say what happens? One JSON document a line on stderr, by the logging of Python."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

STANDARD = frozenset(
    (
        *logging.LogRecord("", 0, "", 0, "", (), None).__dict__,
        "message",
        "color_message",
        "taskName",
    )
)


class JsonLines(logging.Formatter):
    """Time, level, room and sentence of a record, and what was put beside it. Line ends inside are written out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage(),
        }
        said |= {key: value for key, value in record.__dict__.items() if key not in STANDARD}
        if record.exc_info is not None:
            said["fault"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(said, ensure_ascii=True, default=str)


def log_as_json() -> None:
    """Everything that this process logs from now on; of what it asks elsewhere only faults, since addresses are told
    with their queries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
