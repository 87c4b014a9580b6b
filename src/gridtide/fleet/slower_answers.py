"""A slower point of a service: fuller batches on fewer accelerators, so that answers take a little longer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze


@dataclass(frozen=True, kw_only=True, eq=False)
class SlowerAnswers:
    """One slower point at each place, (P,) each; a place without it has rate 0 there.

    requests_per_accelerator_s: full-batch rate of one accelerator. time_to_first_token_s: compute part of the answer
    time. it_kw_per_accelerator: power at the IT meter of one accelerator that answers, with its burst reserve. later:
    by what share answers may come later there than the service's limit; its tolerance where None.
    """

    requests_per_accelerator_s: NDArray[np.float64]
    time_to_first_token_s: NDArray[np.float64]
    it_kw_per_accelerator: NDArray[np.float64]
    later: float | None = None

    def __post_init__(self) -> None:
        names = ("requests_per_accelerator_s", "time_to_first_token_s", "it_kw_per_accelerator")
        freeze(self, **dict.fromkeys(names, np.float64))
