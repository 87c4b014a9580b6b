"""Columns of nodes that rest."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Facts, RestColumns
from gridtide.decide.program import Program

Real = NDArray[np.float64]
DOZING_COST = 1e3
"""Cost of an accelerator that is not awake though it would be by the rules: only where no power is left for it."""
LATE_SHARE = 0.8
"""Of what requests are worth that a waking accelerator would answer: the reserve of others answers a part of them, and
no plan refuses beforehand what may still be answered."""
ASLEEP_RATHER = 1e-6
"""Cost of an accelerator awake or woken, so that where energy costs nothing none is for nothing."""


def rest_columns(program: Program, facts: Facts, values: Real) -> RestColumns:
    """Of the places whose nodes rest; none goes off in the first step that is awake now."""
    terms = facts.rest
    shape = (len(terms.place), len(facts.hours))
    kept = terms.kept[:, None]
    off = np.repeat(kept, shape[1], axis=1)
    off[:, 0] = terms.kept - terms.awake_now
    return RestColumns(
        used=program.variables(shape, 0.0, 0.0, kept),
        beside=program.variables(shape, 0.0, 0.0, np.maximum(terms.others, 0.0)[:, None]),
        awake=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        off=program.variables(shape, 0.0, 0.0, off),
        risen=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        woken=program.variables(shape, ASLEEP_RATHER, 0.0, kept),
        gone=program.variables(shape, 0.0, 0.0, kept),
        direct=program.variables(shape, 0.0, 0.0, kept),
        late=program.variables(
            shape, _late_cost_per_h(facts, values)[:, None] * facts.hours, 0.0, kept
        ),
        dozing=program.variables(shape, DOZING_COST, 0.0, terms.awake_least),
    )


def _late_cost_per_h(facts: Facts, values: Real) -> Real:
    """Money for an accelerator-hour that is counted on and not awake yet, (R,)."""
    place = facts.rest.place
    earns = (values[:, None] * facts.rate[:, place]).max(axis=0, initial=0.0) * 3600.0
    return np.asarray(LATE_SHARE * earns / (1.0 + facts.reserve[place]) + ASLEEP_RATHER)
