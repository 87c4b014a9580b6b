"""What a load does to the voltage where it meets the grid: its course, and its rapid changes."""

import math

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.connection import Connection
from gridtide.grid.ramp import Direction, Worst, course_step
from gridtide.grid.waveform import Waveform

Real = NDArray[np.float64]


def voltage_course(waveform: Waveform, connection: Connection) -> Real:
    """Voltage of each sample behind the impedance of the short-circuit level, pu of the source, (n,).

    The exact solution of two buses; 0 where the grid could not carry the load.
    """
    from gridtide.kernels.at_the_grid import voltages

    reactive = math.tan(math.acos(connection.power_factor))
    power = np.ascontiguousarray(waveform.power_kw)
    return np.asarray(voltages(power, reactive, connection.short_circuit_kva, connection.x_over_r))


def rapid_change(waveform: Waveform, connection: Connection, window_s: float) -> Worst:
    """Greatest change of the voltage within a window, as a share of the nominal one."""
    course = voltage_course(waveform, connection)
    return course_step(course, waveform.step_s, window_s, Direction.BOTH)
