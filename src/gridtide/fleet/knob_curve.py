"""What one work did at each setting of one knob of one accelerator: a power cap or a locked clock."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.physics.knob_curve import at_setting, setting_covers

Real = NDArray[np.float64]


class Knob(StrEnum):
    """What is turned."""

    CAP = "cap"
    CLOCK = "clock"


class Mark(StrEnum):
    """How a figure is known."""

    MEASURED = "measured"
    QUOTED = "quoted"
    ASSUMED = "assumed"


UNITS = {Knob.CAP: "W", Knob.CLOCK: "MHz"}


@dataclass(frozen=True, kw_only=True, eq=False)
class KnobCurve:
    """One curve; the highest setting is full speed.

    setting: increasing, W for a cap, MHz for a clock; speed: work an hour over that at the highest setting, in
    (0, 1]; power_w: what the accelerator drew. (n,) each; speed and power never fall as the setting rises.
    """

    accelerator: str
    workload: str
    knob: Knob
    setting: Real
    speed: Real
    power_w: Real
    mark: Mark
    source: str

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("setting", "speed", "power_w"), np.float64))

    @property
    def uncapped_w(self) -> float:
        """What the work draws at full speed."""
        return float(self.power_w[-1])


def curve_of(
    *,
    accelerator: str,
    workload: str,
    knob: Knob,
    setting: Real,
    rate: Real,
    power_w: Real,
    mark: Mark,
    source: str,
) -> KnobCurve:
    """A monotone curve of what was measured, in any order of settings; rate: work over time in any unit.

    Noise that would make a lower setting faster or hungrier than a higher one is cut down to the higher one's figure.
    """
    order = np.argsort(setting, kind="stable")
    return KnobCurve(
        accelerator=accelerator,
        workload=workload,
        knob=knob,
        setting=setting[order],
        speed=_never_above_higher(rate[order] / rate[order[-1]]),
        power_w=_never_above_higher(power_w[order]),
        mark=mark,
        source=source,
    )


def at(curve: KnobCurve, setting: float) -> tuple[float, float, bool]:
    """Speed [0-1], power [W] and whether the setting lies within what was measured; beyond it the ends stand."""
    settings = tuple(curve.setting.tolist())
    return (
        at_setting(setting, settings, tuple(curve.speed.tolist())),
        at_setting(setting, settings, tuple(curve.power_w.tolist())),
        setting_covers(setting, settings),
    )


def _never_above_higher(values: Real) -> Real:
    return np.minimum.accumulate(values[::-1])[::-1]
