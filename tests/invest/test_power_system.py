"""A power system around computing: what work that moves spares it, and from which hours it is reckoned."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars
import pytest

from gridtide.case.pathway import outlook, pathway_file
from gridtide.case.pathway_system import HOURS, system_hours, system_terms
from gridtide.finding import BadInput
from gridtide.invest.pathway.assumptions import KINDS
from gridtide.invest.pathway.power_system import (
    MEAN_KW,
    FlexibleWorth,
    SystemHours,
    SystemLoad,
    days_error,
    flexible_worth,
    moves_of,
    system_campus,
)
from gridtide.invest.technology import Kind
from gridtide.sources.eia930 import Eia930Mix

DAYS = 8


def load(share: float = 0.3, computing: float = 400.0) -> SystemLoad:
    """A system of 4,000 TWh, some of whose computing waits for half a day."""
    work = replace(outlook().classes[1], shift_h=12.0)
    return SystemLoad(
        others=3600.0,
        others_2024=2400.0,
        computing=computing,
        moves=((work, share),) if share else (),
        room=1.7,
    )


@cache
def worth(share: float = 0.3) -> FlexibleWorth:
    """Of the made-up year in 2040."""
    return flexible_worth(
        system_hours(None, None), system_terms(pathway_file(), 2040), load(share), DAYS, 0
    )


def test_work_that_moves_never_makes_a_system_dearer() -> None:
    """More of it spares more, none spares nothing."""
    assert worth(0.0).saved == pytest.approx(0.0, abs=1e-6 * worth().without.cost)
    assert 0.0 < worth(0.3).saved < worth(0.6).saved
    assert worth().per_kw_year == pytest.approx(worth().saved / worth().flexible_kw)
    assert worth().flexible_kw == pytest.approx(0.3 * 400e9 / 8760.0)


def test_the_system_feeds_its_load() -> None:
    """What is made less what stores lose is 4,000 TWh; water power makes what it made, or less."""
    supply = worth().without
    plants = sum(twh for name, twh in supply.twh.items() if name not in supply.kwh)
    assert 4000.0 - 1e-3 <= plants <= 4400.0
    assert supply.gw["hydro"] == pytest.approx(0.15 * 2400.0 / 8.76, rel=0.03)
    assert supply.cost_per_mwh == pytest.approx(supply.cost / 4000e6, rel=1e-6)
    assert 0.0 <= supply.curtailed_share < 1.0


def test_a_system_is_in_proportion_to_its_load() -> None:
    """Twice the load, twice the cost and the same worth of a kW."""
    twice = replace(load(), others=7200.0, others_2024=4800.0, computing=800.0)
    hours, terms = system_hours(None, None), system_terms(pathway_file(), 2040)
    found = flexible_worth(hours, terms, twice, DAYS, 0)
    assert found.without.cost == pytest.approx(2.0 * worth().without.cost, rel=1e-6)
    assert found.per_kw_year == pytest.approx(worth().per_kw_year, rel=1e-4)


def test_a_system_of_gas_alone_costs_what_a_hand_reckons() -> None:
    """One plant for the peak, its fuel and the removal of what it emits. Half the day is peak and work has room for 0.7
    of itself beside what comes in the other half: so much of it leaves the peak, and so much less is built."""
    terms = system_terms(pathway_file(), 2040)
    (gas,) = [replace(one, outage_share=0.0) for one in terms.technologies if one.kind is Kind.FIRM
              and one.name == "gas with capture"]  # fmt: skip
    alone = replace(
        terms, technologies=(gas,), heat_share=0.0, vehicle_share=0.0, hydro_share=0.0, interest=0.0
    )
    steps = 240
    shape = np.where(np.arange(steps) % 24 < 12, 1.2, 0.8)
    flat = np.ones(steps)
    hours = SystemHours(
        load=shape, heat=flat, vehicles=flat, solar_share=flat, wind_share=flat, said=()
    )
    found = flexible_worth(hours, alone, load(), 0, 0)
    peak_kw = (3600.0 * 1.2 + 400.0) * 1e9 / 8760.0
    capex = gas.capex_per_kw * peak_kw * (1.0 / gas.lifetime_y + gas.fixed_share)
    per_mwh = gas.variable_per_mwh + gas.fuel_per_mwh_heat / gas.efficiency + 300.0 * 0.040
    assert found.without.cost == pytest.approx(capex + per_mwh * 4000e6, rel=1e-6)
    each = gas.capex_per_kw * (1.0 / gas.lifetime_y + gas.fixed_share)
    assert found.per_kw_year == pytest.approx(0.7 * each, rel=1e-6)


def test_the_campus_of_a_system_draws_its_load_once() -> None:
    """Moving or not, on average and before it moves."""
    hours, terms = system_hours(None, None), system_terms(pathway_file(), 2040)
    for moves in (False, True):
        campus = system_campus(hours, terms, load(), moves)
        assert campus.load_kw.mean() == pytest.approx(MEAN_KW)
    assert len(campus.waiting) == 1 and campus.waiting[0].slack_h == 12


def test_what_pays_to_move_is_a_share_of_all_that_computing_draws() -> None:
    """Batch inference: 30 % of inference, 70 % of it; what stands beside servers goes with them."""
    drawn = np.array([100.0, 200.0, 300.0, 400.0])
    assert tuple(kind.value for kind in KINDS)[:3] == ("training", "inference", "conventional")
    ((work, share),) = moves_of(outlook().classes, drawn, ["batch inference, evaluation"])
    assert work.name == "batch inference, evaluation"
    assert share == pytest.approx(0.3 * 0.7 * 200.0 / 600.0)


def test_factors_of_costs_are_read_by_year_and_by_name(tmp_path: Path) -> None:
    """A battery of 2030 at 0.6 of its price; a technology that nobody knows is refused."""
    (battery,) = [
        one for one in system_terms(pathway_file(), 2030).technologies if one.name == "battery"
    ]
    assert battery.capex_per_kwh == pytest.approx(0.6 * 250.0)
    table = pathway_file()
    odd = table.system.model_copy(update={"cost_factor": {"fusion": {2030: 0.5}}})
    with pytest.raises(BadInput, match="fusion"):
        system_terms(table.model_copy(update={"system": odd}), 2030)


def test_hours_of_the_made_up_year_are_a_year() -> None:
    """On average one, shares within 0 and 1."""
    hours = system_hours(None, None)
    for shape in (hours.load, hours.heat, hours.vehicles):
        assert len(shape) == HOURS and shape.mean() == pytest.approx(1.0)
    for share in (hours.solar_share, hours.wind_share):
        assert len(share) == HOURS and 0.0 <= share.min() < 0.05 and 0.5 < share.max() <= 1.0


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "area"),
    [("finland_forecasts/fi.parquet", None), ("eia_mix_2022/eia_mix_2022.parquet", "ERCO")],
)
def test_real_years_make_a_system(data_dir: Path, file: str, area: str | None) -> None:
    """Hours that were measured or forecast, and work that moves is worth something in them."""
    hours = system_hours(data_dir / file, area)
    assert len(hours.load) == HOURS and hours.wind_share.mean() == pytest.approx(0.33, abs=0.01)
    assert hours.solar_share.mean() == pytest.approx(0.17, abs=0.01)
    found = flexible_worth(hours, system_terms(pathway_file(), 2040), load(), DAYS, 0)
    assert found.per_kw_year > 0.0 and found.without.twh["wind"] > 100.0


@pytest.mark.real
def test_net_generation_is_the_sum_of_its_fuels(data_dir: Path) -> None:
    """Of ERCO in 2022, beside the columns of the file summed here."""
    path = data_dir / "eia_mix_2022" / "eia_mix_2022.parquet"
    signal = Eia930Mix(path=path, area="ERCO", stamp="end").net_generation()
    rows = polars.read_parquet(path).filter(polars.col("area") == "ERCO")
    columns = [name for name in rows.columns if name.endswith("_mw")]
    expected = 1000.0 * rows.select(columns).to_numpy().astype(np.float64).sum()
    assert np.nansum(signal.values) == pytest.approx(expected, rel=1e-9)


def test_a_year_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    """With how many hours lack."""
    path = tmp_path / "fi.csv"
    rows = [f"2022-01-{1 + k // 24:02d}T{k % 24:02d}:00:00+00:00,10,20,30" for k in range(240)]
    path.write_text(
        "time_utc,wind_forecast_mw,solar_forecast_mw,demand_forecast_mw\n" + "\n".join(rows) + "\n"
    )
    with pytest.raises(BadInput, match="lacks 8,520 of the 8,760 hours"):
        system_hours(path, None)


def forecasts(folder: Path, hours: int, demand_h: int | None = None) -> Path:
    """A file of Finland's form whose hours are counted by its output; demand ends after so many."""
    starts = np.datetime64("2022-01-01T00:00", "m") + 60 * np.arange(hours)
    demand = hours if demand_h is None else demand_h
    rows = [f"{at}+00:00,{k},{k},{k if k < demand else ''}" for k, at in enumerate(starts)]
    path = folder / "fi.csv"
    head = "time_utc,wind_forecast_mw,solar_forecast_mw,demand_forecast_mw"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_a_year_that_begins_too_late_is_refused_however_few_its_hours_lack(tmp_path: Path) -> None:
    """Ten hours before the first have no neighbours to be laid between."""
    with pytest.raises(BadInput, match="lacks 10 of the 8,760 hours"):
        system_hours(forecasts(tmp_path, HOURS - 10), None)


def test_load_sun_and_wind_are_of_the_same_hours(tmp_path: Path) -> None:
    """The year ends where the first of them ends: load and sun, counted alike, stay alike."""
    hours = system_hours(forecasts(tmp_path, HOURS + 100, HOURS + 30), None)
    middle = slice(1000, 2000)
    steps = [np.diff(one[middle]) / one[middle][0] for one in (hours.load, hours.solar_share)]
    assert np.allclose(*steps)


def test_shapes_of_people_stand_on_the_clock_of_the_area(tmp_path: Path) -> None:
    """Vehicles come home at eight in the evening where they are, and January is coldest wherever the year begins."""
    path = forecasts(tmp_path, HOURS + 100)
    first = np.datetime64("2022-01-05T04:00", "h")
    for clock, offset_h in (("Etc/GMT+6", -6), ("Etc/GMT-2", 2), ("UTC", 0)):
        hours = system_hours(path, None, clock)
        local = first + np.arange(HOURS) + offset_h
        at = int(np.argmax(hours.vehicles[:24]))
        assert local[at].astype(object).hour == 20
        coldest = local[int(np.argmax(hours.heat))].astype(object)
        assert (coldest.month, coldest.day, coldest.hour) == (1, 16, 7)
    assert "clock of Europe/Helsinki" in " ".join(system_hours(path, None).said)


def test_summer_time_moves_people_and_not_the_sun(tmp_path: Path) -> None:
    """An hour between January and July in Helsinki, none where clocks stay."""
    path = forecasts(tmp_path, HOURS + 100)
    moved = {}
    for clock in ("Europe/Helsinki", "Etc/GMT-2"):
        vehicles = system_hours(path, None, clock).vehicles[20 : 20 + 24 * 363].reshape(-1, 24)
        moved[clock] = int(vehicles[180].argmax() - vehicles[10].argmax())
    assert moved == {"Europe/Helsinki": -1, "Etc/GMT-2": 0}


def test_a_clock_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    """Of an area without one, and of one that is no clock."""
    path = forecasts(tmp_path, HOURS)
    with pytest.raises(BadInput, match="time zone 'Moon/Sea' is not known"):
        system_hours(path, None, "Moon/Sea")
    rows = ["time_utc,area,wind_mw,solar_mw,hydro_mw,oil_mw,gas_mw,coal_mw,nuclear_mw,other_mw"]
    starts = np.datetime64("2022-01-01T00:00", "m") + 60 * np.arange(HOURS)
    rows += [f"{at}+00:00,ZZZZ,{1 + k % 9},{k % 7},0,0,5,0,0,0" for k, at in enumerate(starts)]
    mix = tmp_path / "mix.csv"
    mix.write_text("\n".join(rows) + "\n")
    with pytest.raises(BadInput, match="whose clock is not known"):
        system_hours(mix, "ZZZZ")
    assert len(system_hours(mix, "ZZZZ", "America/Denver").load) == HOURS


def test_work_that_is_put_off_for_a_price_saves_less_and_moves_less() -> None:
    """Until it is dearer than all that it spares; then nothing moves."""
    hours, free = system_hours(None, None), system_terms(pathway_file(), 2040)
    found = []
    for price in (0.0, 0.005, 50.0):
        terms = replace(free, moving_per_kwh={load().moves[0][0].name: price})
        found.append(flexible_worth(hours, terms, load(), DAYS, 0))
    saved = [one.saved for one in found]
    assert saved[0] > saved[1] > saved[2] - 1.0
    assert saved[0] == pytest.approx(worth().saved, rel=1e-9)
    assert saved[2] == pytest.approx(0.0, abs=1e-5 * found[2].without.cost)
    moving = [one.moved.moving_cost for one in found]
    assert moving[0] == 0.0 and moving[1] > 0.0
    assert moving[1] < saved[0], "nobody pays more for moving than it spares"
    assert found[1].without.moving_cost == 0.0


def test_a_price_of_moving_names_a_class_that_there_is(tmp_path: Path) -> None:
    """By a key of the file, money per kWh that is put off."""
    name = outlook().classes[1].name
    file = tmp_path / "own.toml"
    file.write_text(f'[system.moving_per_kwh]\n"{name}" = 0.01\n')
    terms = system_terms(pathway_file(file), 2040)
    assert terms.removal_per_t == system_terms(pathway_file(), 2040).removal_per_t
    campus = system_campus(system_hours(None, None), terms, load(), with_moves=True)
    assert campus.waiting[0].moved_per_kwh == 0.01
    file.write_text("[system.moving_per_kwh]\ndreams = 0.01\n")
    with pytest.raises(BadInput, match="dreams: is no class of work"):
        system_terms(pathway_file(file), 2040)


def test_typical_days_that_are_all_days_are_off_by_nothing() -> None:
    """Fewer are off by something; where nothing is spared nothing is said of it."""
    made, terms = system_hours(None, None), system_terms(pathway_file(), 2040)
    names = ("load", "heat", "vehicles", "solar_share", "wind_share")
    hours = SystemHours(said=(), **{name: getattr(made, name)[: 24 * 20] for name in names})
    every = flexible_worth(hours, terms, load(), 0, 0)
    few = days_error(flexible_worth(hours, terms, load(), 8, 0), every)
    assert few.cost != 0.0 and few.per_kw_year is not None and abs(few.cost) < 0.5
    same = days_error(every, every)
    assert (same.cost, same.per_kw_year) == (0.0, 0.0)
    still = flexible_worth(hours, terms, load(0.0), 0, 0)
    assert days_error(still, replace(still, per_kw_year=0.0)).per_kw_year is None
