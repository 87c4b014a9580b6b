"""Everything that devices say is kept, once a round; a store that does not take it loses nothing and ends nothing."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gridtide.fleet.device import PowerReading, Restraint, RouteReading, StoreReading
from gridtide.loop.keeping_readings import MOST_WAITING, KeepingReadings, Said, readings_of
from gridtide.loop.measured import Readings
from gridtide.trust.record import StoreLostError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Kept:
    """A store of readings that is lost while `lost`."""

    def __init__(self) -> None:
        self.batches: list[Readings] = []
        self.moved: list[datetime] = []
        self.lost = False

    def write(self, readings: Readings) -> None:
        """Keep it, or not."""
        if self.lost:
            raise StoreLostError("gone")
        if len(readings.at):
            self.batches.append(readings)

    def between(self, site: str, start: datetime, end: datetime) -> Readings:
        """Nobody who keeps readings asks for them."""
        raise AssertionError(f"asked for {site}, {start} to {end}")

    def move(self, before: datetime) -> None:
        """Noted."""
        self.moved.append(before)

    @property
    def rows(self) -> int:
        """How many it has."""
        return sum(len(one.at) for one in self.batches)


def power(kw: float, second: int = 0) -> PowerReading:
    """What a meter says."""
    at = NOON + timedelta(seconds=second)
    return PowerReading(of="north IT", kw=kw, measured_at=at, method="meter")


def until(holds: Callable[[], bool]) -> bool:
    """Whether something comes true before long."""
    ends_s = time.monotonic() + 20.0
    while not holds():
        if time.monotonic() > ends_s:
            return False
        time.sleep(0.005)
    return True


def test_each_reading_is_a_row_of_its_site_with_its_unit_last() -> None:
    """Power, stores and routes; the longest name of a site that fits; what has no bound is unknown, never 0."""
    gathered = Said(["north", "north east"])
    meter = PowerReading(of="north east grid", kw=math.inf, measured_at=NOON, method="meter")
    store = StoreReading(
        of="north store", soc_kwh=5.0, charge_kw=1.0, discharge_kw=0.0, measured_at=NOON
    )
    route = RouteReading(
        service="chat", origin="city", asked_per_s=3.0, answered_per_s=(("north/a", 2.0),),
        p50_s=(("north/a", 0.1),), p95_s=(("north/a", math.nan),), measured_at=NOON,
    )  # fmt: skip
    gathered.took("meter", "power", (meter, power(1.0)))
    gathered.took("battery", "store", store)
    gathered.took("router", "routes", (route,))
    gathered.took(
        "battery", "restraints", (Restraint(subject="x", kind="cap", value="1", until=NOON),)
    )
    rows = readings_of(gathered.drained())
    named = list(zip(rows.site, rows.subject, rows.quantity, strict=True))
    assert named[:2] == [
        ("north east", "north east grid", "power_kw"),
        ("north", "north IT", "power_kw"),
    ]
    assert [one[2] for one in named[2:5]] == ["soc_kwh", "charge_kw", "discharge_kw"]
    assert named[5] == ("city", "chat", "asked_per_s")
    assert named[6] == ("north", "chat from city at north/a", "answered_per_s")
    assert len(named) == 9 and math.isnan(rows.value[0]) and math.isnan(rows.value[8])


def test_a_store_that_is_lost_for_a_while_gets_everything_later() -> None:
    """It is said once that it is lost and once that it is back; older days are moved once a day."""
    kept, gathered = Kept(), Said(["north"])
    said: list[str] = []
    kept.lost = True
    at = [NOON]
    keeping = KeepingReadings(gathered, kept, kept.move, lambda: at[0], said.append, round_s=0.01)
    keeping.start()
    for second in range(5):
        gathered.took("meter", "power", (power(1.0, second),))
    assert until(lambda: len(said) == 1)
    kept.lost = False
    assert until(lambda: kept.rows == 5)
    assert until(lambda: len(said) == 2)
    assert "gone" in said[0] and said[1] == "readings are kept again; 0 were left out"
    assert until(lambda: len(kept.moved) == 1)
    at[0] += timedelta(days=1)
    assert until(lambda: len(kept.moved) == 2)
    midnight = NOON.replace(hour=0)
    assert kept.moved == [midnight - timedelta(days=7), midnight - timedelta(days=6)]
    gathered.took("meter", "power", (power(1.0, 9),))
    keeping.close()
    assert kept.rows == 6


def test_what_waits_is_bounded_and_the_newest_stays() -> None:
    """A store that is lost for long fills no memory; how many are left out is counted."""
    gathered = Said(["north"])
    gathered.took("meter", "power", tuple(power(float(n)) for n in range(MOST_WAITING + 3)))
    rows = gathered.drained()
    assert len(rows) == MOST_WAITING and gathered.left_out == 3 and rows[0][4] == 3.0
