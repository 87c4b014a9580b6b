"""What one column of a file is by its name and its cells: kind, numbers and words, times, marks of estimates."""

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
    "rel_humidity_pct": Kind.HUMIDITY,
    "cloud_pct": Kind.CLOUD,
    "wind10m_m_per_s": Kind.WIND_SPEED,
}
SUNNY = frozenset({"solar", "pv", "rtpv", "photovoltaic"})
CURRENCIES = {"price_aud_per_mwh": "AUD"}
FORECAST = frozenset({"forecast", "predicted", "prediction"})
PER_CENT = frozenset({"pct", "percent", "percentage"})
ESTIMATE_WORDS = ("true", "1", "yes", "y", "e", "est", "estimated")
ESTIMATED_NAMES = ("estimated", "is_estimated", "ci_estimated")
FLAG_NAMES = ("flag", "quality", "status", "quality_flag", "data_quality", "qualifier")
FLAGGED_WORDS = ("e", "est", "estimate", "estimated")
MEASURED_WORDS = (
    "a",
    "act",
    "actual",
    "m",
    "meas",
    "measured",
    "o",
    "ok",
    "observed",
    "f",
    "final",
    "v",
    "valid",
    "validated",
    "",
)
"""What a column of flags says where some of them mean an estimate; with other words beside, nobody knows."""
COMMA = r"^[+-]?\d+([.,]\d+)*$"
POINTED = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$"


def kind_of(name: str) -> Kind | None:
    """The kind of a column; solar power by its name whatever its unit."""
    return KINDS.get(name) or (Kind.SOLAR if parts_of(name) & SUNNY else None)


def parts_of(name: str) -> set[str]:
    """The words of a column's name, in small letters."""
    return set(re.split(r"[^a-z0-9]+", name.lower()))


def numbers_of(column: "pl.Series", name: str) -> tuple[NDArray[np.float64] | None, dict[int, str]]:
    """A column as numbers, NaN where empty, and the cells that are words; None when it holds words only.

    Where whole numbers stand beside numbers with a point before every three digits, the points divide thousands,
    and those cells count as words.
    """
    import polars as pl

    if column.dtype.is_numeric():
        return column.cast(float).fill_null(np.nan).to_numpy().astype(np.float64), {}
    if column.dtype != pl.String:
        return None, {}
    text = column.str.strip_chars().replace("", None)
    numbers = text.cast(pl.Float64, strict=False)
    like = text.drop_nulls().str.contains(COMMA).mean()
    if name not in KINDS and not (isinstance(like, float) and like > 0.5):
        return None, {}
    in_groups = grouped(text)
    wrong = ((numbers.is_null() & text.is_not_null()) | in_groups).to_numpy()
    words = {int(at): str(text[int(at)]) for at in np.flatnonzero(wrong)}
    values = numbers.fill_null(np.nan).to_numpy().astype(np.float64)
    return np.where(wrong, np.nan, values), words


def grouped(text: "pl.Series") -> "pl.Series":
    """Cells whose points divide thousands; none where a decimal point is possible."""
    import polars as pl

    nothing = pl.Series([False] * len(text))
    pointed = text.str.contains(r"\.").fill_null(False)
    if not pointed.any():
        return nothing
    all_grouped = bool(text.filter(pointed & ~text.str.contains(",").fill_null(False))
                       .str.contains(POINTED).all())  # fmt: skip
    plain = text.filter(~pointed & ~text.str.contains(",").fill_null(False)).drop_nulls()
    sizes = plain.cast(pl.Float64, strict=False).abs()
    small = len(plain) > 0 and bool((sizes < 1000).fill_null(False).all())
    commas = text.str.contains(r"\d,\d{1,2}$").fill_null(False).any()
    return pointed if all_grouped and (small or commas) else nothing


def marked_estimates(frame: "pl.DataFrame", name: str) -> NDArray[np.bool_] | None:
    """Rows that a file marks as estimates for a column; None where nothing marks them."""
    import polars as pl

    carbon = bool(parts_of(name) & {"ci", "carbon", "renewable"})
    marks = [
        mark
        for mark in (f"{name}_estimated", *ESTIMATED_NAMES)
        if mark in frame.columns and (mark != "ci_estimated" or carbon)
    ]
    if not marks:
        return _flagged(frame, name)
    told = frame[marks[0]].cast(pl.String).str.to_lowercase().is_in(list(ESTIMATE_WORDS))
    return np.asarray(told.fill_null(False).to_numpy(), dtype=np.bool_)


def _flagged(frame: "pl.DataFrame", name: str) -> NDArray[np.bool_] | None:
    """Rows whose flag means an estimate, where every word of the flags is known."""
    import polars as pl

    for mark in (*(f"{name}_{flag}" for flag in FLAG_NAMES), *FLAG_NAMES):
        if mark in frame.columns:
            words = frame[mark].cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
            estimates = words.is_in(list(FLAGGED_WORDS))
            if (estimates | words.is_in(list(MEASURED_WORDS))).all() and estimates.any():
                return np.asarray(estimates.to_numpy(), dtype=np.bool_)
    return None


def stamps_of(column: "pl.Series") -> tuple[NDArray[np.float64], bool]:
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
