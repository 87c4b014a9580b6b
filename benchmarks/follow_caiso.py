"""Every day of a real regulation signal, followed with the speed of jobs alone and with one hour of store.

    python benchmarks/follow_caiso.py [--days 108] [--offer 0.15] [--stored-offer 0.30] [--regulator NAME] [--all]
                                      [--noise-of reading] [--without "200 W"]

The signal is CAISO's, 18 to 22 h on 108 days of 2016, 4 s ($GRIDTIDE_DATA/caiso_agc, default ../shared/data); the site
is examples/regulating.toml, its course taken up to a day after its start. Actuators are fixed: store 1 s, points 4 s;
the grid's meter reads every 10 s with noise of 1 % (of the offer; `--noise-of reading`: of what it reads). The offer is
fixed before the day, a share of the site's mean load; without a store it has none, with it one hour of the offer, half
full. Offers are cut for the hour ahead from what is known. Blocks of five minutes with mean |signal| below 0.02 are
counted apart. The ceiling is a perfect copy with the same lag and no noise; the noisy one is the same copy read by the
same meter. held_h1 to held_h4: share of the offer that stood for each hour. `--without` takes a point off the pool's
menu. Exit code 1 where a deadline is missed.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.decide.regulate import Regulator
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.decide.regulators.store_first import StoreFirst
from gridtide.fleet.site import Battery
from gridtide.simulate.flexing import Standing, Window, standing_at
from gridtide.simulate.following import Followed, follow, site_in
from gridtide.simulate.hour_ahead import Offer
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.sources.agc_table import AgcTable

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("GRIDTIDE_DATA", ROOT.parent / "shared" / "data"))
SIGNAL = DATA / "caiso_agc" / "caiso_agc_4s.parquet"
REGULATORS: dict[str, type[MeritOrder | StoreFirst]] = {
    "merit-order": MeritOrder,
    "store-first": StoreFirst,
}
AT_STEP = 96


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=108)
    parser.add_argument("--offer", type=float, default=0.15)
    parser.add_argument("--stored-offer", type=float, default=0.30)
    parser.add_argument("--regulator", choices=sorted(REGULATORS), default="merit-order")
    parser.add_argument("--noise-of", choices=("offer", "reading"), default="offer")
    parser.add_argument("--without", default="", help="A point that the pool does not have.")
    parser.add_argument("--all", action="store_true", help="Every day, not only the summary.")
    asked = parser.parse_args()
    table = AgcTable(path=SIGNAL)
    days = table.days()[: asked.days]
    regulator = REGULATORS[asked.regulator]()
    missed = 0
    for stored in (False, True):
        share = asked.stored_offer if stored else asked.offer
        missed += measured(table, days, regulator, stored, share, asked)
    sys.exit(1 if missed else 0)


def measured(
    table: AgcTable,
    days: tuple[str, ...],
    regulator: Regulator,
    stored: bool,
    share: float,
    asked: argparse.Namespace,
) -> int:
    """One table, printed; deadlines missed."""
    plain = without_point(load_case(ROOT / "examples" / "regulating.toml"), asked.without)
    load_kw = mean_load_kw(plain)
    offer_kw = share * load_kw
    standing = standing_of(with_store(plain, offer_kw if stored else 0.0))
    offer = Offer(up_kw=offer_kw, down_kw=offer_kw)
    print(
        f"\n{'with one hour of store' if stored else 'without a store'}: mean load {load_kw:,.0f} kW,"
        f" offer {offer_kw:,.0f} kW ({share:.0%}), {len(days)} days, {asked.regulator}"
    )
    window: Window | None = None
    rows = []
    for day in days:
        signal = replace(table, day=day).read()
        window = window or site_in(standing, signal)
        found = follow(
            window, 0, signal, offer, regulator, noise_of_reading=asked.noise_of == "reading"
        )
        rows.append(row(day, found))
        if asked.all:
            print(said(rows[-1]))
    told(rows)
    return int(sum(one["missed"] for one in rows))


def row(day: str, found: Followed) -> dict[str, float]:
    """The figures of a day."""
    score, ceiling = found.mean(found.scores.score), found.mean(found.ceiling.score)
    noisy = found.mean(found.noisy_ceiling.score)
    return {
        "day": int(day.replace("-", "")),
        "score": score,
        "ceiling": ceiling,
        "of_ceiling": score / ceiling,
        "noisy_ceiling": noisy / ceiling,
        "of_noisy": score / noisy,
        "availability": found.availability,
        **held_by_hour(found),
        "exhausted_s": found.exhausted_s,
        "missed": found.missed,
        "quiet": int(found.quiet.sum()),
        "lost_h": float(found.lost_s.sum() / 3600.0),
        "bias": float(found.heard.less.mean()),
    }


def held_by_hour(found: Followed) -> dict[str, float]:
    """What stood of the offer for each hour, as a share of it."""
    return {
        f"held_h{number + 1}": min(one.band.up_kw, one.band.down_kw) / found.offer.most_kw
        for number, one in enumerate(found.hours)
    }


def said(one: dict[str, float]) -> str:
    """A row as text."""
    return ",".join(
        f"{value:.4f}" if isinstance(value, float) else f"{value}" for value in one.values()
    )


def told(rows: list[dict[str, float]]) -> None:
    """Mean, least and the worst days."""
    print(",".join(rows[0]))
    for name, join in (("mean", np.mean), ("least", np.min), ("most", np.max)):
        joined = {key: float(join([one[key] for one in rows])) for key in rows[0] if key != "day"}
        print(name + "," + said(joined))
    print("worst days by share of the ceiling:")
    for one in sorted(rows, key=lambda one: one["of_ceiling"])[:5]:
        print(said(one))
    print("worst days by availability:")
    for one in sorted(rows, key=lambda one: one["availability"])[:5]:
        print(said(one))


def without_point(study: Study, name: str) -> Study:
    """The study whose pool has no such point; the same where none is named. Raises ValueError for an unknown one."""
    (site,) = study.fleet.sites
    (pool,) = site.pools
    if name and name not in [point.name for point in pool.points]:
        raise ValueError(f"--without {name}: no point of the pool")
    kept = tuple(point for point in pool.points if point.name != name)
    fleet = replace(study.fleet, sites=(replace(site, pools=(replace(pool, points=kept),)),))
    return replace(study, fleet=fleet)


def with_store(study: Study, offer_kw: float) -> Study:
    """The study with a store of one hour of the offer, half full, or with none; nothing else is offered."""
    (site,) = study.fleet.sites
    battery = None
    if offer_kw:
        battery = Battery(
            energy_kwh=offer_kw, charge_max_kw=offer_kw, discharge_max_kw=offer_kw, soc_min=0.0
        )
    fleet = replace(study.fleet, sites=(replace(site, battery=battery, products=()),))
    return replace(study, fleet=fleet)


def standing_of(study: Study) -> Standing:
    """The course of the case a day after its start, its store half full."""
    way, forecaster, known = policy_named("coordinated", study)
    standing = standing_at(
        known, truth_of(study), way, forecaster, AT_STEP, lambda done, steps: None
    )
    half = 0.5 * np.asarray(
        [site.battery.energy_kwh if site.battery else 0.0 for site in study.fleet.sites]
    )
    standing.twin.soc_kwh = half
    dispatch = standing.turn.orders.dispatch
    resting = replace(
        dispatch,
        charge_kw=np.zeros_like(dispatch.charge_kw),
        discharge_kw=np.zeros_like(dispatch.discharge_kw),
    )
    orders = replace(standing.turn.orders, dispatch=resting)
    return replace(standing, turn=replace(standing.turn, orders=orders))


def mean_load_kw(study: Study) -> float:
    """What the site draws on the mean through the four hours, nothing regulated and without a store."""
    standing = standing_of(with_store(study, 0.0))
    seen = Window.of(standing, 4 * 3600)
    return float(seen.today.drawn_kw[0])


if __name__ == "__main__":
    main()
