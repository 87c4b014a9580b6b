"""What a price can be depends on its money: a million is an error in euros, and an ordinary hour in rupiah."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.signals.plausible import PLAUSIBLE, plausible
from gridtide.signals.signal import Kind
from gridtide.sources.signal_table import SignalTable

ROWS = "time,price_per_mwh\n2025-03-10T00:00Z,{price}\n2025-03-10T01:00Z,{price}\n"


@pytest.mark.parametrize(
    ("currency", "price", "taken"),
    [("EUR", 4000, True), ("EUR", 99_999, False), ("AUD", 20_300, True), ("IDR", 1_100_000, True),
     ("VND", 1_500_000, True), ("KRW", 9e9, False)],
)  # fmt: skip
def test_a_price_is_read_by_the_size_of_its_currency(
    currency: str, price: float, taken: bool, tmp_path: Path
) -> None:
    """Caps of real markets pass, codes for errors do not."""
    path = tmp_path / "prices.csv"
    path.write_text(ROWS.format(price=price))
    table = SignalTable(path=path, currency=currency)
    if taken:
        assert table.read()[0].values[0] == price
        return
    with pytest.raises(BadInput):
        table.read()


def test_a_currency_whose_size_is_not_known_has_the_widest_range() -> None:
    """Nothing is refused for a money that nobody told of."""
    assert plausible(Kind.PRICE, "XTS") == plausible(Kind.PRICE) == PLAUSIBLE[Kind.PRICE]
    assert plausible(Kind.HUMIDITY, "EUR") == PLAUSIBLE[Kind.HUMIDITY]


@pytest.mark.parametrize(
    ("name", "said"), [("hour_ending", "mark the end"), ("hour_beginning", "")]
)
def test_hours_may_be_named_by_their_beginning_or_ending(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The doctor and the reader take the word of the column: a stamp at the end is an hour later."""
    path = tmp_path / "prices.csv"
    rows = "".join(f"2025-03-10T{hour:02d}:00Z,{hour}\n" for hour in range(1, 24))
    path.write_text(f"{name},price_per_mwh\n{rows}")
    assert exit_code(["doctor", str(path), "--currency", "EUR"]) == 0
    assert said in capsys.readouterr().out
    first = SignalTable(path=path, currency="EUR").read()[0].timeline.start
    assert first.hour == (0 if name == "hour_ending" else 1)


@pytest.mark.parametrize(("code", "heard"), [(-99_999, True), (999_999, True), (140_000, False)])
def test_a_code_of_nines_is_no_price_where_a_million_is_one(
    code: int, heard: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In won an ordinary hour costs a hundred thousand, so that a range alone lets loggers' codes pass."""
    path = tmp_path / "prices.csv"
    rows = "".join(
        f"2025-03-{10 + hour // 24:02d}T{hour % 24:02d}:00Z,{code if hour == 30 else 90_000 + 700 * (hour % 24)}\n"
        for hour in range(96)
    )
    path.write_text(f"time,price_per_mwh\n{rows}")
    exit_code(["doctor", str(path), "--currency", "KRW"])
    assert ("codes of nines" in capsys.readouterr().out) is heard
