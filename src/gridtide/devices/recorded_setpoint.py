"""Set-points of a record, told when their time comes: for replays, drills and sites that may only read files."""

from collections.abc import Sequence
from datetime import datetime

from gridtide.finding import BadInput, Finding
from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Mode, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.signals.setpoint_record import SetpointRecord


class RecordedSetpoint:
    """Telegrams of a record in their order; satisfies SetpointChannel.

    A telegram can be read once the clock has reached its arrival and that of every one before it; what is wrong with
    it is kept, so that a record of a bad day replays as it was. told: the telemetry written, oldest first.
    Raises BadInput when a telegram has no arrival.
    """

    def __init__(self, *, clock: Clock, record: SetpointRecord) -> None:
        self._clock = clock
        self._telegrams: Sequence[Setpoint] = record.telegrams
        self._arrived_at: Sequence[datetime] = record.arrived_at
        if len(self._arrived_at) != len(self._telegrams):
            raise BadInput([_unlike(len(self._arrived_at), len(self._telegrams))])
        self._next = 0
        self.told: list[PlantTelemetry] = []

    def read(self) -> Setpoint | None:
        """The next telegram, when its time has come."""
        at = self._next
        if at == len(self._telegrams) or self._arrived_at[at] > self._clock.now():
            return None
        self._next += 1
        return self._telegrams[at]

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Keep it in `told`."""
        self.told.append(telemetry)

    def asked_mode(self) -> Mode:
        """AUTO: a record asks for nothing else."""
        return Mode.AUTO

    def line_faults(self) -> tuple[str, ...]:
        """None: a record has no line."""
        return ()

    def close(self) -> None:
        """Nothing more can be read."""
        self._next = len(self._telegrams)


def _unlike(arrivals: int, telegrams: int) -> Finding:
    return Finding(
        subject="record of set-points",
        value=f"{arrivals} arrivals of {telegrams} telegrams",
        limit="one arrival for each",
        mend="Give both from the same rows.",
    )
