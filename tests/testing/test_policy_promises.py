"""The shipped promises of policies on every way to run a fleet that stands on our own shelves."""

from gridtide.testing.policies import PolicyPromises


class TestRunAtOnce(PolicyPromises):
    """Everything where and when it can start first."""

    def policy(self) -> str:
        return "run-at-once"


class TestCoordinated(PolicyPromises):
    """Time, place, storage and routing together."""

    def policy(self) -> str:
        return "coordinated"


class TestLowestWindow(PolicyPromises):
    """A policy of the literature that runs a job once."""

    def policy(self) -> str:
        return "lowest-window"


class TestWaitAwhileInterruptible(PolicyPromises):
    """A policy of the literature that suspends and resumes."""

    def policy(self) -> str:
        return "wait-awhile-interruptible"


class TestThreshold(PolicyPromises):
    """A policy of the literature with a setting."""

    def policy(self) -> str:
        return "threshold(q=0.2)"
