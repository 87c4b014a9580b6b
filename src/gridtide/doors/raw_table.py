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
    "price_per_mwh": Kind.PRICE,
    "price_local_per_mwh": Kind.PRICE,
    "price_aud_per_mwh": Kind.PRICE,
    "carbon_average_g_per_kwh": Kind.CARBON_AVERAGE,
    "ci_direct_g_per_kwh": Kind.CARBON_AVERAGE,
    "ci_lifecycle_g_per_kwh": Kind.CARBON_AVERAGE,
    "ci_avg_g_per_kwh": Kind.CARBON_AVERAGE,
    "carbon_marginal_g_per_kwh": Kind.CARBON_MARGINAL,
    "temp_c": Kind.TEMPERATURE,
    "temperature_c": Kind.TEMPERATURE,
}
CURRENCIES = {"price_aud_per_mwh": "AUD"}


def frame_of(path: Path) -> "pl.DataFrame":
    """The table of a CSV or Parquet file. Raises BadInput when it is none."""
    import polars as pl

    from gridtide.sources import content_of, text_of

    raw = content_of(path)
    try:
        if raw.startswith(b"PAR1"):
            return pl.read_parquet(raw)
        return pl.read_csv(text_of(path).encode(), infer_schema_length=None, try_parse_dates=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0][:160] if str(error) else "cannot be read"
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value=reason,
                    limit="a CSV or Parquet table",
                    mend="Export it again.",
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
    split = next(
        (name for name in ("zone", "area", "site", "region") if name in frame.columns), None
    )
    places = sorted(frame[split].cast(pl.String).unique().to_list()) if split else [zone or "here"]
    wanted = [place for place in places if zone is None or place == zone or split is None]
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
        mask = (
            (frame[split].cast(pl.String) == place).to_numpy()
            if split
            else np.ones(frame.height, dtype=np.bool_)
        )
        found += _columns(
            frame.filter(pl.Series(mask)), np.flatnonzero(mask) + 1, time, place, stamp, currency
        )
    return found


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
    known = zone_known(place)
    found = []
    for name in frame.columns:
        if name == time or not frame.schema[name].is_numeric() or name == "interval_min":
            continue
        values = frame[name].cast(float).fill_null(np.nan).to_numpy()
        kind = KINDS.get(name)
        found.append(
            Raw(
                name=f"{name} of {place}",
                kind=kind,
                stamps_s=stamps,
                values=values.astype(np.float64),
                rows=rows,
                stamp_is_end=stamp == "end" or (stamp is None and "end" in time.lower()),
                naive=naive,
                clock=known.clock if known else None,
                currency=(currency or CURRENCIES.get(name) or own) if kind is Kind.PRICE else None,
            )
        )
    return found


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
