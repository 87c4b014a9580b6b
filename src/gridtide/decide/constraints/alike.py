"""What is told before more is known is the same in every course."""

from collections.abc import Sequence

import numpy as np

from gridtide.decide.layout import Columns, Facts
from gridtide.decide.program import Program


def add_alike(program: Program, courses: Sequence[tuple[Columns, Facts]], told: int) -> None:
    """Charge and discharge, heat carried out early and late, and what plants make equal in all courses, no flow beyond
    one share of its course's requests, and capacity offered alike throughout, so that it holds in every course.

    told: steps from the first on that are told before the next plan. A share is told, not a flow: where a
    course asks for more than there is room for, less than the share is answered.
    """
    first, _ = courses[0]
    for columns, _ in courses[1:]:
        for own, shared in (
            (columns.charge, first.charge),
            (columns.discharge, first.discharge),
            (columns.cooling.hall, first.cooling.hall),
            (columns.cooling.store, first.cooling.store),
            (columns.made, first.made),
        ):
            rows = program.constraints(own[..., :told].shape, 0.0, 0.0)
            program.put(rows, own[..., :told], 1.0)
            program.put(rows, shared[..., :told], -1.0)
        if columns.offered.size:
            rows = program.constraints(columns.offered.shape, 0.0, 0.0)
            program.put(rows, columns.offered, 1.0)
            program.put(rows, first.offered, -1.0)
    if len(first.pair):
        _add_shares(program, courses, told)


def _add_shares(program: Program, courses: Sequence[tuple[Columns, Facts]], told: int) -> None:
    """flow <= share x requests in every course; the shares of an origin add up to one at most."""
    first, facts = courses[0]
    service, origin, _ = first.pair.T
    share = program.variables((len(first.pair), told), 0.0, 0.0, 1.0)
    whole = program.constraints((*facts.requests_per_s.shape[:2], told), -np.inf, 1.0)
    program.put(whole[service, origin], share, 1.0)
    for columns, seen in courses:
        rows = program.constraints(share.shape, -np.inf, 0.0)
        program.put(rows, columns.flow[:, :told], 1.0)
        program.put(rows, share, -seen.requests_per_s[service, origin, :told])
