"""What every reader of recorded set-points promises; a newcomer's test inherits this class."""

from pathlib import Path

from gridtide.signals.setpoint import Setpoint
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.testing.sources import FilePromises


class SetpointSourcePromises(FilePromises):
    """For a source that reads set-points from one file."""

    def is_noun(self, found: object) -> bool:
        """Telegrams with an arrival each, arrivals in order; the telegrams may be as wrong as they were."""
        assert isinstance(found, SetpointRecord)
        return (
            len(found.telegrams) == len(found.arrived_at) > 0
            and list(found.arrived_at) == sorted(found.arrived_at)
            and all(isinstance(one, Setpoint) for one in found.telegrams)
        )

    def test_what_is_read_are_telegrams_with_a_source(self) -> None:
        """The valid file gives telegrams, and the record says where it is from."""
        record = self.source.read()
        assert self.is_noun(record)
        assert record.source == Path(self.source.path).name
