"""Writes down what a VTN tells, a line at a time; an answer that says nothing new takes one word."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridtide.finding import BadInput, Finding
from gridtide.sources.openadr.ven import Poll
from gridtide.wire.openadr.notifications import Notification
from gridtide.wire.openadr.recording import (
    line_of_answer,
    line_of_no_change,
    line_of_notification,
    line_of_silence,
)


@dataclass
class Recorder:
    """Appends to one file, which is open only while a line is written."""

    path: Path
    _last: tuple[tuple[object, ...], tuple[object, ...]] | None = None
    _silent: bool = False

    def poll(self, poll: Poll, heard_at: datetime) -> None:
        """Write down an answer or its absence. Raises BadInput when the file cannot be written."""
        if poll.unanswered:
            self._append(line_of_silence(heard_at, poll.unanswered[0].value))
            return
        told = (poll.programs, poll.events)
        if told == self._last:
            self._append(line_of_no_change(heard_at))
        else:
            self._append(line_of_answer(heard_at, *told))
            self._last = told

    def change(self, poll: Poll, heard_at: datetime) -> None:
        """Write down an answer or its absence where it is not as the one before: what goes on takes no line. Raises
        BadInput when the file cannot be written."""
        answered = not poll.unanswered
        same = self._silent or answered
        if answered:
            same = not self._silent and self._last == (poll.programs, poll.events)
        if not same:
            self.poll(poll, heard_at)
        self._silent = not answered

    def notice(self, notification: Notification, heard_at: datetime) -> None:
        """Write down a change that the VTN told by itself. Raises BadInput when the file cannot be written."""
        self._append(line_of_notification(heard_at, notification))

    def _append(self, line: str) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise BadInput(
                [
                    Finding(
                        subject=str(self.path),
                        value=error.strerror or "cannot be written",
                        limit="a file that can be appended to",
                        mend="Check path and rights.",
                    )
                ]
            ) from None
