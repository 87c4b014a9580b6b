"""A ledger of certificates: a table, one row a certificate."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.certificates import Certificate
from gridtide.sources import aware_s, faults_of_rows, numbers, open_table, words

OPTIONAL = ("technology", "retired_at", "purpose", "directly_used", "generated")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
TRUE, FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


@dataclass(frozen=True, kw_only=True)
class CertificateTable:
    """A CSV or Parquet file: id, vintage (2026-05), kwh; technology, retired_at, purpose, directly_used and generated
    (the begin of the interval of generation) where they matter."""

    path: Path

    def read(self) -> tuple[Certificate, ...]:
        """Certificates in the order of the file. Raises BadInput with every fault, doubled ids among them."""
        names = ("id", "vintage", "kwh", *OPTIONAL)
        table = open_table(self.path, {name: name for name in names}, optional=frozenset(OPTIONAL))
        faults: list[Finding] = []
        there = set(table.frame.columns)
        kwh = numbers(table, "kwh", faults, least=0.0, most=1e12)
        text = {
            name: words(table, name).tolist() if name in there else [""] * len(table)
            for name in names
            if name not in ("kwh", "generated")
        }
        generated = (
            aware_s(table, "generated", faults, unknown=True).tolist()
            if "generated" in there
            else [float("nan")] * len(table)
        )
        seen: set[str] = set()
        doubled = []
        for id_ in text["id"]:
            doubled.append(id_ in seen or not id_)
            seen.add(id_)
        told = [word.lower() for word in text["directly_used"]]
        faults += faults_of_rows(
            table, "id", _mask(doubled), "an id of its own", "A certificate exists once."
        )
        wrong = [word not in (*TRUE, *FALSE) for word in told]
        faults += faults_of_rows(
            table, "directly_used", _mask(wrong), "true or false", "Correct it."
        )
        no_month = [not MONTH.fullmatch(word) for word in text["vintage"]]
        faults += faults_of_rows(
            table,
            "vintage",
            _mask(no_month),
            "a month, as 2026-05",
            "Write the month of generation.",
        )
        if "retired_at" in there:
            no_date = [bool(word) and not _is_date(word) for word in text["retired_at"]]
            faults += faults_of_rows(
                table,
                "retired_at",
                _mask(no_date),
                "a date, as 2026-05-31, or empty while it is not",
                "Correct it.",
            )
        refuse_if_any(faults)
        return tuple(
            Certificate(
                id=text["id"][row],
                vintage=text["vintage"][row],
                technology=text["technology"][row],
                kwh=float(kwh[row]),
                retired_at=text["retired_at"][row],
                purpose=text["purpose"][row],
                directly_used=told[row] in TRUE,
                generated_s=None if generated[row] != generated[row] else int(generated[row]),
            )
            for row in range(len(table))
        )


def _is_date(word: str) -> bool:
    """Whether a word is a date, or a date and a time."""
    try:
        datetime.fromisoformat(word)
    except ValueError:
        return False
    return True


def _mask(rows: list[bool]):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.asarray(rows, dtype=np.bool_)
