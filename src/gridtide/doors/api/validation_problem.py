"""What is wrong with a question, every fault at once, as the Carbon Aware SDK says it: RFC 9457 with `errors`."""

from datetime import UTC, datetime, timedelta

from starlette.responses import JSONResponse

TITLES = {
    400: "One or more validation errors occurred.",
    501: "What is asked for cannot be forecast.",
}
MOST_MINUTES = 60 * 24 * 31


class Unfit(Exception):
    """A question that cannot be answered. errors: what is wrong with each of its parts."""

    def __init__(self, errors: dict[str, list[str]], status: int = 400) -> None:
        super().__init__(str(errors))
        self.errors, self.status = errors, status

    def problem(self) -> JSONResponse:
        """The answer."""
        said = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "errors": self.errors,
        }
        return JSONResponse(said, self.status, media_type="application/problem+json")


class Checked:
    """Gathers what is wrong with the parts of a question."""

    def __init__(self) -> None:
        self._errors: dict[str, list[str]] = {}

    def fault(self, part: str, said: str) -> None:
        """One more."""
        self._errors.setdefault(part, []).append(said)

    def refuse_if_any(self) -> None:
        """Raise Unfit with all of them."""
        if self._errors:
            raise Unfit(self._errors)

    def instant(self, part: str, text: object, needed: bool = False) -> datetime | None:
        """An instant in whole seconds; None where it is left out or unfit."""
        if text is None:
            if needed:
                self.fault(part, "is needed")
            return None
        try:
            found = datetime.fromisoformat(str(text).strip())
            if found.tzinfo is not None:
                return found.astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            pass
        self.fault(
            part,
            f"{str(text)[:60]!r} is no instant with its offset: write 2026-03-29T02:30:00Z "
            "or 2026-03-29T02:30:00%2B08:00 (a plus is %2B in a URL)",
        )
        return None

    def minutes(self, part: str, text: object) -> timedelta | None:
        """A length in whole minutes; None where it is left out or unfit."""
        if text is None:
            return None
        written = str(text)
        if written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= MOST_MINUTES:
            return timedelta(minutes=int(written[:9]))
        self.fault(part, f"{written[:60]!r} is no number of minutes from 1 to {MOST_MINUTES}")
        return None

    def in_order(
        self,
        first: str,
        start: datetime | None,
        second: str,
        end: datetime | None,
        most: timedelta | None = None,
    ) -> None:
        """Whether one instant comes before another, by no more than so much."""
        if start is None or end is None:
            return
        if start >= end:
            self.fault(first, f"{first} must be earlier than {second}")
        elif most is not None and end - start > most:
            self.fault(second, f"{second} may lie {most.days} days after {first} at most")

    def within(self, part: str, moment: datetime | None, start: datetime, end: datetime) -> None:
        """Whether an instant lies in what is known."""
        if moment is not None and not start <= moment <= end:
            said = f"must be within the forecast, {start.isoformat()} through {end.isoformat()}"
            self.fault(part, said)
