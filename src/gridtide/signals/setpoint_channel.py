"""What a fast channel to the dispatch centre must be able to do; devices satisfy it."""

from dataclasses import dataclass
from typing import Protocol

from gridtide.signals.setpoint import Mode, Quality, Setpoint


@dataclass(frozen=True, kw_only=True)
class PlantTelemetry:
    """What the plant says of itself each cycle.

    p_kw, q_kvar: at the connection point, drawing is positive. v_pu, f_hz: voltage and frequency there. up_kw, down_kw:
    how much less and how much more it could draw now (up is drawing less). echo_kw: the set-point it follows.
    quality: of the whole telegram; NOT_TOPICAL while the set-point is held without a new one.
    """

    p_kw: float
    q_kvar: float
    v_pu: float
    f_hz: float
    up_kw: float
    down_kw: float
    echo_kw: float
    mode: Mode
    quality: Quality


class SetpointChannel(Protocol):
    """One line to the dispatch centre, whatever the protocol.

    A channel never judges, repeats or invents: each telegram told is read once, in its order; silence reads as None.
    """

    def read(self) -> Setpoint | None:
        """The oldest telegram that was not read yet; None when there is none. Never waits."""
        ...

    def write_telemetry(self, telemetry: PlantTelemetry) -> None:
        """Let the dispatch centre see this from now on. Never waits; raises nothing when nobody listens."""
        ...

    def asked_mode(self) -> Mode:
        """The mode the dispatch centre asked for last; AUTO where the protocol cannot ask."""
        ...

    def line_faults(self) -> tuple[str, ...]:
        """Why lines were closed, lost or turned away since this was asked last, oldest first."""
        ...

    def close(self) -> None:
        """Give the line up; closing twice is no fault."""
        ...
