"""What a site buys or declares before its gate closes: what it then expects to draw."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import not_bought_kw
from gridtide.decide.bid import Bid
from gridtide.decide.dispatch import Dispatch, load_of
from gridtide.decide.facts import serving_kw, slower_facts
from gridtide.decide.leaning import Leaning, leaned
from gridtide.decide.limits import import_max_kw
from gridtide.decide.made_terms import following_kw, made_at_sites
from gridtide.decide.reading import outdoor_c, requests_per_s, supply_kw
from gridtide.decide.situation import Commitment, Commitments, Situation
from gridtide.fleet.building import facility_power_kw, parked_kw
from gridtide.fleet.gate import gate_closes_s
from gridtide.fleet.site import Site
from gridtide.fleet.ways import by_way, ways_of
from gridtide.timeline import Timeline, epoch_s, instant

Real = NDArray[np.float64]


def bought(
    situation: Situation,
    dispatch: Dispatch,
    until_s: int,
    by_price: frozenset[str] = frozenset(),
    leaning: Leaning | None = None,
) -> tuple[Commitment, ...]:
    """Positions for the steps whose day-ahead gate closes before the second `until_s` and was open until now.

    Every policy buys alike: the import it expects under what it has just decided, less what physical agreements are
    expected to deliver; below 0 what is left of that is sold. Steps whose gate was closed when the course began have no
    position; they are settled in real time as a whole. by_price: sites that bid by price instead. leaning: what was
    learned of sites that pay for leaving a position.
    """
    trading = [
        (index, site)
        for index, site in enumerate(situation.fleet.sites)
        if site.contract.takes_positions and site.name not in by_price
    ]
    if not trading:
        return ()
    horizon = situation.horizon
    expected = expected_import_kw(situation, dispatch)
    delivered = not_bought_kw(situation)
    found = []
    for index, site in trading:
        due = due_steps(site, horizon, situation.commitments, until_s)
        kw = expected[index]
        if leaning is not None and site.contract.deviation_price_per_mwh:
            kw = leaned(kw, horizon, site.clock, leaning.kw[index])
        for step in np.flatnonzero(due):
            found.append(
                Commitment(
                    site=site.name,
                    start=instant(horizon.starts_s[step]),
                    end=instant(horizon.ends_s[step]),
                    position_kw=float(kw[step] - delivered[index, step]),
                )
            )
    return tuple(found)


def due_steps(
    site: Site, horizon: Timeline, commitments: Commitments, until_s: int
) -> NDArray[np.bool_]:
    """Steps whose day-ahead gate was open until now and closes before the second `until_s`, (T,).

    Behind what is committed already nothing is left out, however late this turn is.
    """
    closes_s = gate_closes_s(site.contract, site.clock, horizon.starts_s)
    ends = [
        epoch_s(one.end)
        for one in commitments
        if isinstance(one, Commitment | Bid) and one.site == site.name
    ]
    was_open = horizon.starts_s >= max(ends) if ends else closes_s >= horizon.edges_s[0]
    return np.asarray(was_open & (closes_s < until_s))


def expected_import_kw(situation: Situation, dispatch: Dispatch) -> Real:
    """Import of each site under a dispatch and the signals known, by the full model of power, (S, T)."""
    most = import_max_kw(situation.fleet, situation.events, situation.horizon)
    return np.clip(expected_net_kw(situation, dispatch), 0.0, most)


def expected_net_kw(
    situation: Situation, dispatch: Dispatch, used: NDArray[np.int64] | None = None
) -> Real:
    """The same less what own supply is expected to be left over, below 0 where more is left than drawn, (S, T).

    used: slots of each job that are expected to be needed, the first ones; all that it was told by default.
    """
    fleet, steps = situation.fleet, len(situation.horizon)
    site = fleet.site_of_place
    menu = fleet.menu
    load = load_of(dispatch.placement, situation.jobs.accelerators, menu, used)[:, :steps]
    serving = _serving(situation, dispatch, steps)
    beyond = menu.by_place(load * menu.extra_kw[:, None]) + serving
    by_site = [beyond[site == one].sum(axis=0) for one in range(len(fleet.sites))]
    it_kw = parked_kw(fleet)[:, None] + np.stack(by_site)
    power = facility_power_kw(fleet, it_kw, outdoor_c(situation))
    stores = dispatch.charge_kw[:, :steps] - dispatch.discharge_kw[:, :steps]
    stores = stores + dispatch.cooling.drawn_kw(steps)
    horizon = situation.horizon
    made_kw = following_kw(fleet, dispatch.made_kw, situation.state.made_kw, horizon)
    net = power + stores - supply_kw(situation) - made_at_sites(fleet, made_kw, steps)
    return np.asarray(net, dtype=np.float64)


def _serving(situation: Situation, dispatch: Dispatch, steps: int) -> Real:
    """Power beyond parked of accelerators that answer, with their burst reserve, (P, T), kW."""
    pools = situation.fleet.pools
    ways = ways_of(situation.fleet, situation.services)
    shares = by_way(dispatch.shares[..., :steps], dispatch.slower_shares[..., :steps], ways)
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in pools])
    extra = np.concatenate([serving_kw(situation), slower_facts(situation).serving_kw])
    need = np.zeros((len(ways.of), len(pools), steps))
    asked = requests_per_s(situation)[ways.of]
    for index, service in enumerate(ways.services):
        rate = np.where(
            service.requests_per_accelerator_s > 0, service.requests_per_accelerator_s, np.inf
        )
        need[index] = np.einsum("ot,opt->pt", asked[index], shares[index]) / rate[:, None]
    wanted = need * reserve[:, None]
    there = np.asarray([pool.accelerators for pool in pools])[:, None]
    squeeze = np.minimum(1.0, there / np.maximum(wanted.sum(axis=0), 1e-9))
    return np.asarray(np.einsum("vp,vpt->pt", extra, wanted * squeeze), dtype=np.float64)
