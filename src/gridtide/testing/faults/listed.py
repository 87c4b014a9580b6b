"""Every fault that is tried, in the order of the table."""

from gridtide.testing.faults import kill_service
from gridtide.testing.faults.trial import Fault

FAULTS: tuple[Fault, ...] = (
    kill_service.ON_SQLITE,
    kill_service.ON_POSTGRES,
)
