"""Text of the Kubernetes API as values: RFC 3339 instants, quantities, names."""

import re
from datetime import UTC, datetime
from decimal import Decimal

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
QUANTITY = re.compile(
    r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)"
)
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
SUFFIXES = {
    **{letter: Decimal(10) ** (3 * (k - 3)) for k, letter in enumerate("num")},
    **{letter: Decimal(1000) ** (k + 1) for k, letter in enumerate("kMGTPE")},
    **{f"{letter}i": Decimal(1024) ** (k + 1) for k, letter in enumerate("KMGTPE")},
}


def instant(text: object) -> datetime | None:
    """The instant in RFC 3339, as aware UTC; None for what is none, also for one without a zone."""
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def instant_text(moment: datetime) -> str:
    """An aware instant as the API writes it, with microseconds, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def quantity(text: object) -> float | None:
    """A resource quantity (`8`, `500m`, `64Gi`, `1e3`) as a number; None for what is none."""
    found = QUANTITY.fullmatch(str(text)) if isinstance(text, str | int | float) else None
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    value = Decimal(number + (exponent or "")) * SUFFIXES.get(suffix or "", Decimal(1))
    return float(value)


def is_namespace(text: str) -> bool:
    """Whether it can name a namespace: an RFC 1123 label. Nothing else may reach a path."""
    return LABEL.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether it can name an object: an RFC 1123 subdomain, no dot beside a dot. Nothing else may reach a path."""
    return NAME.fullmatch(text) is not None and ".." not in text
