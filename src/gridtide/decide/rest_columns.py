"""Columns of nodes that rest."""

import numpy as np

from gridtide.decide.layout import Facts, RestColumns
from gridtide.decide.program import Program

ASLEEP_RATHER = 1e-6
"""Cost of an accelerator awake or woken, so that where energy costs nothing none is for nothing."""


def rest_columns(program: Program, facts: Facts) -> RestColumns:
    """Of the places whose nodes rest; what is off is bounded by what was seen of a day, and by what is parked now."""
    terms = facts.rest
    shape = (len(terms.place), len(facts.hours))
    kept = terms.kept[:, None]
    off = np.where(terms.expects, kept, np.minimum(terms.off_now[:, None], kept))
    off[:, :1] = np.minimum(off[:, :1], (terms.kept - terms.awake_now)[:, None])
    return RestColumns(
        used=program.variables(shape, 0.0, 0.0, kept),
        beside=program.variables(shape, 0.0, 0.0, np.maximum(terms.others, 0.0)[:, None]),
        awake=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        off=program.variables(shape, 0.0, 0.0, off),
        risen=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        woken=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        gone=program.variables(shape, 0.0, 0.0, kept),
    )
