"""Set-points of a record, told when their time comes: for replays, drills and sites that may only read files."""

from collections.abc import Sequence

from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry


class RecordedSetpoint:
    """Telegrams of a record in their order; satisfies SetpointChannel.

    A telegram can be read once the clock has reached its stamp and that of every one before it; what is wrong with it
    is kept, so that a record of a bad day replays as it was. told: the telemetry written, oldest first.
    """

    def __init__(self, *, clock: Clock, telegrams: Sequence[Setpoint]) -> None:
        self._clock = clock
        self._telegrams = tuple(telegrams)
        self._next = 0
        self.told: list[PlantTelemetry] = []

    def read(self) -> Setpoint | None:
        """The next telegram, when its time has come."""
        if self._next == len(self._telegrams):
            return None
        one = self._telegrams[self._next]
        if one.measured_at > self._clock.now():
            return None
        self._next += 1
        return one

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Keep it in `told`."""
        self.told.append(telemetry)

    def asked_mode(self) -> Mode:
        """AUTO: a record asks for nothing else."""
        return Mode.AUTO

    def close(self) -> None:
        """Nothing more can be read."""
        self._next = len(self._telegrams)
