"""After a release: what a device says it holds is let go whenever it says so, as one that was cut off does later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gridtide.fleet.device import Restraint
from gridtide.loop.releasing import LetGo

AGAIN_AFTER = timedelta(minutes=1)
"""What is still held so long after it was to be let go is let go again; what devices said last is no older."""


@dataclass(kw_only=True)
class Released:
    """at: when each subject of a device was to be let go last."""

    at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def lacks(
        self, held: Iterable[tuple[str, Restraint]], now: datetime
    ) -> list[tuple[str, Restraint]]:
        """Of what devices hold, what was not to be let go yet, or is held a while after it was."""
        return [(device, one) for device, one in held if self._is_due(device, one.subject, now)]

    def take(self, found: Sequence[LetGo]) -> None:
        """These are let go when their turn comes."""
        self.at |= {(one.device, one.subject): one.at for one in found}

    def _is_due(self, device: str, subject: str, now: datetime) -> bool:
        before = self.at.get((device, subject))
        return before is None or now - before >= AGAIN_AFTER
