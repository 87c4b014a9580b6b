"""What meters say of stores, imports and routes: never a false alarm, and nothing that only a device claims."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.act import Exchange
from gridtide.fleet.site import Battery
from gridtide.fleet.site_act import AnyAct, HoldImport, Route
from gridtide.loop.names import place_names, store_names
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import Moved
from gridtide.loop.verifying_sites import SiteMoment, site_verdicts
from gridtide.testing.studies import small_study

NOW = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=1)
BATTERY = Battery(energy_kwh=400.0, charge_max_kw=100.0, discharge_max_kw=100.0)
STUDY = small_study(1)
SITES = tuple(
    replace(
        site,
        battery=BATTERY,
        contract=replace(site.contract, import_max_kw=2_000.0, export_max_kw=0.0),
    )
    for site in STUDY.fleet.sites
)
FLEET = replace(STUDY.fleet, sites=SITES)
STORE, SITE = store_names(FLEET)[0], SITES[0].name


def seen(facility_kw: float, store_kw: float, said_kw: float, soc_kwh: float = 200.0) -> Seen:
    """A moment of both sites. store_kw: what the store of the first really takes; said_kw: what it says."""
    around = {one.name: np.zeros(2) for one in fields(Seen) if one.name != "measured_at"}
    through_kw = facility_kw + store_kw
    around |= {
        "facility_kw": np.asarray([facility_kw, 0.0]),
        "import_kw": np.asarray([max(through_kw, 0.0), 0.0]),
        "export_kw": np.asarray([max(-through_kw, 0.0), 0.0]),
        "charge_kw": np.asarray([max(said_kw, 0.0), 0.0]),
        "discharge_kw": np.asarray([max(-said_kw, 0.0), 0.0]),
        "soc_kwh": np.asarray([soc_kwh, 200.0]),
    }
    return Seen(measured_at=NOW, **around)


def told(kw: float) -> dict[str, AnyAct]:
    """The first store was told to take so much, to give where it is below 0."""
    act = Exchange(store=STORE, charge_kw=max(kw, 0.0), discharge_kw=max(-kw, 0.0), until=UNTIL)
    return {STORE: act}


def verdict(held: dict[str, AnyAct], moment: Seen, off_kw: float = 1e-6) -> Moved:
    """Of the only thing that is held."""
    off = {f"{SITE} {what}": off_kw for what in ("import", "export", "facility")}
    read = SiteMoment(held=held, seen=moment, off_kw=off, peak_kw=np.full(2, 1e6))
    (one,) = site_verdicts(read, FLEET, ())
    return one.moved


kilowatts = st.floats(-100.0, 100.0).map(lambda kw: round(kw, 1))


@given(kw=kilowatts, facility_kw=st.floats(0.0, 900.0), noise=st.floats(-1.0, 1.0))
def test_a_store_that_does_as_told_never_raises_an_alarm(
    kw: float, facility_kw: float, noise: float
) -> None:
    """Whatever the site draws and as far as its meters keep what they state."""
    moment = seen(facility_kw, kw, kw)
    noisy = replace(moment, facility_kw=moment.facility_kw + noise)
    assert verdict(told(kw), noisy, off_kw=1.0) is Moved.MOVED


@given(kw=kilowatts.filter(lambda kw: abs(kw) > 10.0), facility_kw=st.floats(1.0, 900.0))
def test_a_store_with_energy_left_that_rests_is_caught_whatever_it_says(
    kw: float, facility_kw: float
) -> None:
    """Honest about resting, or claiming what it was told: the meters around it show nothing."""
    assert verdict(told(kw), seen(facility_kw, 0.0, 0.0)) is Moved.NOT_MOVED
    assert verdict(told(kw), seen(facility_kw, 0.0, kw)) is Moved.NOT_MOVED


def test_an_empty_store_and_one_that_holds_an_import_may_do_otherwise() -> None:
    """Nothing left to give, or steered by the controller of its site: nobody can tell."""
    empty = seen(500.0, 0.0, 0.0, soc_kwh=BATTERY.energy_kwh * BATTERY.soc_min)
    assert verdict(told(-80.0), empty) is Moved.CANNOT_TELL
    unread = replace(empty, facility_kw=np.asarray([np.nan, 0.0]))
    assert verdict(told(-80.0), unread) is Moved.CANNOT_TELL
    steered = {**told(-80.0), SITE: held_import(500.0)}
    level = seen(520.0, -20.0, -20.0)
    moment = SiteMoment(held=steered, seen=level, off_kw={}, peak_kw=np.full(2, 1e6))
    by_subject = {one.subject: one.moved for one in site_verdicts(moment, FLEET, ())}
    assert by_subject == {STORE: Moved.CANNOT_TELL, SITE: Moved.MOVED}


def test_a_store_gives_no_more_than_its_site_draws_and_takes_no_more_than_may_come() -> None:
    """Nothing may be exported, or the connection is full: its controller had no choice."""
    assert verdict(told(-80.0), seen(50.0, -50.0, -50.0)) is Moved.CANNOT_TELL
    assert verdict(told(80.0), seen(1_990.0, 10.0, 10.0)) is Moved.CANNOT_TELL
    assert verdict(told(80.0), seen(1_500.0, 10.0, 10.0)) is Moved.NOT_MOVED


def held_import(most_kw: float) -> HoldImport:
    """The first site's import, held below a level."""
    return HoldImport(
        site=SITE,
        most_kw=most_kw,
        least_kw=None,
        raise_price_per_kw=0.0,
        it_price_per_kwh=0.1,
        until=UNTIL,
    )


def test_an_import_above_its_level_is_an_alarm_only_while_the_store_could_give() -> None:
    """A full store that rests could; one that gives all it can, and an empty one, could not."""
    held: dict[str, AnyAct] = {SITE: held_import(450.0)}
    assert verdict(held, seen(500.0, 0.0, 0.0)) is Moved.NOT_MOVED
    assert verdict(held, seen(600.0, -100.0, -100.0)) is Moved.CANNOT_TELL
    assert verdict(held, seen(500.0, 0.0, 0.0, soc_kwh=20.0)) is Moved.CANNOT_TELL
    assert verdict(held, seen(540.0, -90.0, -90.0)) is Moved.MOVED


def test_a_split_that_replicas_stand_for_is_an_alarm_only_beyond_what_they_say() -> None:
    """Told all to one place while replicas say half: at half nobody can tell, at nothing it has not moved."""
    (service,) = STUDY.services
    names, origin = place_names(STUDY.fleet), STUDY.fleet.network.origins[0]
    shares = tuple((name, float(number == 0)) for number, name in enumerate(names))
    act = Route(service=service.name, origin=origin, shares=shares, slower=(), until=UNTIL)
    still = {one.name: getattr(seen(1.0, 0.0, 0.0), one.name) for one in fields(Seen)}
    shape = (1, len(STUDY.fleet.network.origins), len(names))

    def found(first: float, off: float) -> Moved:
        answered = np.zeros(shape)
        answered[0, 0, :2] = (first, 1.0 - first)
        around = still | {"answered": answered, "refused": np.zeros(shape[:2])}
        around |= {"service_kw": np.ones((1, 2)), "share_off": np.full(shape[:2], off)}
        held = {f"{service.name} from {origin}": act}
        moment = SiteMoment(held=held, seen=Seen(**around), off_kw={}, peak_kw=np.full(2, 1e6))
        (one,) = site_verdicts(moment, STUDY.fleet, STUDY.services)
        return one.moved

    assert found(1.0, 0.5) is Moved.MOVED
    assert found(0.5, 0.5) is Moved.CANNOT_TELL
    assert found(0.0, 0.5) is Moved.NOT_MOVED
    assert found(0.5, 0.0) is Moved.NOT_MOVED
