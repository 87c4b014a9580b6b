"""Who has which decision before them: a newer one takes no place from under their eyes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gridtide.loop.clock import steady_s

READS_S = 90.0
"""So long after it was said last somebody still reads, by the seconds of people, however fast a course goes."""
READERS_MOST = 64


@dataclass(kw_only=True, eq=False)
class Readers:
    """reads: by name of each who reads, what, and until when; each reads one decision at a time. now_s: seconds that
    only rise."""

    now_s: Callable[[], float] = steady_s
    reads: dict[str, tuple[str, float]] = field(default_factory=dict)

    def read(self, who: str, decision: str) -> bool:
        """Somebody has a decision before them; False where too many read already."""
        self._forget()
        if who not in self.reads and len(self.reads) >= READERS_MOST:
            return False
        self.reads[who] = decision, self.now_s() + READS_S
        return True

    def of(self, decision: str) -> tuple[str, ...]:
        """Who reads a decision now, in order."""
        self._forget()
        return tuple(sorted(who for who, (what, _) in self.reads.items() if what == decision))

    def _forget(self) -> None:
        now_s = self.now_s()
        self.reads = {who: one for who, one in self.reads.items() if one[1] > now_s}
