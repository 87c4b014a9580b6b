"""What a name from outside must be, so that every store can keep it."""

from collections.abc import Iterable

from gridtide.finding import Finding


def unkeepable(subject: str, names: Iterable[str]) -> list[Finding]:
    """A finding for every name that is empty, holds a zero byte or half of a character. subject: what is named."""
    return [
        Finding(
            subject=subject,
            value=repr(name),
            limit="text that is not empty, without zero bytes and halves of characters",
            mend="Name it otherwise where it comes from.",
        )
        for name in names
        if not _keepable(name)
    ]


def _keepable(name: str) -> bool:
    return (
        bool(name) and "\0" not in name and not any("\ud800" <= sign <= "\udfff" for sign in name)
    )
