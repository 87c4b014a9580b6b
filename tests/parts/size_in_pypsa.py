"""A campus as PyPSA (MIT) writes it: the same plants, stores, queue and target, by its own components."""

from typing import Any

import numpy as np

from gridtide.invest.campus import Campus, Option
from gridtide.invest.load_rows import left_most
from gridtide.invest.technology import STORES, VARIABLE, Kind, yearly_per


def network_of(campus: Campus) -> Any:
    """The network, ready to be written as a program by `written_by_pypsa`."""
    import pandas as pd
    import pypsa

    count = len(campus.hours)
    hours = pd.RangeIndex(count, name="snapshot")
    net = pypsa.Network(snapshots=hours)
    net.snapshot_weightings["objective"] = campus.hours.weight
    net.add("Bus", "power")
    net.add("Load", "fixed", bus="power", p_set=pd.Series(campus.fixed_kw, hours))
    _add_grid(net, campus, pd)
    for option in campus.options:
        if option.technology.kind in STORES:
            _add_store(net, campus, option)
        else:
            _add_plant(net, campus, option, pd.Series, hours)
    for one in campus.waiting:
        net.add("Bus", one.name)
        net.add("Load", one.name, bus=one.name, p_set=pd.Series(one.arrives_kw, hours))
        net.add("Link", one.name, bus0="power", bus1=one.name, p_nom=one.most_kw)
        net.add(
            "Store", one.name, bus=one.name, e_nom=1.0, e_max_pu=0.0,
            e_min_pu=pd.Series(-left_most(one, campus.hours), hours),
        )  # fmt: skip
    return net


def _add_grid(net: Any, campus: Campus, pd: Any) -> None:
    grid, hours = campus.grid, net.snapshots
    assert grid is not None
    net.add(
        "Generator", "import", bus="power", p_nom=grid.import_max_kw,
        marginal_cost=pd.Series(grid.buy_per_mwh / 1000.0, hours),
    )  # fmt: skip
    net.add(
        "Generator", "export", bus="power", p_nom=grid.export_max_kw, p_min_pu=-1.0, p_max_pu=0.0,
        marginal_cost=pd.Series(grid.sell_per_mwh / 1000.0, hours),
    )  # fmt: skip


def _add_plant(net: Any, campus: Campus, option: Option, series: Any, hours: Any) -> None:
    technology = option.technology
    there = 1.0 - technology.outage_share
    most = series(option.share, hours) if technology.kind in VARIABLE else there
    net.add(
        "Generator", technology.name, bus="power", p_nom_extendable=True, p_nom_max=option.most_kw,
        p_max_pu=most, p_min_pu=technology.least_share * there,
        capital_cost=yearly_per(technology.capex_per_kw, technology, campus.interest),
        marginal_cost=technology.made_per_mwh / 1000.0,
    )  # fmt: skip


def _add_store(net: Any, campus: Campus, option: Option) -> None:
    technology, name = option.technology, option.technology.name
    kw, kw_out, kwh = (
        yearly_per(capex, technology, campus.interest)
        for capex in (
            technology.capex_per_kw, technology.capex_per_kw_out, technology.capex_per_kwh
        )
    )  # fmt: skip
    net.add("Bus", name)
    net.add(
        "Store", name, bus=name, e_nom_extendable=True, e_cyclic=True, capital_cost=kwh,
        standing_loss=technology.loss_per_h,
    )  # fmt: skip
    net.add(
        "Link", f"{name} in", bus0="power", bus1=name, p_nom_extendable=True, capital_cost=kw,
        efficiency=technology.efficiency,
    )  # fmt: skip
    net.add(
        "Link", f"{name} out", bus0=name, bus1="power", p_nom_extendable=True,
        capital_cost=kw_out * technology.efficiency_out, efficiency=technology.efficiency_out,
    )  # fmt: skip


def written_by_pypsa(net: Any, campus: Campus, hourly_clean_share: float | None = None) -> Any:
    """The network's linopy model, with what PyPSA has no component for: one inverter for both ways, a clean share."""
    model = net.optimize.create_model()
    size = model.variables["Link-p_nom"]
    for option in campus.options:
        technology, name = option.technology, option.technology.name
        if technology.kind == Kind.BATTERY:
            out = technology.efficiency_out * size.loc[f"{name} out"]
            model.add_constraints(out - size.loc[f"{name} in"] == 0.0, name=f"{name} inverter")
    if hourly_clean_share is not None:
        import xarray

        grid = campus.grid
        assert grid is not None
        dirty = xarray.DataArray(
            campus.hours.weight * (1.0 - grid.clean_share),
            coords=[net.snapshots], dims=["snapshot"],
        )  # fmt: skip
        made = model.variables["Generator-p"]
        unclean = (made.sel(name="import") * dirty).sum()
        for option in campus.options:
            if option.technology.kind == Kind.FIRM and not option.technology.clean:
                unclean = (
                    unclean
                    + (made.sel(name=option.technology.name) * float(campus.hours.weight[0])).sum()
                )
        most = (1.0 - hourly_clean_share) * float(campus.hours.weight @ campus.load_kw)
        model.add_constraints(unclean <= most, name="clean")
    return model


def size_of(model: Any) -> tuple[int, int, int]:
    """Rows, columns and entries of a linopy model."""
    matrix = model.matrices
    return int(matrix.A.shape[0]), int(matrix.A.shape[1]), int(np.count_nonzero(matrix.A.data))
