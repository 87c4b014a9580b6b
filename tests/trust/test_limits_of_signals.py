"""What a market does not allow and what fuels cannot emit is doubted; what they do stands, however odd it looks."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case, read_case
from gridtide.case.signal_limits import limits_of
from gridtide.finding import BadInput
from gridtide.loop.sight import expected, trusted
from gridtide.signals.limits import FUELS_G_PER_KWH, mix_g_per_kwh
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import regular
from gridtide.trust.quarantine import quarantined
from gridtide.trust.second_source import borne_out

SITE = (Path(__file__).parents[1] / "fixtures" / "one_site.toml").read_text()
START = datetime(2023, 3, 1, tzinfo=UTC)
LONG = timedelta(days=99)


def case(folder: Path, keys: str, rows: str, zone: str = "NORTH", rates: str = "") -> Path:
    """The site of the fixture whose zone has a table of its own."""
    (folder / "table.csv").write_text(rows)
    path = folder / "case.toml"
    tables = f"""
[[signal]]
zone = "{zone}"
kinds = ["temperature_c", "relative_humidity"]

[[signal]]
zone = "{zone}"
source = "table"
path = "table.csv"
{keys}
"""
    path.write_text(SITE.replace('zone = "NORTH"', f'zone = "{zone}"') + tables + rates)
    return path


def table(column: str, odd: dict[int, float], usual: float) -> str:
    """Nine days of hours of one column, most of them as usual; odd: by hours after the start."""
    begin = START - timedelta(days=8)
    lines = [
        f"{begin + timedelta(hours=h):%Y-%m-%dT%H:%MZ},{odd.get(h - 192, usual)}"
        for h in range(216)
    ]
    return "\n".join([f"time,{column}", *lines]) + "\n"


def test_a_price_beyond_its_market_is_replaced_and_one_at_the_floor_stands(tmp_path: Path) -> None:
    """As zones.toml knows the market, without a word in the case; the forecast stands where it was."""
    rows = table("price_per_mwh", {3: -500.0, 5: -501.0, 7: 4000.0, 9: 4001.0}, 60.0)
    study = load_case(case(tmp_path, 'currency = "EUR"', rows + "", "DE-LU").absolute())
    horizon = study.timeline
    clean, (doubt,) = trusted(study.history, Kind.PRICE, "DE-LU", horizon, START)
    assert np.flatnonzero(np.isnan(clean.values[:20])).tolist() == [5, 9]
    assert "2 values" in str(doubt) and "the market of DE-LU allows" in str(doubt)
    filled = expected(study.history, study.cadence.forecaster, clean, (doubt,), START)
    assert np.isfinite(filled.values[[5, 9]]).all() and abs(filled.values[5]) < 500.0


def test_limits_of_a_case_are_in_its_own_currency(tmp_path: Path) -> None:
    """The market's are scaled by the rate, a stated floor stands for the market's."""
    rows = table("price_per_mwh", {}, 60.0)
    dollars = case(
        tmp_path, 'currency = "USD"\nfloor_per_mwh = -30', rows, rates="\n[rates]\nUSD = 0.9\n"
    )
    (limit,) = limits_of(read_case(dollars))
    assert (limit.low, limit.high) == (-27.0, float("inf"))


def test_carbon_that_its_fuels_cannot_emit_is_doubted(tmp_path: Path) -> None:
    """Too clean for a grid of coal, too dirty for one of gas and wind."""
    fuels = "fuels = { coal = [0.5, 0.8], gas = [0.1, 0.4], wind = [0, 0.3] }"
    rows = table("carbon_average_g_per_kwh", {4: 20.0, 6: 1_250.0}, 700.0)
    keys = f'kinds = ["carbon_average_g_per_kwh"]\n{fuels}'
    price = '\n[[signal]]\nzone = "NORTH"\nkinds = ["price_per_mwh"]\n'
    study = load_case(case(tmp_path, keys, rows, rates=price))
    clean, (doubt,) = trusted(
        study.history, Kind.CARBON_AVERAGE, "NORTH", study.timeline, study.timeline.end
    )
    assert np.flatnonzero(np.isnan(clean.values)).tolist() == [4, 6]
    assert "which its fuels allow" in str(doubt)


@given(st.dictionaries(st.sampled_from(sorted(FUELS_G_PER_KWH)), st.floats(0.01, 1.0), min_size=1))
def test_every_mix_within_its_shares_lies_within_its_limits(parts: dict[str, float]) -> None:
    """Whatever each fuel emits in its own range."""
    whole = sum(parts.values())
    shares = {fuel: part / whole for fuel, part in parts.items()}
    bounds = {fuel: (0.5 * one, min(1.0, 1.5 * one)) for fuel, one in shares.items()}
    low, high = mix_g_per_kwh(bounds)
    for end in (0, 1):
        said = sum(share * FUELS_G_PER_KWH[fuel][end] for fuel, share in shares.items())
        assert low - 1e-6 <= said <= high + 1e-6


def test_a_leap_of_carbon_stands_where_a_second_source_shows_it() -> None:
    """And is doubted where nobody does; a price that leaps stands."""
    hours = regular(START, timedelta(hours=1), 6)
    for kind, doubted in product((Kind.CARBON_AVERAGE, Kind.PRICE), (True, False)):
        values = np.asarray([400.0, 410.0, 1_200.0, 400.0, 390.0, 380.0])
        currency = "EUR" if kind is Kind.PRICE else None
        signal = Signal(
            kind=kind, zone="X", timeline=hours, values=values, source="one", currency=currency
        )
        kept, doubts = borne_out(signal, () if doubted else (signal,))
        assert bool(doubts) == np.isnan(kept.values[2]) == (doubted and kind is Kind.CARBON_AVERAGE)
        assert quarantined(signal, START, LONG)[1] == ()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("floor_per_mwh = 5\ncap_per_mwh = 4", "cap_per_mwh"),
        ("fuels = { peat = [0, 1] }", "coal"),
        ("fuels = { coal = [0, 0.4], gas = [0, 0.4] }", "can sum to 1"),
        ("fuels = { coal = [0.9, 0.4], gas = [0, 0.7] }", "its least share first"),
        ("carbon_least_g_per_kwh = 9\ncarbon_most_g_per_kwh = 2", "carbon_most_g_per_kwh"),
    ],
)
def test_limits_that_nothing_lies_within_are_refused(tmp_path: Path, keys: str, said: str) -> None:
    """With the key and the limit."""
    with pytest.raises(BadInput, match=said):
        read_case(case(tmp_path, keys, "time,price_per_mwh\n"))
