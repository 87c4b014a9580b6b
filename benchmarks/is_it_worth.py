"""What each service to the grid earns a site on real prices, beside what it costs in wear, waiting and lost compute.

    python benchmarks/is_it_worth.py [--weeks 12] [--seed 5]

South Australia, 2023 ($GRIDTIDE_DATA/aemo_sa1_price, weather of New South Wales from grid_hourly): the first week of
each of so many months in steps of half an hour, one site of 8 MW with a battery of two hours and two made-up classes of
work. Prices, and the system's peak in each week, are records; charges and prices of services are assumed and printed.
Services are added one after another; every course pays the whole contract (energy, demand charge, peak), so a row is
what the plan gains by knowing of one more. Exit code 1 where a promise was missed or an offer not held.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from real_hours import DATA

from gridtide.case.load import load_case
from gridtide.decide.called_hours import CalledHours, called_share
from gridtide.fleet.contract import CoincidentPeak, Contract
from gridtide.settle.coincident_peak import PeakTerms, peak_steps
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.capacity import REVENUE
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import COINCIDENT, Settlement, delay_costs, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.sources.aemo import AemoPrice
from gridtide.testing.courses import course_of
from gridtide.units import cost_per_kwh

DEMAND_PER_KW_MONTH = 9.0
PEAK_PER_KW = 12.0
CAPACITY_PER_MW_H = 8.0
CALL_PER_MWH = 300.0
CALL_H = 3
SHARE_OF_MONTH = 7.0 / 31.0
OUTSIDE = ("energy", "demand charge", COINCIDENT, REVENUE)
INSIDE = ("wear", "delay", "lost compute")
CASE = """
[case]
name = "week"
start = {start}
end = {end}
step_min = 30
currency = "AUD"
seed = {seed}
policies = ["run-at-once", "coordinated"]

[objective]
demand_charge_share = {share}

[planning]
plan_h = 36

[[site]]
name = "Adelaide"
zone = "AU-SA"
weather_zone = "AU-NSW"
clock = "Australia/Adelaide"
region = "AU"
latitude = -34.9
longitude = 138.6
facility = {{ it_capacity_kw = 8000 }}
contract = {{ import_max_kw = 14000, demand_charge_per_kw_month = {demand} }}
battery = {{ energy_kwh = 4000, charge_max_kw = 2000, discharge_max_kw = 2000, wear_cost_per_kwh = 0.04 }}

[[site.offer]]
product = "regulation"
price_per_mw_h = {capacity}
offered_max_kw = 2000
hold_h = 0.5

[[site.pool]]
name = "gpus"
accelerator = "a"
accelerators = 6000
parked_kw_per_accelerator = 0.4
busy_kw_per_accelerator = 1.2

[[class]]
name = "training"
value_per_accelerator_h = 3.0
delay_cost_per_accelerator_h = 0.004

[[class]]
name = "batch"
value_per_accelerator_h = 1.5
delay_cost_per_accelerator_h = 0.001

[[jobs]]
name = "training"
class = "training"
home = "Adelaide"
pool = "gpus"
count = 200
accelerators = [64, 128, 256]
hours = 4.0
slack_h = 12.0

[[jobs]]
name = "batch"
class = "batch"
home = "Adelaide"
pool = "gpus"
count = 200
accelerators = [64, 128]
hours = 3.0
slack_h = 24.0

[[signal]]
zone = "AU-SA"
clock = "Australia/Brisbane"
source = "aemo"
path = "{data}/aemo_sa1_price/sa1.parquet"
from_zone = "SA1"
currency = "AUD"
published = "real-time"
kinds = ["price_per_mwh"]

[[signal]]
zone = "AU-NSW"
clock = "Australia/Sydney"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
kinds = ["temperature_c", "relative_humidity"]
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one service changed in one week, money gained; by part, and waiting by class."""

    outside: dict[str, float]
    inside: dict[str, float]
    call: float
    delay_by_class: dict[str, float]


def main() -> None:
    """Print what was assumed, then the table by service and by class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=12, choices=range(1, 13))
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    print(
        f"assumed: demand {DEMAND_PER_KW_MONTH:g} AUD/kW month, system's peak {PEAK_PER_KW:g} AUD/kW month,"
        f" capacity {CAPACITY_PER_MW_H:g} AUD/MW h, a call of {CALL_H} h a week at {CALL_PER_MWH:g} AUD/MWh"
    )
    load = demand_kw()
    months = [1 + month * 12 // asked.weeks for month in range(asked.weeks)]
    weeks = [week_of(month, asked.seed, load) for month in months]
    sound = all(good for _, _, good in weeks)
    paid = sum(bill for _, bill, _ in weeks)
    print(f"weeks {len(weeks)}, everything at once pays {paid:,.0f} AUD")
    print(f"service,{','.join(OUTSIDE)},call,{','.join(INSIDE)},net,share_of_bill")
    for name in weeks[0][0]:
        rows = [found[name] for found, _, _ in weeks]
        outside = [sum(row.outside[part] for row in rows) for part in OUTSIDE]
        inside = [sum(row.inside[part] for row in rows) for part in INSIDE]
        call = sum(row.call for row in rows)
        net = sum(outside) + call + sum(inside)
        cells = ",".join(f"{value:.0f}" for value in (*outside, call, *inside, net))
        print(f"{name},{cells},{net / paid:.4f}", flush=True)
    for kind in ("training", "batch"):
        told = [
            f"{name} {sum(found[name].delay_by_class[kind] for found, _, _ in weeks):.0f}"
            for name in weeks[0][0]
        ]
        print(f"waiting of {kind}, AUD gained: {', '.join(told)}")
    sys.exit(0 if sound else 1)


def week_of(month: int, seed: int, load: Signal) -> tuple[dict[str, Row], float, bool]:
    """Rows of one week by service, what running at once pays, and whether everything was kept."""
    study = study_of(month, seed, load)
    truth = truth_of(study)
    (site,) = study.fleet.sites
    bare = replace(site.contract, demand_charge_per_kw_month=0.0, peaks=())
    demand = replace(site.contract, peaks=())
    before = course_of(with_terms(study, bare, offers=False), "run-at-once")
    paid = settle(study_without_offers(study), truth, before, 0.0)
    first, good, found = paid.total_cost, paid.promises.missed_deadlines == 0, {}
    services = {
        "energy shifting": with_terms(study, bare, offers=False),
        "demand charge": with_terms(study, demand, offers=False),
        "coincident peak": with_terms(study, site.contract, offers=False),
        "regulation": study,
    }
    for name, planned in services.items():
        course = course_of(planned)
        billed = study if name == "regulation" else study_without_offers(study)
        settled = settle(billed, truth, course, 0.0)
        found[name] = row_of(study, (before, paid), (course, settled), 0.0)
        good &= kept(settled)
        before, paid = course, settled
    call = call_of(study, truth.price_per_mwh[0])
    asked = replace(study, objective=replace(study.objective, called=(call,)))
    course = course_of(asked)
    settled = settle(study, truth, course, 0.0)
    share = called_share(study.timeline, call) * study.timeline.hours
    less_kwh = float(
        ((before.telemetry.import_kw[0] - course.telemetry.import_kw[0]) * share).sum()
    )
    credit = cost_per_kwh(CALL_PER_MWH) * max(0.0, less_kwh)
    found["demand response"] = row_of(study, (before, paid), (course, settled), credit)
    return found, first, good and kept(settled)


def row_of(
    study: Study, before: tuple[Course, Settlement], after: tuple[Course, Settlement], call: float
) -> Row:
    """What one more service gained."""
    was, now = dict(before[1].parts), dict(after[1].parts)
    return Row(
        outside={part: was.get(part, 0.0) - now.get(part, 0.0) for part in OUTSIDE},
        inside={part: was[part] - now[part] for part in INSIDE},
        call=call,
        delay_by_class={
            kind.name: _waited(study, before[0], number) - _waited(study, after[0], number)
            for number, kind in enumerate(study.jobs.classes)
        },
    )


def _waited(study: Study, course: Course, kind: int) -> float:
    """Money for the waiting of one class."""
    of_kind = study.jobs.work_class[course.executed.job] == kind
    return float(delay_costs(study, course)[of_kind].sum())


def kept(settled: Settlement) -> bool:
    """Whether every promise and every offer was kept."""
    lacking = sum(one.not_held_kw_h for _, one in settled.capacity)
    return settled.promises.missed_deadlines == 0 and lacking == 0.0


def with_terms(study: Study, contract: Contract, *, offers: bool) -> Study:
    """The study planned under another contract, with its offers or without."""
    (site,) = study.fleet.sites
    products = site.products if offers else ()
    changed = replace(site, contract=contract, products=products)
    return replace(study, fleet=replace(study.fleet, sites=(changed,)))


def study_without_offers(study: Study) -> Study:
    """As a course without offers is settled."""
    return with_terms(study, study.fleet.sites[0].contract, offers=False)


def call_of(study: Study, price_per_mwh: NDArray[np.float64]) -> CalledHours:
    """The dearest hours in a row of the week."""
    steps = 2 * CALL_H
    sums = np.convolve(price_per_mwh, np.ones(steps), mode="valid")
    start = study.timeline.start + int(np.argmax(sums)) * timedelta(minutes=30)
    return CalledHours(
        start=start, end=start + timedelta(hours=CALL_H), incentive_per_mwh=CALL_PER_MWH
    )


def demand_kw() -> Signal:
    """The system's demand, every five minutes."""
    signals = AemoPrice(path=DATA / "aemo_sa1_price" / "sa1.parquet", region="SA1").read()
    return next(signal for signal in signals if signal.kind is Kind.DEMAND)


def study_of(month: int, seed: int, load: Signal) -> Study:
    """One week with its peak in the contract: that of the system's demand, mean by half hours, known ahead."""
    start = datetime(2023, month, 1, 14, tzinfo=UTC)
    end = start + timedelta(days=7)
    text = CASE.format(
        start=start.isoformat(),
        end=end.isoformat(),
        seed=seed,
        share=round(SHARE_OF_MONTH, 4),
        demand=DEMAND_PER_KW_MONTH,
        capacity=CAPACITY_PER_MW_H,
        data=DATA.resolve(),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        study = load_case(path)
    (site,) = study.fleet.sites
    first = load.timeline.step_holding(start)
    mean_kw = load.values[first : first + 7 * 288].reshape(-1, 6).mean(axis=1)
    terms = PeakTerms(
        months=tuple(range(1, 13)), interval_min=30, one_a_month=False, peaks=1,
        reserve_factor=0.0, least_share=0.0,
    )  # fmt: skip
    (at,) = peak_steps(study.timeline, mean_kw, terms, site.clock).tolist()
    begins = study.timeline.start + at * timedelta(minutes=30)
    peak = CoincidentPeak(
        start=begins,
        end=begins + timedelta(minutes=30),
        charge_per_kw=PEAK_PER_KW * SHARE_OF_MONTH,
    )
    return with_terms(study, replace(site.contract, peaks=(peak,)), offers=True)


if __name__ == "__main__":
    main()
