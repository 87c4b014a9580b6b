"""A file as the doctor sees it: columns as they came, nothing sorted, shifted or filled."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.case.zones import zone_known
from gridtide.doors.raw_column import (
    CURRENCIES,
    FORECAST,
    PER_CENT,
    grouped,
    kind_of,
    marked_estimates,
    numbers_of,
    parts_of,
    stamps_of,
)
from gridtide.finding import BadInput, Finding
from gridtide.signals.check import Check, Verdict
from gridtide.signals.raw import Raw
from gridtide.signals.signal import PRICES

if TYPE_CHECKING:
    import polars as pl

SPLITS = ("zone", "area", "site", "region", "fuel", "quantity", "client", "day_local")
"""Columns that tell series of one file apart."""
BESIDE = ("interval_min", "issued_at", "t_s")
"""Columns of numbers that measure nothing."""
TIMES = ("time", "interval", "hour_", "period", "start", "datum", "settlementdate", "mtu", "utc")
"""How the name of a column of times begins."""


def frame_of(path: Path) -> "pl.DataFrame":
    """The table of a CSV or Parquet file. Raises BadInput when it is none."""
    import polars as pl

    from gridtide.sources import content_of, other_separator, text_of

    raw = content_of(path)
    hint = ""
    try:
        if raw.startswith(b"PAR1"):
            frame = pl.read_parquet(raw)
        else:
            text = text_of(path)
            hint = other_separator(text.splitlines()[:1])
            separator = separator_of(text)
            frame = _typed(pl.read_csv(text.encode(), infer_schema=False, separator=separator))
        if frame.height == 0:
            raise ValueError("has columns but no rows")
        return frame
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0][:160] if str(error) else "cannot be read"
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=reason,
                    limit="a CSV or Parquet table",
                    mend=f"Export it again.{hint}",
                )
            ]
        ) from error


def _typed(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Columns of numbers as numbers; what only looks like numbers stays as it is written."""
    import polars as pl

    columns = []
    for column in frame:
        text = column.str.strip_chars().replace("", None)
        numbers = text.cast(pl.Float64, strict=False)
        whole = numbers.null_count() == text.null_count() < len(text)
        columns.append(numbers if whole and not grouped(text).any() else column)
    return pl.DataFrame(columns)


def separator_of(text: str) -> str:
    """The sign between the cells of a text: a semicolon or a tab where the first line has more of it."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=lambda sign: (first.count(sign), sign == ","))


def separator_check(path: Path) -> "tuple[Check, ...]":
    """What is to be said of the sign between cells; nothing of commas and of Parquet."""
    from gridtide.sources import content_of, text_of

    if content_of(path).startswith(b"PAR1"):
        return ()
    sign = separator_of(text_of(path))
    if sign == ",":
        return ()
    told = {";": "semicolons", "\t": "tabs"}[sign]
    return (
        Check(
            check="separator",
            verdict=Verdict.DECIDE,
            sentence=f"cells are divided by {told}",
            mend="Readers of gridtide expect commas between cells and points in numbers; export it so.",
        ),
    )


def has_times(frame: "pl.DataFrame") -> bool:
    """Whether a column of a table says when."""
    return _time_name(frame) is not None


def is_log(frame: "pl.DataFrame") -> bool:
    """Whether rows are jobs or requests, which come when they come."""
    return "duration_s" in frame.columns or {"input_tokens", "output_tokens"} <= set(frame.columns)


def series_of(
    frame: "pl.DataFrame", path: Path, zone: str | None, stamp: str | None, currency: str | None
) -> list[Raw]:
    """Every numeric column of a table with times, zone by zone. Raises BadInput without a time column."""
    import polars as pl

    time = _time_column(frame, path)
    splits = [name for name in SPLITS if name in frame.columns]
    parts = pl.concat_str(
        [frame[name].cast(pl.String).fill_null("?") for name in splits] or [pl.lit(zone or "here")],
        separator=" ",
    )
    keys = frame.select(key=parts)["key"] if splits else pl.Series([zone or "here"] * frame.height)
    newest = _newest(frame, keys, time)
    places = sorted(keys.unique().to_list())
    wanted = [place for place in places if _meant(place, zone)]
    if not wanted:
        raise BadInput(
            [
                Finding(
                    subject=f"--zone {zone}",
                    value="is not in the file",
                    limit="one of " + ", ".join(places[:20]),
                    mend="Name one of them.",
                )
            ]
        )
    found = []
    for place in wanted:
        mask = (keys == place).to_numpy() & newest
        found += _columns(
            frame.filter(pl.Series(mask)), np.flatnonzero(mask) + 1, time, place, stamp, currency
        )
    if not found:
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value="has no column of numbers: " + ", ".join(frame.columns[:12]),
                    limit="a column of values beside the times",
                    mend="Check that the right file was given.",
                )
            ]
        )
    return found


def _meant(place: str, zone: str | None) -> bool:
    """Whether a place of the file is the zone that was asked for, under any of its names."""
    first = place.split(" ")[0]
    if zone in (None, place, first):
        return True
    here, asked = zone_known(first), zone_known(str(zone))
    return here is not None and here is asked


def _newest(frame: "pl.DataFrame", keys: "pl.Series", time: str) -> NDArray[np.bool_]:
    """Rows of the newest issue of each time: that a forecast was said twice is no fault."""
    import polars as pl

    if "issued_at" not in frame.columns:
        return np.ones(frame.height, dtype=np.bool_)
    told = pl.DataFrame({"key": keys, "time": frame[time], "issued": frame["issued_at"]})
    is_newest = (pl.col("issued") == pl.col("issued").max().over(["key", "time"])).fill_null(True)
    return np.asarray(told.select(is_newest).to_series().to_numpy(), dtype=np.bool_)


def _columns(
    frame: "pl.DataFrame",
    rows: NDArray[np.int64],
    time: str,
    place: str,
    stamp: str | None,
    currency: str | None,
) -> list[Raw]:
    relative = time == "t_s"
    stamps, naive = (frame[time].cast(float).to_numpy(), False) if relative else stamps_of(frame[time])  # fmt: skip
    known = zone_known(place.split(" ")[0])
    found = []
    for name in frame.columns:
        if name in (time, *BESIDE, *SPLITS):
            continue
        values, words = numbers_of(frame[name], name)
        if values is None:
            continue
        long = name == "value" and "quantity" in frame.columns
        quantity = str(frame["quantity"][0]) if long else name
        kind = kind_of(quantity)
        price = kind in PRICES
        found.append(
            Raw(
                name=f"{name} of {place}",
                kind=kind,
                zone=known.name if known else place,
                stamps_s=stamps,
                values=values,
                words=words,
                rows=rows,
                stamp_is_end=stamp == "end" or (stamp is None and "end" in time.lower()),
                naive=naive,
                relative=relative,
                assumed="assumed" in time.lower() and not naive,
                clock=known.clock if known else None,
                currencies=_currencies(frame, name, currency) if price else (),
                market_currency=known.currency if known and price else None,
                floor_per_mwh=known.floor_per_mwh if known and price else None,
                cap_per_mwh=known.cap_per_mwh if known and price else None,
                per_cent=bool(parts_of(quantity) & PER_CENT),
                forecast=bool(parts_of(quantity) & FORECAST) and "issued_at" not in frame.columns,
                estimated=marked_estimates(frame, quantity),
            )
        )
    return found


def _time_name(frame: "pl.DataFrame") -> str | None:
    import polars as pl

    for name in frame.columns:
        if isinstance(frame.schema[name], pl.Datetime) or name.lower().startswith(TIMES):
            return name
    return "t_s" if "t_s" in frame.columns and frame.schema["t_s"].is_numeric() else None


def _time_column(frame: "pl.DataFrame", path: Path) -> str:
    named = _time_name(frame)
    if named is not None:
        return named
    raise BadInput(
        [
            Finding(
                subject=str(path),
                value="has no column of times: " + ", ".join(frame.columns[:12]),
                limit="a column named time…, or one of type datetime",
                mend="Rename the column of interval starts to `time`, that of interval ends to `interval_end`.",
            )
        ]
    )


def _currencies(frame: "pl.DataFrame", column: str, given: str | None) -> tuple[str, ...]:
    """The currencies that the owner, the column's name or a column beside it says, in the order of the alphabet."""
    if given:
        return (given,)
    if column in CURRENCIES:
        return (CURRENCIES[column],)
    for name in ("currency", "price_currency"):
        if name in frame.columns:
            filled = frame.filter(frame[column].is_not_null())[name].drop_nulls()
            return tuple(sorted({str(word) for word in filled.unique().to_list()}))
    return ()
