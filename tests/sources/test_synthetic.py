"""Made-up series look like the real ones where it matters: days, seasons, persistence, ranges, floors."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.digest import digest
from gridtide.signals.signal import Nature, Signal
from gridtide.sources.synthetic import Climate, Market, Synthetic, SyntheticJobs
from gridtide.timeline import regular

START = datetime(2023, 1, 1, tzinfo=UTC)
YEAR = regular(START, timedelta(hours=1), 8760)
CLIMATE = Climate(year_swing_c=12.0)
MARKET = Market(mean_per_mwh=60.0, swing_per_mwh=30.0, dip_per_mwh=70.0, dips=((11.0, 15.0),),
                noise_per_mwh=15.0, floor_per_mwh=-40.0, currency="EUR")  # fmt: skip
OFFSET_H = 8


def year(seed: int) -> dict[str, Signal]:
    """Every series of a year at one place, on a clock eight hours ahead."""
    made = Synthetic(zone="here", timeline=YEAR, seed=seed, clock_offset_h=OFFSET_H)
    return {
        "temperature": made.temperature(CLIMATE), "humidity": made.humidity(CLIMATE),
        "wind": made.wind(CLIMATE), "solar": made.solar(CLIMATE, 40.0, 115.0),
        "price": made.price(MARKET), "carbon": made.carbon(500.0, 150.0, ((11.0, 15.0),)),
        "curtailment": made.curtailment(1000.0, ((0.0, 6.0), (11.0, 14.0)), CLIMATE),
        "requests": made.requests(100.0, 0.5, 20.0),
    }  # fmt: skip


def by_hour(signal: Signal) -> NDArray[np.float64]:
    """Mean of each local hour of the day, (24,)."""
    return np.asarray(np.roll(signal.values.reshape(365, 24).mean(axis=0), OFFSET_H))


def likeness(signal: Signal, hours: int) -> float:
    """Correlation with itself some hours later."""
    return float(np.corrcoef(signal.values[hours:], signal.values[:-hours])[0, 1])


@pytest.mark.parametrize("seed", [1, 2, 3])
class TestAYear:
    """One year, hour by hour."""

    def test_every_series_says_that_it_is_made_up(self, seed: int) -> None:
        """In its nature and its source; the same seed gives the same bytes, another one others."""
        series = year(seed)
        for name, signal in series.items():
            assert signal.nature is Nature.SYNTHETIC
            assert signal.source == f"synthetic, seed {seed}"
            assert np.isfinite(signal.values).all(), name
            assert digest(signal) == digest(year(seed)[name])
            assert digest(signal) != digest(year(seed + 10)[name])

    def test_days_have_their_shape(self, seed: int) -> None:
        """Warm and dry in the afternoon, wind at night, sun at noon, dear and dirty evenings, cheap noon."""
        series = {name: by_hour(signal) for name, signal in year(seed).items()}
        assert 13 <= series["temperature"].argmax() <= 16
        assert 13 <= series["humidity"].argmin() <= 16
        assert series["wind"][[0, 1, 2, 3]].mean() > series["wind"][[12, 13, 14, 15]].mean()
        assert 11 <= series["solar"].argmax() <= 14
        assert series["solar"][[0, 1, 2, 23]].max() == 0.0
        assert 17 <= series["price"].argmax() <= 21
        assert 11 <= series["price"].argmin() <= 14
        assert 17 <= series["carbon"].argmax() <= 22
        assert series["curtailment"][[8, 9, 16, 17, 18, 19, 20]].max() == 0.0
        assert 18 <= series["requests"].argmax() <= 21

    def test_the_year_has_its_seasons(self, seed: int) -> None:
        """July is warmer and sunnier than January, by what was asked."""
        series = year(seed)
        january, july = slice(0, 744), slice(4344, 5088)
        warmer = (
            series["temperature"].values[july].mean() - series["temperature"].values[january].mean()
        )
        assert warmer == pytest.approx(24.0, abs=4.0)
        assert series["solar"].values[july].mean() > 1.4 * series["solar"].values[january].mean()

    def test_hours_follow_from_the_hours_before(self, seed: int) -> None:
        """No white noise: weather most of all, prices less; a day resembles the day before."""
        series = year(seed)
        least = {
            "temperature": 0.95, "humidity": 0.9, "wind": 0.85, "solar": 0.85, "price": 0.6,
            "carbon": 0.75, "curtailment": 0.6, "requests": 0.85,
        }  # fmt: skip
        for name, bound in least.items():
            assert bound < likeness(series[name], 1) < 0.999, name
        for name in ("price", "carbon", "requests", "solar"):
            assert likeness(series[name], 24) > likeness(series[name], 12) + 0.3, name

    def test_values_lie_where_nature_and_the_market_allow(self, seed: int) -> None:
        """Shares in 0 to 1, capacity factors of real fields, negative hours down to the floor and no further."""
        series = {name: signal.values for name, signal in year(seed).items()}
        for name in ("humidity", "wind", "solar"):
            assert series[name].min() >= 0.0 and series[name].max() <= 1.0, name
        assert 0.2 < series["wind"].mean() < 0.45
        assert 0.1 < series["solar"].mean() < 0.25
        assert -30.0 < series["temperature"].min() < series["temperature"].max() < 45.0
        assert series["price"].min() == -40.0
        assert 0.05 < (series["price"] < 0).mean() < 0.3
        assert series["carbon"].min() >= 20.0
        assert series["curtailment"].min() >= 0.0 and series["curtailment"].max() <= 750.0
        assert series["requests"].min() > 0.0

    def test_requests_are_fewer_at_the_weekend(self, seed: int) -> None:
        """By local days: Saturday and Sunday."""
        requests = year(seed)["requests"].values
        days = ((YEAR.starts_s // 3600 + OFFSET_H) // 24 + 3) % 7
        assert requests[days >= 5].mean() < 0.9 * requests[days < 5].mean()


def test_one_series_more_changes_no_other() -> None:
    """Each draws from a stream of its own, named by what and where."""
    made = Synthetic(zone="here", timeline=YEAR, seed=1)
    alone = made.price(MARKET)
    made.wind(CLIMATE)
    assert digest(alone) == digest(made.price(MARKET))
    there = Synthetic(zone="there", timeline=YEAR, seed=1).price(MARKET)
    assert abs(np.corrcoef(alone.values - np.roll(alone.values, 24), there.values)[0, 1]) < 0.2


@given(
    step_min=st.sampled_from([15, 30, 60]),
    steps=st.integers(1, 400),
    count=st.integers(1, 80),
    seed=st.integers(0, 50),
)
def test_jobs_arrive_inside_the_timeline_and_declare_no_less_than_they_run(
    step_min: int, steps: int, count: int, seed: int
) -> None:
    """Also where the timeline is cut in the middle of a day, or is shorter than one."""
    timeline = regular(START, timedelta(minutes=step_min), steps)
    jobs = SyntheticJobs(
        name="batch", timeline=timeline, seed=seed, count=count, sizes=(8, 64), hours=2.0
    ).read()
    assert len(jobs) == count
    assert (np.diff(jobs.submit_s) >= 0).all()
    assert (jobs.submit_s >= timeline.edges_s[0]).all()
    assert (jobs.submit_s < timeline.edges_s[-1]).all()
    assert (jobs.declared_s >= jobs.duration_s).all() and (jobs.duration_s >= 360).all()
    assert set(jobs.units.tolist()) <= {8.0, 64.0}
    assert any("synthetic" in note for note in jobs.notes)
