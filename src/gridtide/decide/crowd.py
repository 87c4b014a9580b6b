"""Whether the fleet is so full that work waits without a promise that it could keep alone."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.timeline import epoch_s


def left_waiting(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Jobs that have come and wait without a promise though an empty fleet could still keep them, (n,).

    While there are any, time is what is short, not money: every accelerator-hour that waits for a better
    price is one less for them and for those who still come.
    """
    need = -(-held.left[:, 0] // held.left[:, 3])
    here = situation.jobs.release_s <= epoch_s(situation.as_of)
    waits = here & (situation.state.status == Status.WAITING) & ~situation.state.promised
    room = held.last - held.first.min(axis=1, initial=len(held.grid)) >= need
    fits = ((held.gang[:, None] <= held.room.max(axis=1)) & situation.jobs.allowed).any(axis=1)
    return np.asarray(waits & room & fits, dtype=np.bool_)
