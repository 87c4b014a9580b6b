"""What is read from outside?

One file per provider, its name map on top. What every reader on the shelf needs stands here: opening a
file, decoding it, and checking its columns so that all faults show at once.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.timeline import Timeline, instant

if TYPE_CHECKING:
    import polars as pl

SHOWN_ROWS = 5
EMPTY_WORDS = ("",)
LATEST_S = 32_503_680_000
"""Seconds since 1970 of the year 3000: no time or span in a file may lie beyond."""

DECIMAL_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")
THOUSANDS = r"^\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*$"


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Rows of a file under house names, and how a person finds one of them again.

    frame: the columns that the reader's name map asked for.
    numbers: the number of each row as a person counts: lines of a text, rows of a Parquet file.
    headings: the columns of the file under its own names.
    """

    source: str
    frame: "pl.DataFrame"
    numbers: NDArray[np.int64]
    word: str
    headings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def where(self, row: int) -> str:
        """File and row, as the subject of a finding."""
        return f"{self.source} {self.word} {self.numbers[row]}"


def kept(table: Table, mask: NDArray[np.bool_]) -> Table:
    """The rows of a table where the mask is true."""
    import polars as pl

    return replace(table, frame=table.frame.filter(pl.Series(mask)), numbers=table.numbers[mask])


# ---------------------------------------------------------------------------------------------------
# Opening


def content_of(path: Path) -> bytes:
    """The bytes of a file, unpacked when it is gzip. Raises BadInput when there is nothing to read."""
    source = str(path)
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError:
        raise _refusal(source, "does not exist", "a file", "Check the path.") from None
    except OSError as error:
        what = error.strerror or "cannot be read"
        raise _refusal(source, what, "a file that can be read", "Check path and rights.") from None
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error):
            mend = "Copy or download it again."
            raise _refusal(source, "broken gzip", "a whole gzip file", mend) from None
    if not raw.strip():
        raise _refusal(source, "is empty", "at least one row", "Export it again.")
    return raw


def text_of(path: Path) -> str:
    """The text of a file in UTF-8, unpacked when it is gzip. Raises BadInput when it is no text."""
    raw = content_of(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        value = f"byte {raw[error.start]:#04x} is no UTF-8"
        raise _refusal(f"{path} line {line}", value, "text in UTF-8", "Save it as UTF-8.") from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise _refusal(f"{path} line {line}", "a zero byte", "plain text", "Save it as UTF-8.")
    return text


def open_table(
    path: Path,
    names: Mapping[str, str],
    *,
    optional: frozenset[str] = frozenset(),
    separator: str = ",",
    quotes: bool = True,
    header: tuple[str, ...] = (),
) -> Table:
    """A Parquet or delimited text file as a table, its columns under house names.

    names: provider's column name -> house name; where several give one house name, the first one that
    the file has is taken. optional: house names that may be absent.
    header: the column names of a text file that has no header line of its own.
    Raises BadInput for a file that cannot be read, has no rows or lacks a column.
    """
    raw = content_of(path)
    if raw.startswith(b"PAR1"):
        frame, first, word = _parquet(path, raw), 1, "row"
    else:
        frame = _delimited(path, text_of(path), separator, quotes=quotes, header=header)
        first, word = (1 if header else 2), "line"
    chosen: dict[str, str] = {}
    for theirs, ours in names.items():
        if theirs in frame.columns:
            chosen.setdefault(ours, theirs)
    refuse_if_any(_doubled(path, frame.columns, chosen))
    _refuse_missing_columns(path, frame.columns, names, chosen, optional)
    if frame.height == 0:
        raise _refusal(str(path), "has columns but no rows", "at least one row", "Export it again.")
    table = Table(
        source=str(path),
        frame=frame.select(**chosen),
        numbers=np.arange(first, first + frame.height, dtype=np.int64),
        word=word,
        headings=tuple(frame.columns),
    )
    refuse_if_any(
        _wrong_type(table, name, "numbers, words or times")
        for name in table.frame.columns
        if not _is_plain(table.frame.schema[name])
    )
    return table


def open_said(
    path: Path, names: Mapping[str, str], columns: Mapping[str, str], optional: frozenset[str]
) -> Table:
    """A table whose columns somebody said: columns, house name -> the file's, stand before what names knows of it.

    names, optional: as `open_table` has them. Raises BadInput as it does, and for every name that is not ours and
    every column that is not there.
    """
    ours = frozenset(names.values())
    others = {theirs: name for theirs, name in names.items() if name not in columns}
    said = {theirs: name for name, theirs in columns.items()}
    table = open_table(path, {**others, **said}, optional=optional | columns.keys())
    refuse_if_any(
        Finding(
            subject=f"--map {name}={theirs}",
            value=f"{path} has no column {theirs}"
            if name in ours
            else f"{name} is no column of ours",
            limit=f"one of {', '.join(table.headings if name in ours else sorted(ours))}",
            mend="Write --map HOUSE_NAME=COLUMN.",
        )
        for name, theirs in columns.items()
        if name not in ours or name not in table.frame.columns
    )
    return table


def _is_plain(dtype: "pl.DataType") -> bool:
    import polars as pl

    plain = (pl.String, pl.Boolean, pl.Datetime, pl.Categorical, pl.Enum, pl.Null)
    return dtype.is_numeric() or isinstance(dtype, plain)


def _parquet(path: Path, raw: bytes) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_parquet(raw)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else "cannot be decoded"
        mend = "Write it again; it may be cut short."
        raise _refusal(str(path), reason, "a whole Parquet file", mend) from None


def _delimited(
    path: Path, text: str, separator: str, *, quotes: bool, header: tuple[str, ...]
) -> "pl.DataFrame":
    import polars as pl

    try:
        frame = pl.read_csv(
            text.encode(),
            separator=separator,
            quote_char='"' if quotes else None,
            has_header=not header,
            new_columns=header or None,
            infer_schema=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else "cannot be split"
        limit = f"rows of equally many fields between {separator!r}"
        mend = "Export it again; it may be cut short."
        if separator == "," and ";" in text.partition("\n")[0]:
            mend = "Its first line has ';': export it with ',' between fields and '.' in numbers."
        raise _refusal(str(path), reason, limit, mend) from None
    return frame.rename({name: name.strip() for name in _renamable(frame.columns)})


def _renamable(columns: list[str]) -> list[str]:
    """Column names with blanks around them whose plain form is not taken."""
    return [name for name in columns if name != name.strip() and name.strip() not in columns]


def _doubled(path: Path, there: list[str], chosen: Mapping[str, str]) -> Iterator[Finding]:
    """A fault for each wanted column that a header names twice (the second is renamed by the reader)."""
    for theirs in chosen.values():
        if f"{theirs}_duplicated_0" in there:
            yield Finding(
                subject=str(path),
                value=f"has two columns named {theirs}",
                limit="each name once",
                mend="Rename or remove one of them.",
            )


def other_separator(columns: Sequence[str]) -> str:
    """A hint when a table of one column looks divided by another sign, else nothing."""
    if len(columns) == 1 and re.search(r"[;\t|]", columns[0]):
        return " It looks divided by another sign; export it with commas as separators and points in numbers."
    return ""


def _refuse_missing_columns(
    path: Path,
    there: list[str],
    names: Mapping[str, str],
    chosen: Mapping[str, str],
    optional: frozenset[str],
) -> None:
    found = ", ".join(there[:20])
    mend = f"The file has: {found}.{other_separator(there)}"
    wanted: dict[str, list[str]] = {}
    for theirs, ours in names.items():
        wanted.setdefault(ours, []).append(theirs)
    refuse_if_any(
        Finding(
            subject=str(path),
            value=f"has no column {' or '.join(theirs)}",
            limit="it is needed",
            mend=mend,
        )
        for ours, theirs in wanted.items()
        if ours not in chosen and ours not in optional
    )


def _refusal(subject: str, value: str, limit: str, mend: str) -> BadInput:
    return BadInput([Finding(subject=subject, value=value, limit=limit, mend=mend)])


# ---------------------------------------------------------------------------------------------------
# Checking


def faults_of_rows(
    table: Table,
    column: str,
    wrong: NDArray[np.bool_],
    limit: str,
    mend: str | Callable[[str], str],
) -> Iterator[Finding]:
    """One finding for each of the first wrong rows of a column, and one that counts the others."""
    rows = np.flatnonzero(wrong)
    cells = table.frame[column] if column in table.frame.columns else None
    for row in rows[:SHOWN_ROWS].tolist():
        cell = None if cells is None else cells[row]
        value = "nothing" if cell is None or cell == "" else str(cell)
        yield Finding(
            subject=f"{table.where(row)} {column}",
            value=value,
            limit=limit,
            mend=mend if isinstance(mend, str) else mend(value),
        )
    if len(rows) > SHOWN_ROWS:
        yield Finding(
            subject=f"{table.source} {column}",
            value=f"{len(rows) - SHOWN_ROWS} more rows with this fault",
            limit=limit,
            mend=f"The last is {table.word} {table.numbers[rows[-1]]}.",
        )


def numbers(
    table: Table,
    column: str,
    faults: list[Finding],
    *,
    least: float = -np.inf,
    most: float = np.inf,
    unknown: bool = False,
    thousands: bool = False,
) -> NDArray[np.float64]:
    """A column as numbers, NaN where a cell is empty; adds a fault for each cell that is none.

    least, most: inclusive limits. unknown: an empty cell is allowed. thousands: `1,234` is 1234.
    """
    import polars as pl

    series = table.frame[column]
    if series.dtype == pl.String:
        plain = series.str.strip_chars()
        empty = (series.is_null() | plain.is_in(EMPTY_WORDS)).to_numpy()
        if thousands:
            is_grouped = series.str.contains(THOUSANDS)
            bare = plain.str.replace_all(",", "", literal=True)
            plain = pl.select(pl.when(is_grouped).then(bare).otherwise(plain)).to_series()
        values = plain.cast(pl.Float64, strict=False)
    elif series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
        empty = series.is_null().to_numpy()
        values = series.cast(pl.Float64)
    else:
        faults.append(_wrong_type(table, column, "numbers"))
        return np.full(len(table), np.nan)
    array = values.fill_null(np.nan).to_numpy().astype(np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(array) & (array >= least) & (array <= most))
    wrong = wrong & ~empty if unknown else wrong | empty
    faults.extend(faults_of_rows(table, column, wrong, _limits(least, most), _mend_of_number))
    return np.where(wrong, np.nan, array)


def whole_seconds(
    table: Table,
    column: str,
    faults: list[Finding],
    *,
    least: float = 0.0,
    unknown: bool = False,
) -> NDArray[np.float64]:
    """A column of spans or moments in seconds, rounded to whole ones, NaN where a cell is empty."""
    return np.round(numbers(table, column, faults, least=least, most=LATEST_S, unknown=unknown))


def words(table: Table, column: str) -> NDArray[np.str_]:
    """A column as text, empty where a cell is empty."""
    import polars as pl

    texts = table.frame[column].cast(pl.String, strict=False).fill_null("").str.strip_chars()
    return np.asarray(texts.to_list(), dtype=np.str_)


def aware_s(
    table: Table, column: str, faults: list[Finding], *, unknown: bool = False
) -> NDArray[np.float64]:
    """A column of times that carry their zone, in seconds since 1970; adds a fault for each naive one.

    unknown: an empty cell is allowed and gives NaN.
    """
    import polars as pl

    series = table.frame[column]
    if isinstance(series.dtype, pl.Datetime):
        if series.dtype.time_zone is None:
            faults.append(_naive(table, column))
            return np.full(len(table), np.nan)
        moments = series.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    elif series.dtype == pl.String:
        plain = series.str.strip_chars()
        spelt = plain.str.replace(r"\s+", "T").str.replace(r"[Zz]$|T?UTC$", "+00:00")
        spelt = spelt.str.replace(r"([+-]\d\d)(\d\d)?$", "$1:${2}").str.replace(r":$", ":00")
        spelt = spelt.str.replace(r"(T\d\d:\d\d)([+-])", "${1}:00${2}")
        moments = spelt.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_zone="UTC")
    else:
        faults.append(_wrong_type(table, column, "times with a zone"))
        return np.full(len(table), np.nan)
    limit = "a time with its zone, as 2026-11-22T09:00:00+08:00"
    return _seconds(table, column, faults, moments, limit, unknown=unknown)


def local_s(
    table: Table, column: str, faults: list[Finding], *, zone: str, form: str, unknown: bool = False
) -> NDArray[np.float64]:
    """A column of clock times of an IANA zone in seconds since 1970 (UTC).

    form: how a text spells a time, in strftime letters. In the hour that comes twice in autumn the
    first one is taken (`twice` tells which rows); a time that spring skips is a fault.
    """
    import polars as pl

    series = table.frame[column]
    if isinstance(series.dtype, pl.Datetime):
        naive = series.dt.cast_time_unit("us")
        if series.dtype.time_zone is not None:
            return _seconds(table, column, faults, naive.dt.convert_time_zone("UTC"), "a time")
    elif series.dtype == pl.String:
        naive = series.str.strip_chars().str.to_datetime(form, strict=False, time_unit="us")
    else:
        faults.append(_wrong_type(table, column, "times"))
        return np.full(len(table), np.nan)
    moments = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    limit = f"a time on the clock of {zone}, spelt {form}"
    return _seconds(
        table, column, faults, moments.dt.convert_time_zone("UTC"), limit, unknown=unknown
    )


def twice(moments_s: NDArray[np.float64], zone: str) -> NDArray[np.bool_]:
    """True where the clock of a zone showed the same time an hour or so later again, shape (n,)."""
    import polars as pl

    known = ~np.isnan(moments_s)
    at = pl.Series(np.where(known, moments_s, 0.0) * 1e6).cast(pl.Int64).cast(pl.Datetime("us"))
    naive = at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    early = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    late = naive.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    return np.asarray(known & (early != late).fill_null(False).to_numpy())


def _seconds(
    table: Table,
    column: str,
    faults: list[Finding],
    moments: "pl.Series",
    limit: str,
    *,
    unknown: bool = False,
) -> NDArray[np.float64]:
    array = moments.dt.timestamp("us").cast(float).fill_null(np.nan).to_numpy() / 1e6
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(array) <= LATEST_S)
    if unknown:
        wrong &= table.frame[column].is_not_null().to_numpy() & (words(table, column) != "")
    mend = "Write each time in this form."
    faults.extend(faults_of_rows(table, column, wrong, limit, mend))
    return np.where(wrong, np.nan, array)


def zone_faults(zone: str, subject: str) -> list[Finding]:
    """A fault when no clock of this name is known."""
    import polars as pl

    try:
        ZoneInfo(zone)
        pl.select(pl.lit(0).cast(pl.Datetime("us")).dt.replace_time_zone(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        return [
            Finding(
                subject=subject,
                value=f"time zone {zone!r} is not known",
                limit="an IANA name",
                mend="Write it as Europe/Berlin, Asia/Shanghai or Etc/GMT-10.",
            )
        ]
    return []


def _naive(table: Table, column: str) -> Finding:
    return Finding(
        subject=f"{table.source} {column}",
        value="times without a zone",
        limit="times that say their zone",
        mend="Write them with an offset, as 2026-11-22T09:00:00+08:00, or as UTC in Parquet.",
    )


def _wrong_type(table: Table, column: str, wanted: str) -> Finding:
    return Finding(
        subject=f"{table.source} {column}",
        value=f"holds {table.frame[column].dtype}",
        limit=wanted,
        mend="Check that the right file and column were given.",
    )


def _limits(least: float, most: float) -> str:
    if np.isfinite(least) and np.isfinite(most):
        return f"a number from {least:,g} to {most:,g}"
    if np.isfinite(least):
        return f"a finite number of {least:g} or more"
    return f"a finite number up to {most:g}" if np.isfinite(most) else "a finite number"


def _mend_of_number(value: str) -> str:
    if DECIMAL_COMMA.fullmatch(value.strip()):
        return "Write a decimal point, and no sign between thousands."
    return "Correct or leave out this row."


# ---------------------------------------------------------------------------------------------------
# Assembling


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """A timeline without holes, and the row of a table that fills each step (-1: none does)."""

    timeline: Timeline
    rows: NDArray[np.int64]
    notes: tuple[str, ...]

    def values(self, column: NDArray[np.float64]) -> NDArray[np.float64]:
        """A column of the table over the steps, NaN where no row fills the step."""
        return np.where(self.rows >= 0, column[self.rows], np.nan)


def steps_of(
    table: Table,
    starts_s: NDArray[np.float64],
    lengths_s: NDArray[np.float64],
    columns: Mapping[str, NDArray[np.float64]],
) -> Steps:
    """Rows of starts and lengths in seconds as one timeline; holes are cut into steps and left empty.

    Rows may come in any order. A row that repeats another one whole is dropped and counted in the
    notes. Raises BadInput when two rows overlap or say different things about one step.
    """
    order = np.argsort(starts_s, kind="stable")
    starts, lengths = starts_s[order].astype(np.int64), lengths_s[order].astype(np.int64)
    ends = starts + lengths
    repeated = np.zeros(len(order), dtype=np.bool_)
    repeated[1:] = (np.diff(starts) == 0) & (np.diff(ends) == 0)
    for column in columns.values():
        ordered = column[order]
        same = (ordered[1:] == ordered[:-1]) | (np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
        repeated[1:] &= same
    single, starts, ends = order[~repeated], starts[~repeated], ends[~repeated]
    overlapping = np.flatnonzero(starts[1:] < ends[:-1])
    refuse_if_any(_overlaps(table, single, starts, overlapping))
    notes = []
    if repeated.any():
        notes.append(f"{int(repeated.sum())} rows repeat another row exactly and were left out")
    if (order != np.arange(len(order))).any():
        notes.append("rows were not in the order of time and were sorted")
    edges, rows, holes = _without_holes(starts, ends, single)
    if holes:
        notes.append(f"{holes} steps have no row and are unknown")
    return Steps(timeline=Timeline(edges_s=edges), rows=rows, notes=tuple(notes))


def _overlaps(
    table: Table, rows: NDArray[np.int64], starts: NDArray[np.int64], at: NDArray[np.int64]
) -> Iterator[Finding]:
    for first in at[:SHOWN_ROWS].tolist():
        yield Finding(
            subject=f"{table.where(int(rows[first + 1]))}",
            value=f"begins {instant(int(starts[first + 1]))} while another row still holds",
            limit="one row for each moment",
            mend=f"Compare it with {table.word} {table.numbers[rows[first]]}; keep one of them.",
        )
    if len(at) > SHOWN_ROWS:
        yield Finding(
            subject=table.source,
            value=f"{len(at) - SHOWN_ROWS} more overlapping rows",
            limit="one row for each moment",
            mend="Give one zone, area or region only, and no double months.",
        )


def _without_holes(
    starts: NDArray[np.int64], ends: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Edges, row of each step (-1 in a hole) and number of steps in holes."""
    holes = np.flatnonzero(starts[1:] > ends[:-1])
    inner = [
        np.arange(ends[at], starts[at + 1], _hole_step(starts, ends, at), dtype=np.int64)
        for at in holes.tolist()
    ]
    empty = np.concatenate(inner) if inner else np.empty(0, dtype=np.int64)
    all_starts = np.concatenate([starts, empty])
    all_rows = np.concatenate([rows, np.full(len(empty), -1, dtype=np.int64)])
    order = np.argsort(all_starts, kind="stable")
    return np.append(all_starts[order], ends[-1]), all_rows[order], len(empty)


def _hole_step(starts: NDArray[np.int64], ends: NDArray[np.int64], at: int) -> int:
    """Steps as long as the one before the hole when they fill it, otherwise one long step."""
    hole, before = int(starts[at + 1] - ends[at]), int(ends[at] - starts[at])
    return before if hole % before == 0 and hole // before <= 100_000 else hole


def repeats(table: Table) -> tuple[str, ...]:
    """A note when rows repeat other rows exactly; they are kept, for equal jobs can be real."""
    count = len(table) - table.frame.unique().height
    return (f"{count} rows repeat another row exactly; they are kept",) if count else ()


def counted(mask: NDArray[np.bool_], what: str) -> tuple[str, ...]:
    """A note that says of how many rows something holds, when it holds of any."""
    count = int(mask.sum())
    return (f"{count:,} of {len(mask):,} {what}",) if count else ()


def window_faults(table: Table, at_s: NDArray[np.float64], window_s: int) -> list[Finding]:
    """A fault when requests at these seconds do not fill one window."""
    span_s = float(at_s.max() - at_s.min())
    if isinstance(window_s, int) and 1 <= window_s <= span_s:
        return []
    return [
        Finding(
            subject=f"window_s of {table.source}",
            value=f"{window_s} s for {len(table)} requests in {span_s:g} s",
            limit="whole seconds, 1 or more, that the trace fills at least once",
            mend="Choose a shorter window, or give a longer trace.",
        )
    ]
