"""Give jobs their earliest slots, whatever these cost: where time alone decides."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, Told, free_of, grid_step_s
from gridtide.decide.situation import Situation

HOME_WAIT_S = 3600
"""A job rather waits this long at home than lies at another site: few move for time alone, and no site stands idle
while another turns work away."""


def give_earliest(
    situation: Situation,
    held: Reservations,
    told: Told,
    order: NDArray[np.int64],
    last: NDArray[np.int64],
    wait_slots: float | None = None,
) -> None:
    """Each job of the order at full speed in its earliest free slots before `last`, written into `told`.

    A job without room keeps what it was told; one that was told nothing still has no slots then.
    wait_slots: slots a job rather waits at home than lies at another site; HOME_WAIT_S without one.
    """
    from gridtide.kernels import placement

    places, steps = held.room.shape
    n = len(held.gang)
    if wait_slots is None:
        wait_slots = HOME_WAIT_S / grid_step_s(held.grid)
    menu = held.menu
    index = np.broadcast_to(np.arange(steps, dtype=np.float64), (len(menu), steps))
    placement.sweep(
        free_of(held, told), np.ascontiguousarray(index), order, held.taken, held.first, last,
        held.left, held.rule, (held.running_at, held.running_with), _away(situation, held, wait_slots),
        (told.place, told.offsets, told.count, told.slots, told.point), 0.0, held.room.max(axis=1),
        np.zeros(n), np.zeros((places, steps), dtype=np.int64), np.zeros(len(menu)),
        (menu.place, menu.speed, menu.point == 0, menu.bounds),
    )  # fmt: skip


def _away(situation: Situation, held: Reservations, wait_slots: float) -> NDArray[np.float64]:
    """What each place counts beside the slots a job waits, (n, P): another site like so many slots of wait, another
    pool of the same site only breaks ties."""
    site, here = situation.fleet.site_of_place, situation.state.place
    away = (np.arange(len(held.room)) != here[:, None]) * 1e-3
    slots = np.maximum(1, -(-held.left[:, 1] // held.left[:, 3])) * held.gang
    away += (site[None, :] != site[here][:, None]) * (wait_slots * slots)[:, None]
    return np.asarray(away, dtype=np.float64)
