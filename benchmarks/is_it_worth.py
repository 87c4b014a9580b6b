"""What each service to the grid earns a site over a year of real prices, beside wear, waiting and lost compute.

    python benchmarks/is_it_worth.py [--weeks 52] [--step-min 60] [--seed 5] [--keep FOLDER] [--workers 1]

South Australia, 2023 ($GRIDTIDE_DATA/aemo_sa1_price, weather of New South Wales from grid_hourly): whole weeks spread
evenly over the year (52 are all of them) in steps of an hour or of half an hour (the market's own are five minutes, of
which a step pays the mean), one site of 8 MW with a battery of two hours and two
made-up classes of work, drawn anew every week. Prices, and the system's peak in each week, are records; charges and
prices of services are assumed and printed. Services are added one after another; every course pays the whole contract
(energy, demand charge, peak), so a row is what the plan gains by knowing of one more. Monthly charges are charged by
the week, each week's highest for its share of a month. Accelerators stand idle most of the time here, so machine time
of restarts stands beside the net, at what its class would earn, and not in it. With --keep each week is written to a
file of its own as it ends, and a run that was cut goes on from there; weeks of other settings are reckoned again. Exit
code 1 where a promise was missed or an offer not held.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from real_hours import DATA

from gridtide.case.load import load_case
from gridtide.decide.called_hours import CalledHours, called_share
from gridtide.digest import digest
from gridtide.fleet.contract import CoincidentPeak, Contract
from gridtide.fleet.product import CapacityProduct
from gridtide.settle.capacity import settle_capacity
from gridtide.settle.coincident_peak import PeakTerms, peak_steps
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.capacity import meters_of
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import (
    COINCIDENT,
    Settlement,
    accelerator_hours,
    delay_costs,
    settle,
)
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
from gridtide.sources.aemo import AemoPrice
from gridtide.testing.courses import course_of
from gridtide.timeline import regular
from gridtide.units import cost_per_kwh

DEMAND_PER_KW_MONTH = 9.0
PEAK_PER_KW = 12.0
REGULATION_PER_MW_H = 8.0
RESERVE_PER_MW_H = 5.0
CALL_PER_MWH = 300.0
CALL_H = 3
FIRST = datetime(2023, 1, 1, 14, tzinfo=UTC)
WEEKS = 52
SHARE_OF_MONTH = 7.0 * 12.0 / 365.0
CLASSES = ("training", "batch")
SERVICES = (
    "energy shifting",
    "demand charge",
    "capacity at the peak",
    "regulation",
    "reserve",
    "demand response",
)
PRICES = (
    DEMAND_PER_KW_MONTH, PEAK_PER_KW, REGULATION_PER_MW_H, RESERVE_PER_MW_H, CALL_PER_MWH, CALL_H, SHARE_OF_MONTH,
)  # fmt: skip
CASE = """
[case]
name = "week"
start = {start}
end = {end}
step_min = {step_min}
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
price_per_mw_h = {regulation}
offered_max_kw = 2000
hold_h = 0.5

[[site.offer]]
product = "reserve"
direction = "up"
price_per_mw_h = {reserve}
offered_max_kw = 2000
hold_h = 1.0

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
class Asked:
    """One week: its number in the year, the seed of its work, and the length of its steps in minutes."""

    number: int
    seed: int
    step_min: int


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """One course of one week: money paid by part (below 0 earned) and, by class, hours that work waited and lost.

    paid: energy, demand charge, the charge at the system's peak. earned: regulation, reserve, the call.
    wear: of the store. delay, lost, restarts: money by class. waited_h2: accelerator-hours times the hours each
    waited, lost_h: accelerator-hours that were due and not done, restarts_h: accelerator-hours that did no work
    because a job had been stopped; by class.
    """

    paid: dict[str, float]
    earned: dict[str, float]
    wear: float
    delay: dict[str, float]
    lost: dict[str, float]
    restarts: dict[str, float]
    waited_h2: dict[str, float]
    lost_h: dict[str, float]
    restarts_h: dict[str, float]
    sound: bool

    @property
    def net(self) -> float:
        """Everything that it cost less everything that it earned; machine time of restarts is told beside it."""
        inside = sum(sum(part.values()) for part in (self.delay, self.lost))
        return sum(self.paid.values()) - sum(self.earned.values()) + self.wear + inside


Week = dict[str, Reckoned]
Sums = dict[str, dict[str, float]]
INSIDE = ("delay", "lost", "restarts", "waited_h2", "lost_h", "restarts_h")
AT_ONCE = "everything at once"


def main() -> None:
    """Print what was assumed, then the table by service and those by class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=WEEKS, choices=range(1, WEEKS + 1))
    parser.add_argument("--step-min", type=int, default=60, choices=(30, 60))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for one file a week")
    parser.add_argument("--workers", type=int, default=1, choices=range(1, 9))
    asked = parser.parse_args()
    print(
        f"assumed: demand {DEMAND_PER_KW_MONTH:g} AUD/kW month, system's peak {PEAK_PER_KW:g} AUD/kW month,"
        f" regulation {REGULATION_PER_MW_H:g} and reserve {RESERVE_PER_MW_H:g} AUD/MW h,"
        f" a call of {CALL_H} h a week at {CALL_PER_MWH:g} AUD/MWh"
    )
    numbers = [number * WEEKS // asked.weeks for number in range(asked.weeks)]
    known = [Asked(number=number, seed=asked.seed, step_min=asked.step_min) for number in numbers]
    weeks = list(all_weeks(known, asked.keep, asked.workers))
    told(weeks)
    for name in SERVICES:
        lacking = sum(not week[name].sound for week in weeks)
        print(f"weeks in which a promise was missed or an offer not wholly held, {name}: {lacking}")
    sys.exit(0 if all(one.sound for week in weeks for one in week.values()) else 1)


def all_weeks(asked: list[Asked], keep: Path | None, workers: int) -> Iterator[Week]:
    """The weeks by their order in the year, however many are reckoned side by side."""
    folders = [keep] * len(asked)
    if workers == 1:
        yield from map(kept_week, asked, folders)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(kept_week, asked, folders)


def told(weeks: list[Week]) -> None:
    """The tables: gains by service, and by class the money and the hours of what waited, was lost and begun again."""
    whole = sum(week[AT_ONCE].net for week in weeks)
    print(f"weeks {len(weeks)}, everything at once pays {whole:,.0f} AUD")
    paid, earned = weeks[0][AT_ONCE].paid, weeks[0][AT_ONCE].earned
    heads = ",".join((*paid, *earned, *INSIDE[:2], "wear"))
    print(f"service,{heads},net,share_of_bill,restarts_at_full_value")
    for name, was, now in steps_of(weeks):
        cells = [was["paid"][part] - now["paid"][part] for part in paid]
        cells += [now["earned"][part] - was["earned"][part] for part in earned]
        cells += [sum(was[part].values()) - sum(now[part].values()) for part in INSIDE[:2]]
        cells.append(was["wear"]["all"] - now["wear"]["all"])
        net = sum(cells)
        again = sum(was["restarts"].values()) - sum(now["restarts"].values())
        text = ",".join(f"{cell:.0f}" for cell in (*cells, net))
        print(f"{name},{text},{net / whole:.4f},{again:.0f}")
    print(f"service,class,{','.join(INSIDE)}")
    for name, was, now in steps_of(weeks):
        for kind in CLASSES:
            text = ",".join(f"{was[part][kind] - now[part][kind]:.0f}" for part in INSIDE)
            print(f"{name},{kind},{text}")


def steps_of(weeks: list[Week]) -> Iterator[tuple[str, Sums, Sums]]:
    """Each service with the sums over all weeks before it was added and with it."""
    summed = {name: summed_up([week[name] for week in weeks]) for name in (AT_ONCE, *SERVICES)}
    for before, name in zip((AT_ONCE, *SERVICES), SERVICES, strict=False):
        yield name, summed[before], summed[name]


def summed_up(courses: list[Reckoned]) -> Sums:
    """Every part of several courses together, by name."""
    tables = [{**asdict(one), "wear": {"all": one.wear}} for one in courses]
    parts = ("paid", "earned", "wear", *INSIDE)
    return {
        part: {name: sum(one[part][name] for one in tables) for name in tables[0][part]}
        for part in parts
    }


def kept_week(asked: Asked, keep: Path | None) -> Week:
    """A week as the folder holds it under these settings, else reckoned, and then kept."""
    settings = digest((CASE, FIRST.isoformat(), SERVICES, PRICES, asked))
    name = f"week-{asked.number:02d}-seed-{asked.seed}-step-{asked.step_min}.json"
    path = None if keep is None else keep / name
    if path is not None and path.is_file():
        held = json.loads(path.read_text())
        if held["settings"] == settings:
            return {name: Reckoned(**one) for name, one in held["courses"].items()}
    week = week_of(asked)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = {"settings": settings, "courses": {name: asdict(one) for name, one in week.items()}}
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(text, indent=1))
        beside.replace(path)
    return week


def week_of(asked: Asked) -> Week:
    """Every course of one week of the year, from running at once to the plan that knows of every service."""
    study = study_of(asked)
    truth = truth_of(study)
    (site,) = study.fleet.sites
    regulation = tuple(one for one in site.products if one.kind == "regulation")
    bare = replace(site.contract, demand_charge_per_kw_month=0.0, peaks=())
    demand = replace(site.contract, peaks=())
    planned = {
        "energy shifting": (bare, ()),
        "demand charge": (demand, ()),
        "capacity at the peak": (site.contract, ()),
        "regulation": (site.contract, regulation),
        "reserve": (site.contract, site.products),
    }
    at_once = course_of(with_terms(study, bare, ()), "run-at-once")
    found = {AT_ONCE: reckoned(with_terms(study, site.contract, ()), truth, at_once, 0.0)}
    course = at_once
    for name, (contract, products) in planned.items():
        course = course_of(with_terms(study, contract, products))
        found[name] = reckoned(with_terms(study, site.contract, products), truth, course, 0.0)
    call = call_of(study, truth.price_per_mwh[0])
    called = course_of(replace(study, objective=replace(study.objective, called=(call,))))
    share = called_share(study.timeline, call) * study.timeline.hours
    less_kw = course.telemetry.import_kw[0] - called.telemetry.import_kw[0]
    credit = cost_per_kwh(CALL_PER_MWH) * max(0.0, float((less_kw * share).sum()))
    found["demand response"] = reckoned(study, truth, called, credit)
    return found


def reckoned(study: Study, truth: Truth, course: Course, call: float) -> Reckoned:
    """A course settled under the whole contract and the offers of its study; call: what the call paid."""
    settled = settle(study, truth, course, 0.0)
    parts = dict(settled.parts)
    lost_h, _ = accelerator_hours(study, course)
    ran, jobs = course.executed, study.jobs
    menu = study.fleet.menu
    speed = menu.speed[menu.entry(ran.place, ran.point)]
    ran_h = np.bincount(
        ran.job,
        weights=jobs.accelerators[ran.job] * speed * (ran.end_s - ran.start_s) / 3600.0,
        minlength=len(jobs.release_s),
    )
    again_h = np.maximum(ran_h - jobs.accelerators * course.done_s / 3600.0, 0.0)
    value = np.asarray([kind.value_per_accelerator_h for kind in jobs.classes])[jobs.work_class]
    delay = delay_costs(study, course)
    per_h2 = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes])
    of_run = jobs.work_class[ran.job]
    regulation, reserve = capacity_revenue(study, truth, course)
    return Reckoned(
        paid={part: parts[part] for part in ("energy", "demand charge", COINCIDENT)},
        earned={"regulation": regulation, "reserve": reserve, "call": call},
        wear=parts["wear"],
        delay=by_class(study, delay, of_run),
        lost=by_class(study, lost_h * value, jobs.work_class),
        restarts=by_class(study, again_h * value, jobs.work_class),
        waited_h2=by_class(study, delay / per_h2[of_run], of_run),
        lost_h=by_class(study, lost_h, jobs.work_class),
        restarts_h=by_class(study, again_h, jobs.work_class),
        sound=kept(settled),
    )


def by_class(
    study: Study, values: NDArray[np.float64], kind: NDArray[np.int64]
) -> dict[str, float]:
    """Sums by the names of the classes."""
    return {
        one.name: float(values[kind == number].sum())
        for number, one in enumerate(study.jobs.classes)
    }


def capacity_revenue(study: Study, truth: Truth, course: Course) -> tuple[float, float]:
    """What regulation and reserve earned, each at its own price beside the other's kilowatts."""
    (site,) = study.fleet.sites
    found = {"regulation": 0.0, "reserve": 0.0}
    for row, product in enumerate(site.products):
        price = np.zeros_like(truth.capacity_price_per_mw_h)
        price[row] = product.price_per_mw_h
        meters = meters_of(study, course, 0)
        found[product.kind] += settle_capacity(site, price, meters).revenue
    return found["regulation"], found["reserve"]


def kept(settled: Settlement) -> bool:
    """Whether every promise and every offer was kept."""
    lacking = sum(one.not_held_kw_h for _, one in settled.capacity)
    return settled.promises.missed_deadlines == 0 and lacking == 0.0


def with_terms(study: Study, contract: Contract, products: tuple[CapacityProduct, ...]) -> Study:
    """The study under another contract and with other offers."""
    (site,) = study.fleet.sites
    changed = replace(site, contract=contract, products=products)
    return replace(study, fleet=replace(study.fleet, sites=(changed,)))


def call_of(study: Study, price_per_mwh: NDArray[np.float64]) -> CalledHours:
    """The dearest hours in a row of the week."""
    step = timedelta(seconds=study.timeline.step_s or 0)
    sums = np.convolve(price_per_mwh, np.ones(CALL_H * timedelta(hours=1) // step), mode="valid")
    start = study.timeline.start + int(np.argmax(sums)) * step
    return CalledHours(
        start=start, end=start + timedelta(hours=CALL_H), incentive_per_mwh=CALL_PER_MWH
    )


def demand_kw() -> Signal:
    """The system's demand, every five minutes."""
    signals = AemoPrice(path=DATA / "aemo_sa1_price" / "sa1.parquet", region="SA1").read()
    return next(signal for signal in signals if signal.kind is Kind.DEMAND)


def study_of(asked: Asked) -> Study:
    """One week with its peak in the contract: that of the system's demand, mean by hours, known ahead."""
    start = FIRST + timedelta(days=7 * asked.number)
    end = start + timedelta(days=7)
    load = demand_kw()
    text = CASE.format(
        start=start.isoformat(),
        end=end.isoformat(),
        step_min=asked.step_min,
        seed=asked.seed + asked.number,
        share=round(SHARE_OF_MONTH, 4),
        demand=DEMAND_PER_KW_MONTH,
        regulation=REGULATION_PER_MW_H,
        reserve=RESERVE_PER_MW_H,
        data=DATA.resolve(),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        study = load_case(path)
    (site,) = study.fleet.sites
    first = load.timeline.step_holding(start)
    mean_kw = load.values[first : first + 7 * 288].reshape(-1, 12).mean(axis=1)
    terms = PeakTerms(
        months=tuple(range(1, 13)), interval_min=60, one_a_month=False, peaks=1,
        reserve_factor=0.0, least_share=0.0,
    )  # fmt: skip
    hour = timedelta(hours=1)
    (at,) = peak_steps(regular(start, hour, 7 * 24), mean_kw, terms, site.clock).tolist()
    begins = start + at * hour
    peak = CoincidentPeak(
        start=begins,
        end=begins + hour,
        charge_per_kw=PEAK_PER_KW * SHARE_OF_MONTH,
    )
    return with_terms(study, replace(site.contract, peaks=(peak,)), site.products)


if __name__ == "__main__":
    main()
