"""What is wrong with a table that is no series: logs of jobs and requests, rows of measurements."""

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from gridtide.signals.check import ROWS_SHOWN, Check, Verdict

if TYPE_CHECKING:
    import polars as pl

MEASURED = ("_w", "_kw", "_ms", "_s", "_j", "_kwh", "_tdp", "_ms_per_token", "cdf")
LEAST_CELLS = 20
STEADY_WITHIN = 1e-3
BOUNDS = {"avg_power_w": "power_limit_w", "measured_power_w": "power_limit_w"}
"""A measured column, and the column of the limit that was set for it."""
FRACTIONS = ("frac", "share", "fraction", "cdf", "utilisation")


def is_measurements(frame: "pl.DataFrame") -> bool:
    """Whether a table without times holds measurements: rows enough, and a column whose name ends in a unit."""
    numeric = [name for name in frame.columns if frame.schema[name].is_numeric()]
    return frame.height >= LEAST_CELLS and any(name.endswith(MEASURED) for name in numeric)


def checks_of_log(frame: "pl.DataFrame") -> tuple[Check, ...]:
    """Repeated rows, run times that are none, jobs cut off by the end of the log, times without a zone."""
    import polars as pl

    found = [_duplicates(frame, "Equal jobs can be real; they are kept.")]
    if "duration_s" in frame.columns:
        seconds = frame["duration_s"].cast(pl.Float64, strict=False)
        ran = ((seconds > 0) & seconds.is_finite()).fill_null(False)
        found.append(
            _of(
                "run time",
                frame["duration_s"].is_not_null() & ~ran,
                "{} jobs ran for no positive number of seconds",
                "Leave them out, or correct them.",
            )
        )
    running = frame["phase"] == "Running" if "phase" in frame.columns else None
    found.append(
        _of(
            "still running",
            running,
            "{} jobs were running when the log ended",
            "Leave them out, or say so.",
        )
    )
    found.append(_zones_of(frame))
    return tuple(found)


def checks_of_measurements(frame: "pl.DataFrame") -> tuple[Check, ...]:
    """Repeated rows, rows that were derived from others, values beyond their bound, per cent for fractions."""
    return (
        _duplicates(frame, "Measure again, or keep one of each."),
        _derived(frame),
        _beyond(frame),
        _fractions(frame),
    )


def _of(name: str, where: "pl.Series | None", said: str, mend: str) -> Check:
    at = [] if where is None else (where.fill_null(False).arg_true() + 1).to_list()
    return Check(
        check=name,
        verdict=Verdict.DECIDE if at else Verdict.PASSED,
        rows=tuple(at[:ROWS_SHOWN]),
        count=len(at),
        sentence=said.format(len(at)),
        mend=mend if at else "",
    )


def _duplicates(frame: "pl.DataFrame", mend: str) -> Check:
    extra = frame.height - frame.unique().height
    rows = tuple(int(row) + 1 for row in frame.is_duplicated().arg_true().to_list()[:ROWS_SHOWN])
    return Check(
        check="duplicates",
        verdict=Verdict.DECIDE if extra else Verdict.PASSED,
        rows=rows if extra else (),
        count=extra,
        sentence=f"{extra} rows repeat another row exactly",
        mend=mend if extra else "",
    )


def _zones_of(frame: "pl.DataFrame") -> Check:
    """Whether a column of times says its zone, by type or by the offsets in its words."""
    import polars as pl

    for name, kind in frame.schema.items():
        dated = isinstance(kind, pl.Datetime)
        naive = isinstance(kind, pl.Datetime) and kind.time_zone is None
        if kind == pl.String and name.lower().startswith(("time", "submit", "start")):
            dated = True
            words = frame[name].drop_nulls().str.strip_chars()
            naive = not words.str.contains(r"([Zz]|[+-]\d\d:?\d\d)$").all()
        if dated and naive:
            return Check(
                check="time zone",
                verdict=Verdict.DECIDE,
                count=frame.height,
                sentence=f"times of {name} carry no zone",
                mend="Say their zone before they meet data of a grid.",
            )
    return Check(check="time zone", verdict=Verdict.PASSED, sentence="no time lacks its zone")


def _derived(frame: "pl.DataFrame") -> Check:
    """Two groups whose measurements stand in one ratio in every comparable cell were not both measured."""
    import polars as pl

    groups = [name for name in frame.columns if frame.schema[name] == pl.String]
    measures = [
        name for name in frame.columns
        if frame.schema[name].is_numeric() and name.endswith(MEASURED)
    ]  # fmt: skip
    told: list[str] = []
    rows = 0
    for group in groups:
        keys = [name for name in frame.columns if name not in (*measures, group)]
        keys = [name for name in keys if frame.schema[name] != pl.Boolean]
        if not keys:
            continue
        names = sorted(frame[group].drop_nulls().unique().to_list())
        for one, other in combinations(names, 2):
            for measure in measures:
                said = _one_ratio(frame, group, (one, other), keys, measure)
                if said:
                    told.append(said)
                    rows = max(rows, frame.filter(pl.col(group) == other).height)
    return Check(
        check="derived rows",
        verdict=Verdict.DECIDE if told else Verdict.PASSED,
        count=rows,
        sentence="; ".join(told[:4]) if told else "no group is another one times a factor",
        mend="Leave the derived group out of what is called measured." if told else "",
    )


def _one_ratio(
    frame: "pl.DataFrame", group: str, pair: tuple[str, str], keys: list[str], measure: str
) -> str:
    import polars as pl

    one, other = (
        frame.filter((pl.col(group) == name) & pl.col(measure).is_not_null())
        .group_by(keys, maintain_order=True)
        .agg(pl.col(measure).first())
        for name in pair
    )
    cells = one.join(other, on=keys, suffix="_other", nulls_equal=True).filter(pl.col(measure) != 0)
    if cells.height < LEAST_CELLS or cells[measure].n_unique() < LEAST_CELLS // 2:
        return ""
    ratios = (cells[f"{measure}_other"] / cells[measure]).to_numpy()
    low, high = np.quantile(ratios, [0.1, 0.9])
    if not low > 0 or high / low - 1.0 > STEADY_WITHIN:
        return ""
    factor = float(np.median(ratios))
    return f"{measure} of {pair[1]} is {factor:.4g} times that of {pair[0]} in {cells.height} cells"


def _beyond(frame: "pl.DataFrame") -> Check:
    import polars as pl

    wrong = pl.Series([False] * frame.height)
    for measured, limit in BOUNDS.items():
        if {measured, limit} <= set(frame.columns):
            wrong |= (frame[measured] > frame[limit]).fill_null(False)
    for name in frame.columns:
        if name.endswith("_tdp") and frame.schema[name].is_numeric():
            wrong |= (frame[name] > 1.0).fill_null(False)
    return _of(
        "bounds",
        wrong,
        "{} rows measure more than the limit that was set, or than the rated power",
        "Keep them; real devices overshoot. Do not take the limit for the power.",
    )


def _fractions(frame: "pl.DataFrame") -> Check:
    """Columns that are named as fractions of 1 and run to 100."""
    names = [
        name for name in frame.columns
        if frame.schema[name].is_numeric() and any(part in name.lower() for part in FRACTIONS)
    ]  # fmt: skip
    wrong = [name for name in names if 20.0 < float(frame[name].cast(float).max() or 0.0) <= 100.0]  # type: ignore[arg-type]
    return Check(
        check="unit",
        verdict=Verdict.DECIDE if wrong else Verdict.PASSED,
        count=len(wrong),
        sentence=f"{', '.join(wrong)} runs to 100, per cent and not a fraction of 1"
        if wrong
        else "no fraction is written in per cent",
        mend="Divide by 100 on reading." if wrong else "",
    )
