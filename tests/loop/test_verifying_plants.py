"""What meters say of plants, halls and stores of cold: never a false alarm, and nothing that only a device claims."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.building import facility_power_kw
from gridtide.fleet.extra_cooling import extra_power_kw, heat_kw
from gridtide.fleet.reactor import Reactor
from gridtide.fleet.site import Battery
from gridtide.fleet.site_act import AnyAct, CoolBeyond, MakePower, StoreCold
from gridtide.fleet.thermal import ColdStore, Hall
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import Moved
from gridtide.loop.verifying_plants import plant_verdicts
from gridtide.loop.verifying_sites import SiteMoment
from gridtide.testing.studies import small_study

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)
UNTIL = NOW + timedelta(hours=1)
PLANT = Reactor(capacity_kw=300.0, ramp_kw_per_min=3.0, cost_per_mwh=30.0)
HALL = Hall(air_kj_per_k=3620.0, mass_kj_per_k=60000.0, between_kw_per_k=60.0)
COLD = ColdStore(energy_kwh=1000.0, charge_max_kw=200.0, discharge_max_kw=200.0)
STUDY = small_study(1)
FIRST, SECOND = STUDY.fleet.sites
FIRST = replace(
    FIRST,
    battery=None,
    reactor=PLANT,
    hall=HALL,
    cold_store=COLD,
    contract=replace(FIRST.contract, import_max_kw=9_000.0),
)
FLEET = replace(STUDY.fleet, sites=(FIRST, replace(SECOND, battery=None)))
HALL_NAME, COLD_NAME = hall_names(FLEET)[0], cold_store_names(FLEET)[0]
PLANT_NAME = plant_names(FLEET)[0]


def seen(at: datetime = NOW, **columns: object) -> Seen:
    """A moment of both sites: all nothing, with columns of the first."""
    still = {one.name: np.zeros(2) for one in fields(Seen) if one.name != "measured_at"}
    still |= {
        "made_kw": np.zeros(1),
        "extra_cooling_kw": np.zeros((2, 2)),
        "air_c": np.asarray([23.0, np.nan]),
        "cold_kwh": np.asarray([500.0, 0.0]),
    }
    return Seen(measured_at=at, **still | columns)  # type: ignore[arg-type]


def first(kw: float) -> np.ndarray:
    """A column of the first site."""
    return np.asarray([kw, 0.0])


def made(own_kw: float, given_kw: float, at: datetime = NOW) -> Seen:
    """The plant says one thing, and the site, which draws 500 kW, takes the rest from the grid."""
    return seen(
        at,
        made_kw=np.asarray([own_kw]),
        facility_kw=first(500.0),
        import_kw=first(500.0 - given_kw),
    )


def verdict(
    held: dict[str, AnyAct], now: Seen, before: Seen | None, off_kw: float = 0.0, **power_kw: float
) -> Moved:
    """Of the only thing that is held."""
    meters = ("import", "export", "facility", "IT", "plant")
    off = {f"{FIRST.name} {what}": off_kw for what in meters}
    power = {f"{FIRST.name} {what}": kw for what, kw in power_kw.items()}
    moment = SiteMoment(
        held=held, seen=now, off_kw=off, peak_kw=np.full(2, 1e6), before=before, power_kw=power
    )
    (one,) = plant_verdicts(moment, FLEET)
    return one.moved


def told_to_make(kw: float) -> dict[str, AnyAct]:
    """The plant of the first site."""
    return {PLANT_NAME: MakePower(plant=PLANT_NAME, made_kw=kw, until=UNTIL)}


@given(kw=st.floats(150.0, 300.0), noise_kw=st.floats(-2.0, 2.0))
def test_a_plant_that_makes_what_it_is_told_never_raises_an_alarm(
    kw: float, noise_kw: float
) -> None:
    """As far as meters keep what they state."""
    before = made(kw, kw, NOW - STEP)
    assert verdict(told_to_make(kw), made(kw, kw + noise_kw), before, off_kw=1.0) is Moved.MOVED


@given(kw=st.floats(150.0, 285.0))
def test_a_plant_that_stays_where_it_was_is_caught_whatever_it_says(kw: float) -> None:
    """It says what it was told, or what it makes: the grid gives as much less as it makes more."""
    before = made(300.0, 300.0, NOW - STEP)
    assert verdict(told_to_make(kw), made(kw, 300.0), before) is Moved.NOT_MOVED
    assert verdict(told_to_make(kw), made(300.0, 300.0), before) is Moved.NOT_MOVED


def test_a_plant_on_its_way_is_left_in_peace_and_one_beside_a_store_needs_its_own_meter() -> None:
    """It changes by 45 kW in a quarter of an hour and no more."""
    before = made(300.0, 300.0, NOW - STEP)
    assert verdict(told_to_make(150.0), made(255.0, 255.0), before) is Moved.CANNOT_TELL
    battery = Battery(energy_kwh=400.0, charge_max_kw=100.0, discharge_max_kw=100.0)
    fleet = replace(FLEET, sites=(replace(FIRST, battery=battery), FLEET.sites[1]))
    held = told_to_make(200.0)
    moment = SiteMoment(held=held, seen=made(200.0, 300.0), off_kw={}, peak_kw=np.zeros(2))
    (one,) = plant_verdicts(moment, fleet)
    assert one.moved is Moved.CANNOT_TELL and "no meter says" in one.said
    (one,) = plant_verdicts(replace(moment, power_kw={PLANT_NAME: 300.0}), fleet)
    assert one.moved is Moved.NOT_MOVED and "plant says 200.0 kW" in one.said


def cooled(
    it_kw: float, outdoor_c: float, real_kw: float, said_kw: float, at: datetime = NOW
) -> Seen:
    """The first site around so much IT, with so much heat really carried out beyond it, and as its devices say."""
    shape = (2, 1)
    heat = heat_kw(FLEET, np.full(2, it_kw))[:, None]
    outdoor = np.full(shape, outdoor_c)
    drawn_kw = facility_power_kw(FLEET, np.full(shape, it_kw), outdoor)
    drawn_kw = drawn_kw + extra_power_kw(FLEET, heat, np.full(shape, real_kw), outdoor)
    kw = float(drawn_kw[0, 0])
    return seen(
        at,
        it_kw=first(it_kw),
        facility_kw=first(kw),
        import_kw=first(kw),
        extra_cooling_kw=np.asarray([[said_kw, 0.0], [0.0, 0.0]]),
    )


IT_KW = 80.0


@given(
    it_kw=st.floats(0.5 * IT_KW, IT_KW),
    then_kw=st.floats(0.5 * IT_KW, IT_KW),
    outdoor_c=st.floats(-15.0, 38.0),
    told_kw=st.floats(-40.0, 40.0),
    warmer_c=st.floats(-3.0, 3.0),
)
def test_a_hall_that_does_as_told_never_raises_an_alarm(
    it_kw: float, then_kw: float, outdoor_c: float, told_kw: float, warmer_c: float
) -> None:
    """Whatever load and weather do beside it."""
    before = cooled(then_kw, outdoor_c, 0.0, 0.0, NOW - STEP)
    now = cooled(it_kw, outdoor_c + warmer_c, told_kw, told_kw)
    held: dict[str, AnyAct] = {HALL_NAME: CoolBeyond(hall=HALL_NAME, heat_kw=told_kw, until=UNTIL)}
    assert verdict(held, now, before) is not Moved.NOT_MOVED


def test_a_hall_and_a_store_of_cold_that_only_say_so_are_caught() -> None:
    """The building draws no more; and one that says it does not do it, with nothing in its way."""
    before = cooled(IT_KW, 28.0, 0.0, 0.0, NOW - STEP)
    held: dict[str, AnyAct] = {HALL_NAME: CoolBeyond(hall=HALL_NAME, heat_kw=40.0, until=UNTIL)}
    assert verdict(held, cooled(IT_KW, 28.0, 40.0, 40.0), before) is Moved.MOVED
    assert verdict(held, cooled(IT_KW, 28.0, 0.0, 40.0), before) is Moved.NOT_MOVED
    assert verdict(held, cooled(IT_KW, 28.0, 0.0, 0.0), before) is Moved.NOT_MOVED
    store: dict[str, AnyAct] = {
        COLD_NAME: StoreCold(store=COLD_NAME, charge_kw=0.0, discharge_kw=40.0, until=UNTIL)
    }
    lying = replace(
        cooled(IT_KW, 28.0, 0.0, 0.0), extra_cooling_kw=np.asarray([[0.0, 0.0], [-40.0, 0.0]])
    )
    assert verdict(store, lying, before) is Moved.NOT_MOVED
    empty = replace(cooled(IT_KW, 28.0, 0.0, 0.0), cold_kwh=np.zeros(2))
    assert verdict(store, empty, before) is Moved.CANNOT_TELL
