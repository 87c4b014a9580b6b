"""Words of the command line that every command understands the same way."""

import re
from datetime import datetime

import click

from gridtide.finding import BadInput, Finding

UNIT_S = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400}
LONGEST_S = 100 * 366 * 86_400
SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")


def duration_s(text: str, option: str, least_s: int) -> int:
    """Whole seconds of `5s`, `30min`, `6h` or `2d`. Raises BadInput for anything else."""
    match = SPAN.fullmatch(text.strip())
    exact_s = float(match[1]) * UNIT_S[match[2]] if match else -1.0
    seconds = round(min(exact_s, LONGEST_S + 1.0))
    if not least_s <= seconds <= LONGEST_S:
        raise BadInput(
            [
                Finding(
                    subject=f"{option} {text}",
                    value="is no such span" if not match else f"{exact_s:g} s",
                    limit=f"a number and s, min, h or d; {least_s} s or more, a century at most",
                    mend=f"Write {option} 30min, for example.",
                )
            ]
        )
    return seconds


def instant_of(text: str | None, option: str) -> datetime | None:
    """An aware instant, None for None. Raises BadInput for a naive or unreadable time."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.microsecond:
        raise BadInput(
            [
                Finding(
                    subject=f"{option} {text}",
                    value="is no time"
                    if moment is None
                    else "has no time zone, or parts of a second",
                    limit="a date and time with its zone",
                    mend=f"Write {option} 2026-11-22T09:00:00+08:00.",
                )
            ]
        )
    return moment


def currency_of(text: str | None) -> str | None:
    """A currency as its three letters. Raises BadInput for anything else."""
    if text is None or (len(text) == 3 and text.isascii() and text.isalpha()):
        return text.upper() if text else None
    raise BadInput(
        [
            Finding(
                subject=f"--currency {text}",
                value="is no currency code",
                limit="three letters",
                mend="Write --currency EUR, for example.",
            )
        ]
    )


def mapping_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`NAME=COLUMN` pairs, also several divided by commas. Raises BadInput for any other form."""
    found: dict[str, str] = {}
    faults = []
    for pair in (part for text in pairs for part in text.split(",")):
        name, equals, column = pair.partition("=")
        if not equals or not name.strip() or not column.strip():
            faults.append(
                Finding(
                    subject=f"--map {pair}",
                    value="is no NAME=COLUMN",
                    limit="a house name and a column of the file",
                    mend="Write --map duration_s=runtime.",
                )
            )
        found[name.strip()] = column.strip()
    if faults:
        raise BadInput(faults)
    return found


def split_policies(text: str) -> list[str]:
    """Policies divided by commas outside brackets, without blanks, each once."""
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", text)]
    return list(dict.fromkeys(part for part in parts if part))


def money(amount: float) -> str:
    """Cents below a thousand, and digits that count below a cent; never a minus before nothing."""
    size = abs(amount)
    if size >= 1000.0:
        return f"{amount:,.0f}"
    return f"{amount:,.2f}" if size >= 0.005 or size < 1e-6 else f"{amount:.2g}"


def say_compiling() -> None:
    """One line on stderr when compiled code is missing, so that nobody wonders what takes so long."""
    from gridtide import kernels

    if kernels.compiles_first_time():
        click.echo("first run on this machine: compiling, this takes about a minute", err=True)
