"""What the controller's clock shows, as `sdiag` says when it answered."""

import re
from datetime import UTC, datetime

_ANSWERED = re.compile(r"sdiag output at [^(]*\((\d{1,12})\)")


def clock_shown(printed: str) -> datetime:
    """The instant at which slurmctld answered `sdiag`, whole seconds. Raises ValueError where it does not say."""
    found = _ANSWERED.search(printed)
    if found is None:
        raise ValueError("it does not say when it answered")
    return datetime.fromtimestamp(int(found[1]), UTC)
