"""What a source of work must be able to do; sources satisfy it, cases call it."""

from typing import Protocol

from gridtide.fleet.demand import DemandTrace
from gridtide.fleet.trace import JobTrace


class ReadsJobs(Protocol):
    """Anything that can hand over a log of jobs."""

    def read(self) -> JobTrace:
        """The whole log. Raises BadInput with every fault found."""
        ...


class ReadsDemand(Protocol):
    """Anything that can hand over the requests of a service."""

    def read(self) -> DemandTrace:
        """The whole series. Raises BadInput with every fault found."""
        ...
