"""Request rates of the clients of a model family at Alibaba Cloud (Xiang et al., ServeGen, NSDI 2026).

Two layouts: the vendor's folder of `chunk-<client>-trace.csv` and `chunk-<client>-dataset.json`, and a
pair of Parquet copies (`…_rates`, `…_tokens`). These are statistics of production traffic in windows of
ten minutes, not requests; weekday and clock of the start are not stated.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.demand import DemandTrace
from gridtide.sources import (
    LATEST_S,
    Table,
    counted,
    faults_of_rows,
    numbers,
    open_table,
    text_of,
    words,
)

if TYPE_CHECKING:
    import polars as pl

RATE_NAMES = {"client": "client", "t_s": "time", "rate_rps": "rate", "cv": "cv"}
TOKEN_NAMES = {"client": "client", "t_s": "time", "kind": "kind", "mean": "mean"}
TRACE_COLUMNS = ("time", "rate", "cv", "pattern", "arg1", "arg2")
DATASET_KEYS = {"input_tokens": "input", "output_tokens": "output"}
TRACE_FILE = re.compile(r"chunk-(\d{1,9})-trace\.csv")
BIN = re.compile(r"(\d{1,9})\s*:\s*([0-9.]+(?:[eE][+-]?\d+)?)")

WINDOW_S = 600
BLOCK_S = 21_600
"""Lengths of a window of rates and of a block that shares one histogram of tokens."""

KINDS = ("input", "output")
MOST_RATE = 1e9
MOST_TOKENS = 1e9
MOST_WINDOWS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ServeGenRates:
    """One model family: path is the folder of chunks, or the rates file beside its tokens file.

    cv_most: coefficients of variation of a client above this are clipped to it and reported.
    """

    path: Path
    tokens: Path | None = None
    cv_most: float = 30.0

    def read(self) -> DemandTrace:
        """Rates of the whole family per window, undated.

        A client absent from a window that others fill has rate 0; a window without any client is a gap
        of collection, NaN. Tokens are rate x mean length of the client's histogram in that block, else
        of its other blocks, else of the histograms of all clients pooled by their requests. Burstiness
        is the mean of the clients' squared coefficients of variation weighted by rate (Whitt 1982, the
        asymptotic law of superposed renewal processes). Raises BadInput with every fault found.
        """
        rates, means = self._chunks() if Path(self.path).is_dir() else self._tables()
        refuse_if_any(_grid_faults(rates))
        told = rates.frame
        at_s = told["time"].to_numpy()
        rate, cv = told["rate"].to_numpy(), told["cv"].to_numpy()
        window = ((at_s - at_s.min()) // WINDOW_S).astype(np.int64)
        n = int(window.max()) + 1
        seen = np.bincount(window, minlength=n) > 0
        lengths, notes = _lengths(told, means)
        totals = [
            np.where(seen, np.bincount(window, values, minlength=n), np.nan)
            for values in (rate, rate * lengths["input"], rate * lengths["output"])
        ]
        return DemandTrace(
            start_s=WINDOW_S * np.arange(n, dtype=np.int64),
            window_s=WINDOW_S,
            requests_per_s=totals[0],
            input_tokens_per_s=totals[1],
            output_tokens_per_s=totals[2],
            burstiness=_burstiness(window, n, rate, np.minimum(cv, self.cv_most)),
            anchored=False,
            source=f"{Path(self.path).name} (ServeGen)",
            notes=(
                "statistics of production traffic, not requests; start day and hour not stated",
                *counted(~seen, "windows have no client at all: nothing collected, unknown"),
                *counted(
                    cv > self.cv_most, f"variations of a client are clipped to {self.cv_most:g}"
                ),
                *notes,
            ),
        )

    def _tables(self) -> tuple[Table, "pl.DataFrame"]:
        """Checked rates, and the mean length of each client, block and kind."""
        if self.tokens is None:
            value, limit = "no tokens file given", "the histograms beside the rates"
            mend = "Give tokens, or a folder of chunks as path."
            raise BadInput([_fault(str(self.path), value, limit, mend)])
        found: list[Finding] = []
        opened = []
        for path, names in ((self.path, RATE_NAMES), (self.tokens, TOKEN_NAMES)):
            try:
                opened.append(open_table(path, names))
            except BadInput as error:
                found.extend(error.findings)
        refuse_if_any(found)
        return _checked(*opened)

    def _chunks(self) -> tuple[Table, "pl.DataFrame"]:
        """The same from the vendor's folder."""
        import polars as pl

        folder = Path(self.path)
        clients = sorted(
            int(match[1])
            for match in map(TRACE_FILE.fullmatch, (item.name for item in folder.iterdir()))
            if match
        )
        if not clients:
            value, limit = "holds no chunk-…-trace.csv", "one file for each client"
            raise BadInput([_fault(str(folder), value, limit, "Give the folder of one family.")])
        rates, lengths, found = [], [], list[Finding]()
        for client in clients:
            try:
                trace = folder / f"chunk-{client}-trace.csv"
                rates.append(_chunk(trace, client))
                lengths.extend(_histograms(folder / f"chunk-{client}-dataset.json", client))
            except BadInput as error:
                found.extend(error.findings)
        refuse_if_any(found)
        frame = pl.concat([rate.frame for rate in rates])
        order = np.concatenate([rate.numbers for rate in rates])
        table = Table(source=str(folder), frame=frame, numbers=order, word="line")
        schema = {"client": pl.Float64, "block": pl.Int64, "kind": pl.String, "mean": pl.Float64}
        return table, pl.DataFrame(lengths, schema=schema, orient="row")


def _burstiness(
    window: NDArray[np.int64], n: int, rate: NDArray[np.float64], cv: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of the squared variations in each window weighted by rate, over clients that have one."""
    has_cv = ~np.isnan(cv)
    bursts = np.bincount(window, np.where(has_cv, rate * cv**2, 0.0), minlength=n)
    weight = np.bincount(window, np.where(has_cv, rate, 0.0), minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, bursts / weight, np.nan)


def _checked(rates: Table, tokens: Table) -> tuple[Table, "pl.DataFrame"]:
    import polars as pl

    faults: list[Finding] = []
    frame = _rate_frame(rates, faults, numbers(rates, "client", faults, least=0.0, most=1e9))
    client = numbers(tokens, "client", faults, least=0.0, most=1e9)
    time_s = numbers(tokens, "time", faults, least=0.0, most=LATEST_S)
    mean = numbers(tokens, "mean", faults, least=0.0, most=MOST_TOKENS)
    kind = words(tokens, "kind")
    limit = " or ".join(KINDS)
    wrong = ~np.isin(kind, KINDS)
    faults.extend(faults_of_rows(tokens, "kind", wrong, limit, "Correct the row."))
    refuse_if_any(faults)
    block = (time_s // BLOCK_S).astype(np.int64)
    means = pl.DataFrame({"client": client, "block": block, "kind": kind, "mean": mean})
    checked = Table(source=rates.source, frame=frame, numbers=rates.numbers, word=rates.word)
    return checked, means.unique(["client", "block", "kind"], keep="first", maintain_order=True)


def _rate_frame(table: Table, faults: list[Finding], client: NDArray[np.float64]) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(
        {
            "client": client,
            "time": numbers(table, "time", faults, least=0.0, most=LATEST_S),
            "rate": numbers(table, "rate", faults, least=0.0, most=MOST_RATE),
            "cv": numbers(table, "cv", faults, least=0.0, unknown=True),
        }
    )


def _grid_faults(rates: Table) -> list[Finding]:
    """Faults of windows that lie off the grid, span too long, or are told twice for one client."""
    at_s = rates.frame["time"].to_numpy()
    off = at_s % WINDOW_S != 0
    faults = list(
        faults_of_rows(rates, "time", off, f"a multiple of {WINDOW_S} s", "Give whole windows.")
    )
    twice = rates.frame.select("client", "time").is_duplicated().to_numpy()
    faults += faults_of_rows(rates, "client", twice, "one row a window", "Leave one of them.")
    if at_s.max() - at_s.min() > WINDOW_S * MOST_WINDOWS:
        value = f"{at_s.max() - at_s.min():.0f} s"
        limit = f"{WINDOW_S * MOST_WINDOWS} s at most"
        faults.append(_fault(f"{rates.source} time", value, limit, "Check the unit of time."))
    return faults


def _lengths(
    rates: "pl.DataFrame", means: "pl.DataFrame"
) -> tuple[dict[str, NDArray[np.float64]], tuple[str, ...]]:
    """Mean input and output length for each row of rates, and what was substituted."""
    import polars as pl

    rows = rates.select("client", "rate", block=(pl.col("time") // BLOCK_S).cast(pl.Int64))
    weights = rows.group_by("client", "block", maintain_order=True).agg(pl.col("rate").sum())
    lengths: dict[str, NDArray[np.float64]] = {}
    notes: list[str] = []
    for kind in KINDS:
        own = means.filter(pl.col("kind") == kind).select("client", "block", "mean")
        of_client = own.group_by("client", maintain_order=True).agg(
            pl.col("mean").mean().alias("other")
        )
        weighed = own.join(weights, on=["client", "block"], how="inner", maintain_order="left")
        joined = rows.join(own, on=["client", "block"], how="left", maintain_order="left").join(
            of_client, on="client", how="left", maintain_order="left"
        )
        mean, other = joined["mean"], joined["other"]
        pooled = _pooled(weighed["mean"].to_numpy(), weighed["rate"].to_numpy())
        lengths[kind] = mean.fill_null(other).fill_null(pooled).to_numpy()
        notes += _substitutions(kind, rows, mean.is_null().to_numpy(), other.is_null().to_numpy())
    return lengths, tuple(notes)


def _pooled(means: NDArray[np.float64], rates: NDArray[np.float64]) -> float:
    """Mean of the pooled histograms, weighted by requests; NaN when there is none."""
    total = float(rates.sum())
    return float((means * rates).sum()) / total if total > 0 else float("nan")


def _substitutions(
    kind: str, rows: "pl.DataFrame", no_block: NDArray[np.bool_], no_client: NDArray[np.bool_]
) -> list[str]:
    rate = rows["rate"].to_numpy()
    total = max(float(rate.sum()), 1e-300)
    notes = []
    if (no_block & ~no_client).any():
        share = float(rate[no_block & ~no_client].sum()) / total
        notes.append(f"{kind} lengths of {share:.1%} of the requests come from other blocks")
    if no_client.any():
        share = float(rate[no_client].sum()) / total
        clients = rows["client"].to_numpy()[no_client]
        notes.append(
            f"{len(np.unique(clients))} clients ({share:.0%} of the requests) have no {kind} histogram; "
            "the family's pooled histogram stands in"
        )
    return notes


def _chunk(path: Path, client: int) -> Table:
    table = open_table(path, {name: name for name in TRACE_COLUMNS}, header=TRACE_COLUMNS)
    faults: list[Finding] = []
    frame = _rate_frame(table, faults, np.full(len(table), float(client)))
    refuse_if_any(faults)
    return Table(source=table.source, frame=frame, numbers=table.numbers, word=table.word)


def _histograms(path: Path, client: int) -> list[tuple[float, int, str, float]]:
    """Client, block, kind and mean of each histogram of a client; none when it has no file."""
    if not path.exists():
        return []
    mend = "Copy the chunk again; it may be cut short."
    try:
        blocks: Any = json.loads(text_of(path))
    except (ValueError, RecursionError):
        raise BadInput([_fault(str(path), "is no whole JSON", "an object", mend)]) from None
    if not isinstance(blocks, dict):
        raise BadInput([_fault(str(path), "is no object", "an object by seconds", mend)])
    found = []
    for time_s, kinds in blocks.items():
        if not (re.fullmatch(r"\d{1,9}", time_s) and isinstance(kinds, dict)):
            raise BadInput(
                [_fault(f"{path} {time_s[:20]}", "no block", "seconds: histograms", mend)]
            )
        for key, kind in DATASET_KEYS.items():
            mean = _mean_of(str(kinds.get(key, "")))
            if mean is not None:
                found.append((float(client), int(time_s) // BLOCK_S, kind, mean))
    return found


def _mean_of(histogram: str) -> float | None:
    """Mean of a histogram written `{tokens: probability, …}`, renormalised; None when it is empty."""
    bins = [(int(tokens), _share(text)) for tokens, text in BIN.findall(histogram)]
    total = sum(share for _, share in bins)
    return sum(tokens * share for tokens, share in bins) / total if total > 0 else None


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        return 0.0
    return share if share <= 1.0 else 0.0


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
