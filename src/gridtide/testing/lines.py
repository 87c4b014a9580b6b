"""A line of set-points in memory, for whoever tells and follows them in one process."""

from collections.abc import Callable
from datetime import datetime

from gridtide.signals.heard import Heard
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry


class LineInMemory:
    """Satisfies SetpointChannel: what the centre tells can be read, what the plant says is kept in `said`."""

    def __init__(self, on_told: Callable[[], None] = lambda: None) -> None:
        self.inbox = Heard(on_told)
        self.said: list[PlantTelemetry] = []
        self.count = 0
        self.closed = False

    def set(self, p_set_kw: float, at: datetime) -> None:
        """Tell a set-point, stamped."""
        self.count += 1
        self.inbox.tell(Setpoint(p_set_kw=p_set_kw, measured_at=at, sequence=self.count))

    def read(self) -> Setpoint | None:
        """The oldest unread telegram."""
        return self.inbox.oldest()

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Keep what the plant says."""
        self.said.append(telemetry)

    def asked_mode(self) -> Mode:
        """The centre asks for AUTO."""
        return Mode.AUTO

    def line_faults(self) -> tuple[str, ...]:
        """What was lost."""
        return self.inbox.faults()

    def close(self) -> None:
        """Give the line up."""
        self.closed = True
