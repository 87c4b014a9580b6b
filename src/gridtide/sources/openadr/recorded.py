"""What a VTN told, from files alone: a plant's network is often one-way.

A file of JSON lines, or a folder whose files hold them in the order of their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gridtide.decide.event import Event
from gridtide.finding import BadInput, Finding
from gridtide.signals.signal import PRICES, Signal
from gridtide.sources import text_of
from gridtide.timeline import DAY_S
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.outstanding import Asked, asked_over
from gridtide.wire.openadr.recording import Line, lines_of
from gridtide.wire.openadr.replay import Replayed, followed, replayed

AHEAD_S = 10 * DAY_S
PLAIN_POWER_KW = 10_000_000.0
"""Ten gigawatts: what is larger is no site's power but an error of unit."""


@dataclass(frozen=True, kw_only=True)
class RecordedOpenAdr:
    """A recording, read as prices and carbon intensity of a zone and as calls of a site.

    programs: names of those taken part in; none: all. agreement: terms; none: only what needs none. until_s: where an
    open end ends; None: ten days after the last line.
    """

    path: Path
    zone: str
    currency: str | None = None
    agreement: Agreement | None = None
    programs: tuple[str, ...] = ()
    until_s: int | None = None

    def read(self) -> tuple[Signal, ...]:
        """Prices [money/MWh] and marginal carbon [g/kWh], one signal for each change. Raises BadInput."""
        found = self.replayed()
        currencies = sorted({one.currency or "" for one in found.signals if one.kind in PRICES})
        if len(currencies) > 1:
            raise BadInput(
                [
                    Finding(
                        subject=str(self.path),
                        value=f"prices in {' and '.join(currencies)}",
                        limit="one currency",
                        mend="Name the programs whose prices are meant.",
                    )
                ]
            )
        if not found.signals:
            return ()
        first, *others = found.signals
        return (replace(first, notes=_notes(found)), *others)

    def calls(self) -> tuple[Event, ...]:
        """Calls of the site with the instants of their issue and, where they were, of their taking back."""
        return self.replayed().calls

    def replayed(self) -> Replayed:
        """The recording followed from its first line to its last. Raises BadInput."""
        lines = self._lines()
        name = Path(self.path).name
        return replayed(
            lines, self._terms(), self._until_s(lines), f"OpenADR {name}", self.programs
        )

    def asked(self) -> tuple[Asked, ...]:
        """Reports that its events asked for while they stood, in the order they were due. Raises BadInput."""
        lines = self._lines()
        course = followed(lines, self._terms(), self.programs)
        told = [(line.heard_s, known) for line, known, _ in course]
        return tuple(asked_over(told, self._until_s(lines)))

    def _until_s(self, lines: Sequence[Line]) -> int:
        return lines[-1].heard_s + AHEAD_S if self.until_s is None else self.until_s

    def _terms(self) -> Agreement:
        name = Path(self.path).name
        plain = Agreement(site=self.zone, zone=self.zone, seed=name, most_kw=PLAIN_POWER_KW)
        return self.agreement or replace(plain, price_currency=self.currency)

    def _lines(self) -> tuple[Line, ...]:
        paths = _files(Path(self.path))
        texts = [
            (f"{path} line {number}", text)
            for path in paths
            for number, text in enumerate(text_of(path).splitlines(), start=1)
        ]
        return lines_of(texts)


def _files(path: Path) -> Sequence[Path]:
    """The file itself, or the files of a folder by name. Raises BadInput for a folder without any."""
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.iterdir() if one.suffix in (".jsonl", ".json"))
    if found:
        return found
    raise BadInput(
        [
            Finding(
                subject=str(path),
                value="holds no .jsonl or .json file",
                limit="a recording of a VTN",
                mend="Name the folder that holds the recorded lines.",
            )
        ]
    )


def _notes(found: Replayed) -> tuple[str, ...]:
    """What a reader of results must know of a recording."""
    notes = [
        f"not acted on: {one.event} {one.payload_type}, {one.why}" for one in found.not_acted_on
    ]
    notes += [f"refused: {fault}" for fault in found.faults]
    notes += [
        f"{one.what} of {one.followed} and {one.left} conflict: {one.value:g} was followed, not {one.other:g}"
        for one in found.conflicts
    ]
    if found.silent_lines:
        notes.append(f"{found.silent_lines} polls were not answered")
    return tuple(notes)
