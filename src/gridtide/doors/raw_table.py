"""A file as the doctor sees it: columns as they came, nothing sorted, shifted or filled."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.case.zones import zone_known
from gridtide.finding import BadInput, Finding
from gridtide.signals.doctor import Raw
from gridtide.signals.signal import Kind

if TYPE_CHECKING:
    import polars as pl

KINDS = {
    **{str(kind): kind for kind in Kind},
    "price_local_per_mwh": Kind.PRICE,
    "price_aud_per_mwh": Kind.PRICE,
    "ci_direct_g_per_kwh": Kind.CARBON_AVERAGE,
    "ci_lifecycle_g_per_kwh": Kind.CARBON_AVERAGE,
    "ci_avg_g_per_kwh": Kind.CARBON_AVERAGE,
    "temp_c": Kind.TEMPERATURE,
}
SPLITS = ("zone", "area", "site", "region", "fuel", "quantity")
"""Columns that tell series of one file apart."""
CURRENCIES = {"price_aud_per_mwh": "AUD"}


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
            frame = pl.read_csv(text.encode(), infer_schema_length=None, try_parse_dates=False)
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


def is_jobs(frame: "pl.DataFrame") -> bool:
    """Whether a table is a log of jobs."""
    return "duration_s" in frame.columns


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
    wanted = [place for place in places if zone in (None, place, place.split(" ")[0])]
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
    stamps, naive = _stamps(frame[time])
    own = _currency_of(frame)
    known = zone_known(place.split(" ")[0])
    found = []
    for name in frame.columns:
        if name in (time, "interval_min", "issued_at", *SPLITS):
            continue
        values, words = _numbers_of(frame[name], name)
        if values is None:
            continue
        quantity = (
            str(frame["quantity"][0]) if name == "value" and "quantity" in frame.columns else name
        )
        kind = KINDS.get(quantity)
        found.append(
            Raw(
                name=f"{name} of {place}",
                kind=kind,
                stamps_s=stamps,
                values=values,
                words=words,
                rows=rows,
                stamp_is_end=stamp == "end" or (stamp is None and "end" in time.lower()),
                naive=naive,
                clock=known.clock if known else None,
                currency=(currency or CURRENCIES.get(name) or own) if kind is Kind.PRICE else None,
            )
        )
    return found


def _numbers_of(
    column: "pl.Series", name: str
) -> tuple[NDArray[np.float64] | None, dict[int, str]]:
    """A column as numbers, NaN where empty, and the cells that are words; None when it holds words only."""
    import polars as pl

    if column.dtype.is_numeric():
        return column.cast(float).fill_null(np.nan).to_numpy().astype(np.float64), {}
    if column.dtype != pl.String:
        return None, {}
    text = column.str.strip_chars().replace("", None)
    numbers = text.cast(pl.Float64, strict=False)
    wrong = (numbers.is_null() & text.is_not_null()).to_numpy()
    like = text.drop_nulls().str.contains(r"^[+-]?\d+([.,]\d+)*$").mean()
    if name not in KINDS and not (isinstance(like, float) and like > 0.5):
        return None, {}
    words = {int(at): str(text[int(at)]) for at in np.flatnonzero(wrong)}
    return numbers.fill_null(np.nan).to_numpy().astype(np.float64), words


def _time_column(frame: "pl.DataFrame", path: Path) -> str:
    import polars as pl

    for name in frame.columns:
        if isinstance(frame.schema[name], pl.Datetime) or name.lower().startswith(
            ("time", "interval", "start")
        ):
            return name
    raise BadInput(
        [
            Finding(
                subject=str(path),
                value="has no column of times: " + ", ".join(frame.columns[:12]),
                limit="a column named time…, or one of type datetime",
                mend="Rename the column of interval starts to `time`.",
            )
        ]
    )


def _stamps(column: "pl.Series") -> tuple[NDArray[np.float64], bool]:
    """Seconds since 1970 of each row, NaN where it cannot be read, and whether times carry no zone."""
    import polars as pl

    if isinstance(column.dtype, pl.Datetime):
        naive = column.dtype.time_zone is None
        micro = column.dt.cast_time_unit("us").dt.timestamp("us").cast(float)
        return micro.fill_null(np.nan).to_numpy() / 1e6, naive
    text = (
        column.cast(pl.String)
        .str.strip_chars()
        .str.replace(r"\s+", "T")
        .str.replace(r"[Zz]$", "+00:00")
    )
    text = text.str.replace(r"(T\d\d:\d\d)([+-]|$)", "${1}:00${2}")
    aware = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_zone="UTC")
    if aware.null_count() < len(aware):
        return aware.dt.timestamp("us").cast(float).fill_null(np.nan).to_numpy() / 1e6, False
    plain = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False)
    return plain.dt.timestamp("us").cast(float).fill_null(np.nan).to_numpy() / 1e6, True


def _currency_of(frame: "pl.DataFrame") -> str | None:
    """The one currency a file names in a column, None without one."""
    for name in ("currency", "price_currency"):
        if name in frame.columns:
            named = frame[name].drop_nulls().unique().to_list()
            if len(named) == 1:
                return str(named[0])
    return None
