"""Made-up but lifelike series and jobs, seeded and labelled: for demos, tests and what no open set holds.

Every series draws from a stream of its own, named by what it is and where, so adding one never changes
another. Means, swings and persistence are round figures of the kind that public series show; none is a
measurement of any place.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.trace import JobTrace, trace_of
from gridtide.physics.solar import day_of_year, module_power_share
from gridtide.physics.sun import almanac_sun_deg
from gridtide.physics.wind import wind_power_share
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.timeline import Timeline, instant, regular

Real = NDArray[np.float64]
Windows = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Climate:
    """Mean temperature and humidity, and how they and the wind swing. wind_m_per_s: mean at hub height.

    year_swing_c: half the difference of July and January, negative in the south; 0 for a case of days, whose
    mean is that of its season.
    """

    temperature_c: float = 12.0
    day_swing_c: float = 5.0
    year_swing_c: float = 0.0
    humidity: float = 0.65
    wind_m_per_s: float = 7.5
    windy_at_night: float = 0.35


@dataclass(frozen=True, kw_only=True)
class Market:
    """A price by the shape of its day. dips: hours (from, to) in which it falls by `dip_per_mwh`.

    floor_per_mwh, cap_per_mwh: what the market allows.
    """

    mean_per_mwh: float
    swing_per_mwh: float
    dip_per_mwh: float = 0.0
    dips: tuple[tuple[float, float], ...] = ()
    noise_per_mwh: float = 10.0
    floor_per_mwh: float = 0.0
    cap_per_mwh: float = 1_500.0
    currency: str = "CNY"


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """Series of one zone over a timeline. clock_offset_h: local time minus UTC, for the shape of the day."""

    zone: str
    timeline: Timeline
    seed: int
    clock_offset_h: float = 0.0

    def temperature(self, climate: Climate) -> Signal:
        """Dry bulb, °C: a mean, a year, a day, and slow weather."""
        slow = self._persistent("temperature", 0.995) * 2.5
        season_c = climate.temperature_c + climate.year_swing_c * self._summer()
        values = season_c + climate.day_swing_c * self._day(peak_h=15.0) + slow
        return self._signal(Kind.TEMPERATURE, values)

    def humidity(self, climate: Climate) -> Signal:
        """Relative humidity, 0.05 to 1: moist at night."""
        values = climate.humidity - 0.12 * self._day(peak_h=15.0)
        return self._signal(
            Kind.HUMIDITY, np.clip(values + 0.05 * self._persistent("humidity", 0.99), 0.05, 1.0)
        )

    def wind(
        self,
        climate: Climate,
        share_of: Callable[[float, float], float] | None = None,
    ) -> Signal:
        """Wind power per kW of capacity, 0 to 1, by a turbine's curve or by share_of (wind in m/s, air in °C)."""
        gusts = self._persistent("wind", 0.985) * 0.30
        night = climate.windy_at_night * self._day(peak_h=2.0)
        speed = climate.wind_m_per_s * np.maximum(1.0 + night + gusts, 0.05)
        if share_of is None:
            share = np.asarray([wind_power_share(float(value)) for value in speed])
        else:
            pairs = zip(speed.tolist(), self.temperature(climate).values.tolist(), strict=True)
            share = np.asarray([share_of(wind, air) for wind, air in pairs])
        return self._signal(Kind.WIND, share)

    def solar(self, climate: Climate, latitude: float, longitude: float) -> Signal:
        """Power behind the inverter per kW of modules, 0 to 1: the sun of the place under passing clouds.

        Modules face the equator, tilted by the latitude; the inverter is rated at 1/1.2 of them.
        """
        place = (latitude, longitude)
        cloud = 1.0 / (1.0 + np.exp(-1.2 - 1.5 * self._persistent("cloud", 0.98)))
        air_c = self.temperature(climate).values
        wind = np.full(len(cloud), climate.wind_m_per_s)
        middle_s = self.timeline.starts_s + np.diff(self.timeline.edges_s) / 2.0
        shares = [
            module_power_share(
                day_of_year(float(at)),
                latitude,
                almanac_sun_deg(float(at), *place),
                float(clear),
                (float(warm), float(blows)),
            )
            for at, clear, warm, blows in zip(middle_s, cloud, air_c, wind, strict=True)
        ]
        return self._signal(Kind.SOLAR, np.asarray(shares))

    def price(self, market: Market) -> Signal:
        """Energy price: two peaks a day, dips where supply is plenty, persistent noise, floor and cap."""
        hour = self._hour()
        shape = 0.6 * np.cos(2 * np.pi * (hour - 19.5) / 24) + 0.4 * np.cos(
            4 * np.pi * (hour - 8.0) / 24
        )
        values = market.mean_per_mwh + market.swing_per_mwh * shape
        for begin, end in market.dips:
            values = values - market.dip_per_mwh * _between(hour, begin, end)
        values = values + market.noise_per_mwh * self._persistent("price", 0.9)
        clipped = np.clip(values, market.floor_per_mwh, market.cap_per_mwh)
        return self._signal(Kind.PRICE, np.round(clipped, 2), market.currency)

    def carbon(
        self, mean_g_per_kwh: float, swing_g_per_kwh: float, dips: tuple[tuple[float, float], ...]
    ) -> Signal:
        """Average carbon intensity: lower where renewables are plenty."""
        hour = self._hour()
        values = mean_g_per_kwh + swing_g_per_kwh * 0.5 * np.cos(2 * np.pi * (hour - 20.0) / 24)
        for begin, end in dips:
            values = values - swing_g_per_kwh * _between(hour, begin, end)
        values = values + 0.08 * mean_g_per_kwh * self._persistent("carbon", 0.97)
        return self._signal(Kind.CARBON_AVERAGE, np.maximum(values, 20.0))

    def curtailment(
        self, capacity_kw: float, hours: tuple[tuple[float, float], ...], climate: Climate
    ) -> Signal:
        """Renewable power that could have been made and was not, kW: in named hours, when the wind blows."""
        hour = self._hour()
        open_hours = np.zeros(len(hour))
        for begin, end in hours:
            open_hours = np.maximum(open_hours, _between(hour, begin, end))
        wind = self.wind(climate).values
        return self._signal(
            Kind.CURTAILMENT, capacity_kw * open_hours * np.clip(wind - 0.25, 0.0, 1.0)
        )

    def requests(self, mean_per_s: float, swing: float, peak_h: float) -> Signal:
        """Requests per second: a day, a quieter weekend, bursts. swing: 0 to 1 of the mean."""
        weekend = 1.0 - 0.15 * self._is_weekend()
        bursts = np.exp(0.08 * self._persistent("requests", 0.9))
        values = mean_per_s * (1.0 + swing * self._day(peak_h=peak_h)) * weekend * bursts
        return self._signal(Kind.REQUESTS, np.maximum(values, 0.0))

    def _signal(self, kind: Kind, values: Real, currency: str | None = None) -> Signal:
        return Signal(
            kind=kind,
            zone=self.zone,
            timeline=self.timeline,
            values=values,
            source=f"synthetic, seed {self.seed}",
            currency=currency,
            nature=Nature.SYNTHETIC,
        )

    def _hour(self) -> Real:
        middle_s = 0.5 * (self.timeline.starts_s + self.timeline.ends_s)
        return np.asarray((middle_s / 3600.0 + self.clock_offset_h) % 24.0)

    def _is_weekend(self) -> Real:
        day = (self.timeline.starts_s / 3600.0 + self.clock_offset_h) // 24.0
        return np.isin((day + 3) % 7, (5, 6)).astype(np.float64)

    def _day(self, peak_h: float) -> Real:
        return np.asarray(np.cos(2 * np.pi * (self._hour() - peak_h) / 24.0))

    def _summer(self) -> Real:
        """1 in late July, -1 in late January."""
        days = self.timeline.starts_s / 86_400.0
        return np.asarray(np.cos(2 * np.pi * (days - 205.0) / 365.2425))

    def _persistent(self, name: str, phi_per_quarter: float) -> Real:
        """Unit-variance AR(1) noise; phi_per_quarter: correlation over 15 minutes."""
        phi = phi_per_quarter ** (self.timeline.hours / 0.25)
        shocks = stream(self.seed, name, self.zone).standard_normal(len(phi))
        values = np.empty(len(phi))
        last = shocks[0]
        for step, (keep, shock) in enumerate(zip(phi, shocks, strict=True)):
            last = keep * last + np.sqrt(1.0 - keep * keep) * shock if step else shock
            values[step] = last
        return values


def stream(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each seed and names."""
    words = [zlib.crc32(name.encode()) for name in names]
    return np.random.default_rng([seed, *words])


def _between(hour: Real, begin: float, end: float) -> Real:
    """1 inside [begin, end) on a clock of 24 hours, with soft edges of half an hour."""
    middle, half = 0.5 * (begin + end), 0.5 * (end - begin)
    distance = np.abs((hour - middle + 12.0) % 24.0 - 12.0)
    return np.asarray(np.clip((half - distance) / 0.5 + 0.5, 0.0, 1.0))


@dataclass(frozen=True, kw_only=True)
class SyntheticJobs:
    """Jobs that arrive through the working hours of every day.

    sizes: accelerators, drawn evenly. hours: median run time.
    overrun_most: declared limit as a multiple of the true run time, drawn from 1 to this.
    """

    name: str
    timeline: Timeline
    seed: int
    count: int
    sizes: tuple[int, ...]
    hours: float
    spread: float = 0.6
    longest_h: float = 24.0
    from_hour: float = 8.0
    to_hour: float = 20.0
    overrun_most: float = 1.6

    def read(self) -> JobTrace:
        """Seeded jobs in order of submission, with the limits their owners would declare.

        Hours count from the start of the timeline, so a case begins at a local midnight. Of a last day that
        is cut, and of a timeline shorter than a day, only what lies in the timeline is used.
        """
        rng = stream(self.seed, "jobs", self.name)
        span_s = int(self.timeline.edges_s[-1] - self.timeline.edges_s[0])
        days = max(1, span_s // 86_400)
        midnight_s = int(self.timeline.edges_s[0])
        day = rng.integers(0, days, self.count)
        hour = rng.uniform(self.from_hour, self.to_hour, self.count)
        submit_s = midnight_s + (day * 86_400 + hour * 3600).astype(np.int64) % span_s
        duration_s = (
            np.clip(rng.lognormal(np.log(self.hours), self.spread, self.count), 0.1, self.longest_h)
            * 3600
        )
        declared_s = (
            np.ceil(duration_s * rng.uniform(1.0, self.overrun_most, self.count) / 900) * 900
        )
        order = np.argsort(submit_s, kind="stable")
        return trace_of(
            source=f"synthetic jobs, seed {self.seed}",
            submit_s=submit_s[order],
            duration_s=duration_s[order].astype(np.int64),
            declared_s=declared_s[order].astype(np.int64),
            units=rng.choice(self.sizes, self.count)[order].astype(np.float64),
            name=np.asarray([f"{self.name}-{number:03d}" for number in range(1, self.count + 1)]),
            label=np.full(self.count, self.name),
            notes=("jobs are synthetic: arrivals, sizes and run times are drawn, not logged",),
        )


QUARTER_S = 900


def quarter_hours_over(timeline: Timeline, warm_up_h: int) -> Timeline:
    """Quarters of an hour over a case and the days before it, for forecasters that look back.

    What is made up never depends on the step of the case: weather that a finer step sees is the same weather.
    """
    start_s = int(timeline.edges_s[0]) - warm_up_h * 3600
    quarters = -(-(int(timeline.edges_s[-1]) - start_s) // QUARTER_S)
    return regular(instant(start_s), timedelta(seconds=QUARTER_S), quarters)
