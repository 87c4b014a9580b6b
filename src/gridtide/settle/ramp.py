"""How fast the grid saw each site and the fleet change, against ramp rules and the cap on simultaneous response."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract

TOLERANCE = 1e-6
CAUSES = ("in turn", "at once", "ended", "stores", "by itself")
"""What changes a draw: starts and stops in their turn; those that could not wait; work that ended; stores; and weather,
requests and own supply."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a limit on how fast power moves came to, of a site or the fleet.

    most_kw_per_min: allowed. in_turn_kw_per_min: the fastest that starts and stops went in their turn.
    steepest_kw_per_min: the fastest change of what was drawn, and by_cause: the parts of it, as CAUSES. minutes_beyond:
    in which the draw changed faster than allowed; beyond_by_cause: of these, by what changed most beside the turns,
    which alone are never faster.
    at_once_kw: of all starts and stops that could not wait. waited_h: of starts, all together; lost_accelerator_h:
    accelerators times the time that starts waited and stops came early; delay_cost: what that counts, in money.
    prices: what plans said one more kW per minute would save, money, by the second at which a step begins, where any.
    """

    subject: str
    most_kw_per_min: float
    in_turn_kw_per_min: float
    steepest_kw_per_min: float
    by_cause: tuple[tuple[str, float], ...]
    minutes_beyond: int
    beyond_by_cause: tuple[tuple[str, int], ...]
    at_once_kw: float
    waited_h: float
    lost_accelerator_h: float
    delay_cost: float
    prices: tuple[tuple[int, float], ...] = ()


def settle_ramps(
    contracts: tuple[Contract, ...], grid_power_kw: NDArray[np.float64], hours: NDArray[np.float64]
) -> tuple[int, float]:
    """Steps in which a site with a rule changed faster than it allows, and the fastest such change, kW/min.

    grid_power_kw: (S, T), + = drawn, mean of each step; hours: (T,). The change from one step to the next is
    spread over the later step, as a plan counts it. 0, 0.0 without a rule.
    """
    steep, fastest = 0, 0.0
    for contract, power_kw in zip(contracts, grid_power_kw, strict=True):
        if contract.ramp_max_kw_per_min is None:
            continue
        per_min = np.abs(np.diff(power_kw)) / (hours[1:] * 60.0)
        steep += int((per_min > contract.ramp_max_kw_per_min * (1.0 + TOLERANCE)).sum())
        fastest = max(fastest, float(per_min.max(initial=0.0)))
    return steep, fastest


def settle_response(
    subject: str,
    most_kw_per_min: float,
    changes_kw: NDArray[np.float64],
    at_once_kw: float,
    waited: tuple[float, float, float],
    prices: tuple[tuple[int, float], ...] = (),
) -> Response:
    """The changes of every minute by cause against what is allowed.

    changes_kw: in the order of CAUSES, (5, minutes). waited: hours, accelerator-hours, money. prices: as `Response`.
    """
    total = changes_kw.sum(axis=0)
    beyond = np.abs(total) > most_kw_per_min * (1.0 + TOLERANCE)
    cause = 1 + np.abs(changes_kw[1:, beyond]).argmax(axis=0)
    worst = int(np.argmax(np.abs(total))) if len(total) else 0
    steepest = changes_kw[:, worst] if len(total) else np.zeros(len(CAUSES))
    return Response(
        subject=subject,
        most_kw_per_min=most_kw_per_min,
        in_turn_kw_per_min=float(np.abs(changes_kw[0]).max(initial=0.0)),
        steepest_kw_per_min=float(abs(steepest.sum())),
        by_cause=tuple(zip(CAUSES, steepest.tolist(), strict=True)),
        minutes_beyond=int(beyond.sum()),
        beyond_by_cause=tuple(
            (name, int((cause == number).sum())) for number, name in enumerate(CAUSES) if number
        ),
        at_once_kw=at_once_kw,
        waited_h=waited[0],
        lost_accelerator_h=waited[1],
        delay_cost=waited[2],
        prices=prices,
    )
