"""A week plan written and handed to HiGHS, by this house and by linopy: the same program first, then a ratio.

    python benchmarks/plan_build.py [--size SITESxSTEPSxBUCKETS] [--repeats N] [--check]

The seeded instance of `gridtide bench plan`. CPU seconds from its arrays to a model inside HiGHS, medians of one
process; both models must have the same entries and the same optimum (the optimum with --check, which solves).
Needs linopy, which `make bench` installs into an environment of its own.
"""

import argparse
import statistics
from typing import Any

import numpy as np

from gridtide.decide.program import handed_over, matrix_of
from gridtide.doors.cli.bench_plan import PARTS, USUAL
from gridtide.doors.cli.measuring import size_of, worked
from gridtide.testing.instances import week_plan as shelf
from gridtide.testing.instances.week_plan import TRAITS, WeekPlan, program_of, week_plan


def by_this_house(plan: WeekPlan) -> Any:
    """Blocks of indices, a sort, and the arrays."""
    return handed_over(matrix_of(program_of(plan)), "ipx", False)


def by_linopy(plan: WeekPlan) -> Any:
    """Named variables and constraints over labelled dimensions."""
    import linopy

    model = linopy.Model()
    site, step = range(len(plan.cap_kw)), range(plan.renewable_kw.shape[1])
    own = _site_variables(model, plan, site, step)
    work, flow = _work_and_flows(model, plan, site, step)
    _site_constraints(model, plan, own)
    it_load = own["segment"].sum("segment")
    model.add_constraints(it_load - work.sum("bucket") - flow.sum("region") == 0, name="load")
    unserved = model.add_variables(
        lower=0, coords=[range(len(plan.work_kwh))], dims=["bucket"], name="unserved"
    )
    done = shelf.STEP_H * work.sum(["site", "step"])
    model.add_constraints(done + unserved == _array(plan.work_kwh, "bucket"), name="work")
    refused = model.add_variables(
        lower=0, coords=[range(len(plan.demand_kw)), step], dims=["region", "step"], name="refused"
    )
    demand = _array(plan.demand_kw, "region", "step")
    model.add_constraints(flow.sum("site") + refused == demand, name="demand")
    model.add_objective(_cost(plan, own, work, flow, unserved, refused))
    return model.to_highspy()


def _array(values: Any, *dims: str) -> Any:
    import xarray

    coords = {dim: range(size) for dim, size in zip(dims, np.shape(values), strict=True)}
    return xarray.DataArray(values, coords=coords, dims=dims)


def _site_variables(model: Any, plan: WeekPlan, site: range, step: range) -> dict[str, Any]:
    cap, store = _array(plan.cap_kw, "site"), _array(plan.store_kwh, "site")
    whole = {"coords": [site, step], "dims": ["site", "step"]}
    most = {
        "unused": _array(plan.renewable_kw, "site", "step"),
        "charge": store / 2.0,
        "discharge": store / 2.0,
        "store": store,
        "heat": 1.3 * cap,
        "warmth": shelf.WARMEST_C - shelf.COOLEST_C,
        "offer": 0.2 * cap,
    }
    own = {
        name: model.add_variables(lower=0, upper=upper, name=name, **whole)
        for name, upper in most.items()
    }
    own["draw"] = model.add_variables(lower=0, name="draw", **whole)
    own["peak"] = model.add_variables(lower=0, coords=[site], dims=["site"], name="peak")
    own["segment"] = model.add_variables(
        lower=0, upper=cap * _array(shelf.WIDTHS, "segment"), name="segment",
        coords=[site, step, range(3)], dims=["site", "step", "segment"],
    )  # fmt: skip
    return own


def _work_and_flows(model: Any, plan: WeekPlan, site: range, step: range) -> tuple[Any, Any]:
    buckets, regions = len(plan.work_kwh), len(plan.demand_kw)
    rate = np.zeros((buckets, len(site)))
    np.put_along_axis(rate, plan.bucket_site, plan.rate_kw, axis=1)
    inside = (np.arange(len(step)) >= plan.first[:, None]) & (
        np.arange(len(step)) < plan.last[:, None]
    )
    mask = (rate > 0)[:, :, None] & inside[:, None, :]
    work = model.add_variables(
        lower=0, upper=_array(rate, "bucket", "site"), mask=_array(mask, "bucket", "site", "step"),
        coords=[range(buckets), site, step], dims=["bucket", "site", "step"], name="work",
    )  # fmt: skip
    near = np.zeros((regions, len(site)), dtype=bool)
    np.put_along_axis(near, plan.region_site, True, axis=1)
    reach = np.repeat(near[:, :, None], len(step), axis=2)
    flow = model.add_variables(
        lower=0, mask=_array(reach, "region", "site", "step"), name="flow",
        coords=[range(regions), site, step], dims=["region", "site", "step"],
    )  # fmt: skip
    return work, flow


def _site_constraints(model: Any, plan: WeekPlan, own: dict[str, Any]) -> None:
    cap = _array(plan.cap_kw, "site")
    power = (own["segment"] * _array(shelf.SLOPES, "segment")).sum("segment")
    renewable = _array(plan.renewable_kw, "site", "step")
    cooling = own["heat"] / _array(plan.cop, "site", "step")
    balance = own["draw"] - own["unused"] + own["discharge"] - own["charge"] - power - cooling
    model.add_constraints(balance == shelf.IDLE * cap - renewable, name="balance")
    hours, kept = shelf.STEP_H, shelf.EFFICIENCY
    came = own["store"] - own["store"].roll(step=1) - kept * hours * own["charge"]
    model.add_constraints(came + hours / kept * own["discharge"] == 0, name="store")
    per_kw = (1.0 - shelf.KEEPS) * shelf.WARMS_C / cap
    outside = (1.0 - shelf.KEEPS) * (_array(plan.outdoor_c, "site", "step") - shelf.COOLEST_C)
    warmth = own["warmth"] - shelf.KEEPS * own["warmth"].roll(step=1) + per_kw * own["heat"]
    model.add_constraints(
        warmth - per_kw * power == outside + per_kw * shelf.IDLE * cap, name="warmth"
    )
    given = own["offer"] + own["discharge"] - own["charge"] - shelf.SHED * power
    model.add_constraints(given <= _array(plan.store_kwh, "site") / 2.0, name="offer")
    model.add_constraints(own["draw"] + own["offer"] <= 1.6 * cap, name="limit")
    model.add_constraints(own["draw"] - own["peak"] <= 0, name="peak")


def _cost(
    plan: WeekPlan, own: dict[str, Any], work: Any, flow: Any, unserved: Any, refused: Any
) -> Any:
    hours = shelf.STEP_H
    away = np.ones((len(plan.work_kwh), len(plan.cap_kw)))
    np.put_along_axis(away, plan.bucket_site[:, :1], 0.0, axis=1)
    rank = np.zeros((len(plan.demand_kw), len(plan.cap_kw)))
    order = np.broadcast_to(np.arange(plan.region_site.shape[1]), plan.region_site.shape)
    np.put_along_axis(rank, plan.region_site, order.astype(np.float64), axis=1)
    parts = (
        hours * _array(plan.energy_cost_per_kwh, "site", "step") * own["draw"],
        hours * shelf.WEAR_PER_KWH * own["charge"],
        hours * shelf.WEAR_PER_KWH * own["discharge"],
        -hours * _array(plan.regulation_price_per_kw_h, "site", "step") * own["offer"],
        _array(plan.demand_charge_per_kw, "site") * own["peak"],
        hours * shelf.MOVE_PER_KWH * _array(away, "bucket", "site") * work.fillna(0),
        hours * shelf.ROUTE_PER_KWH * _array(rank, "region", "site") * flow.fillna(0),
        shelf.UNSERVED_PER_KWH * unserved,
        hours * shelf.UNSERVED_PER_KWH * refused,
    )
    return sum(part.sum() for part in parts)


def optimum(highs: Any) -> float:
    """What HiGHS finds."""
    for option, setting in (("output_flag", False), ("threads", 1), ("solver", "ipx")):
        highs.setOptionValue(option, setting)
    highs.run()
    return float(highs.getInfo().objective_function_value)


def main() -> None:
    """Same entries, same optimum when asked, then seconds and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", default=USUAL)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    sites, steps, buckets = size_of(chosen.size, PARTS, USUAL)
    plan = week_plan(sites, steps, buckets, 0, TRAITS["usual"])
    ours = [worked(lambda: by_this_house(plan)) for _ in range(chosen.repeats)]
    theirs = [worked(lambda: by_linopy(plan)) for _ in range(chosen.repeats)]
    counts = [made[-1][1].getNumNz() for made in (ours, theirs)]
    if counts[0] != counts[1]:
        raise SystemExit(f"not the same program: {counts[0]:,} and {counts[1]:,} entries")
    if chosen.check:
        found = [optimum(made[-1][1]) for made in (ours, theirs)]
        if abs(found[0] - found[1]) > 1e-6 * abs(found[0]):
            raise SystemExit(f"not the same program: optimum {found[0]:,.4f} and {found[1]:,.4f}")
        print(f"the same optimum, {found[0]:,.4f}")
    seconds = [statistics.median(one for one, _ in made) for made in (ours, theirs)]
    print(f"{chosen.size}: {counts[0]:,} entries in both")
    print(
        f"this house {seconds[0]:.3f} s, linopy {seconds[1]:.3f} s: {seconds[1] / seconds[0]:.1f} times"
    )


if __name__ == "__main__":
    main()
