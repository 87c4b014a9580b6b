"""Services step by step where nodes rest: which are awake in a step depends on what was answered in those before."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.simulate.moved_requests import LostCaches
from gridtide.simulate.resting import Rested, Resting
from gridtide.simulate.serving import Served, serve
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]


def served_in_steps(
    study: Study,
    truth: Truth,
    span: slice,
    dispatch: Dispatch,
    occupied: NDArray[np.int64],
    levels_kw: tuple[Real, Real],
    beside: tuple[Resting, LostCaches],
) -> Served:
    """As `serve`, all at once where no nodes rest. levels_kw: left_kw and held_kw; beside: resting, lost.

    Requests that are sent on to nodes of a place wake them for the next step too: so a span is the same in one piece as
    in many."""
    left_kw, held_kw = levels_kw
    resting, lost = beside
    if not len(resting.state):
        return serve(study, truth, span, dispatch, occupied, left_kw, held_kw, resting, lost)
    found = [
        serve(
            study,
            truth,
            slice(span.start + at, span.start + at + 1),
            _from(dispatch, at),
            occupied[:, at : at + 1],
            left_kw[:, at : at + 1],
            held_kw[:, at : at + 1],
            resting,
            lost,
        )
        for at in range(span.stop - span.start)
    ]
    return _joined(found)


def _from(dispatch: Dispatch, step: int) -> Dispatch:
    """What a dispatch says of services from one of its steps on."""
    names = ("shares", "slower_shares", "it_price_per_kwh", "nodes_used")
    return replace(dispatch, **{name: getattr(dispatch, name)[..., step:] for name in names})


def _joined(found: list[Served]) -> Served:
    rests = [one.rested for one in found]
    columns = {
        one.name: np.concatenate([getattr(part, one.name) for part in found], axis=-1)
        for one in fields(Served)
        if one.name != "rested"
    }
    rested = {
        one.name: np.concatenate([getattr(part, one.name) for part in rests], axis=-1)
        for one in fields(Rested)
    }
    return Served(**columns, rested=Rested(**rested))
