"""How often to save a long job, and what failures then cost."""

import math


def young_daly_s(save_s: float, mean_between_failures_s: float) -> float:
    """The interval between checkpoints [s] that wastes least, to first order: sqrt(2 save MTBF).

    Reference: Young 1974, Daly 2006. Both times above 0 [s]; too short where the save is no longer far below the time
    between failures.
    """
    return math.sqrt(2.0 * save_s * mean_between_failures_s)


def wasted_share(
    interval_s: float, save_s: float, restart_s: float, mean_between_failures_s: float
) -> float:
    """Share of time lost to saving, repeating and restarting [0-1]; above about 0.3 only a warning.

    All times above 0 [s]. Reference: first order in the chance of a failure, Young 1974 and Daly 2006.
    """
    saving = save_s / interval_s
    repeating = interval_s / (2.0 * mean_between_failures_s)
    return saving + repeating + restart_s / mean_between_failures_s


def fleet_mean_between_failures_s(accelerator_s: float, accelerators: int) -> float:
    """Mean time between failures [s] of a job on some accelerators, 1 or more, each failing once in accelerator_s [s].

    Reference: independent failures; 50,677 h an accelerator in the published run of Llama 3 (quoted).
    """
    return accelerator_s / accelerators


def checkpoint_gb(parameters_1e9: float, bytes_per_parameter: float = 14.0) -> float:
    """Size [GB] of what training saves, by its parameters in thousand millions: weights and optimiser, 14 to 16 bytes.

    Reference: mixed precision with Adam; assumed, 782 GB were measured of 70 thousand million (quoted).
    """
    return parameters_1e9 * bytes_per_parameter


def save_s(size_gb: float, write_gb_per_s: float, held_share: float = 1.0) -> float:
    """Seconds that saving stops a job: size over the rate of writing [GB/s, above 0].

    held_share: 1 where it waits for the whole, less [0-1] where it writes on while it computes. Reference: definition.
    """
    return held_share * size_gb / write_gb_per_s


def least_pause_s(save_s: float, restart_s: float, factor: float = 3.0) -> float:
    """The shortest pause [s] worth making: factor x (save + restart). Reference: assumed rule, give your own.

    All 0 or more.
    """
    return factor * (save_s + restart_s)


def pause_cost(
    idle_kwh: float, price_per_mwh: float, lost_h: float, value_per_h: float, churn: float = 0.0
) -> float:
    """Money a pause costs, in the currency of its prices: energy drawn for nothing, work lost or late, wear.

    idle_kwh: of `pause_idle_kwh` [kWh]; lost_h: accelerator-hours not worked; value_per_h: what one is worth; churn:
    money for starting and stopping. Reference: sum of its parts. All but the price 0 or more.
    """
    return idle_kwh * price_per_mwh / 1000.0 + lost_h * value_per_h + churn


def pause_idle_kwh(
    power_kw: float, idle_kw: float, save_s: float, restart_s: float, ramp_s: float
) -> float:
    """Energy [kWh] drawn for nothing around a pause: ramps from and to power_kw [kW], save and restart at idle_kw.

    ramp_s: seconds of one ramp, during which half of the way is drawn on average. Reference: energy balance. All 0 or
    more.
    """
    ramps = 2.0 * ramp_s * 0.5 * (power_kw + idle_kw)
    return (ramps + (save_s + restart_s) * idle_kw) / 3600.0
