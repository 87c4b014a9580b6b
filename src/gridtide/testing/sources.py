"""What every source promises, as tests that the test of a new source inherits.

    class TestMyIso(SignalSourcePromises):
        source = MyIso(path=FIXTURES / "my_iso.csv")

The source must be a frozen dataclass whose field `path` names a small valid file.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.fleet.demand import DemandTrace
from gridtide.fleet.trace import UNKNOWN_S, JobTrace
from gridtide.signals.signal import Signal

SHARED = settings(
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
    max_examples=40,
    deadline=None,
)


class FilePromises:
    """What holds for every reader of one file, whatever it reads."""

    source: ClassVar[Any]

    def read_instead(self, content: bytes) -> object:
        """What the source reads when its file holds other bytes. Raises BadInput."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / self.source.path.name
            path.write_bytes(content)
            return replace(self.source, path=path).read()

    def is_noun(self, found: object) -> bool:
        """Whether a reader of this kind may return this."""
        raise NotImplementedError("say what a reader of this kind returns")

    def test_reading_twice_gives_the_same_bytes(self) -> None:
        """Nothing but the file and the fields of the source decides what is read."""
        assert digest(self.source.read()) == digest(self.source.read())

    def test_a_missing_file_is_bad_input_that_names_it(self) -> None:
        """No traceback for a wrong path: the finding says which file."""
        with pytest.raises(BadInput) as error:
            replace(self.source, path=Path("/nowhere/such.file")).read()
        assert "/nowhere/such.file" in str(error.value)

    def test_a_folder_instead_of_a_file_is_bad_input(self) -> None:
        """A folder is no file, and no traceback either."""
        with TemporaryDirectory() as folder, pytest.raises(BadInput):
            replace(self.source, path=Path(folder)).read()

    def test_an_empty_file_is_bad_input(self) -> None:
        """Nothing to read is said, not returned as nothing."""
        for content in (b"", b"\n\n", b"  "):
            with pytest.raises(BadInput):
                self.read_instead(content)

    def test_every_finding_says_subject_value_limit_and_mend(self) -> None:
        """A person can act on each finding."""
        with pytest.raises(BadInput) as error:
            self.read_instead(b"a,b\n1,2\n")
        for finding in error.value.findings:
            assert all((finding.subject, finding.value, finding.limit, finding.mend))

    @SHARED
    @given(content=st.binary(max_size=300))
    def test_random_bytes_are_bad_input(self, content: bytes) -> None:
        """Whatever bytes come in, only BadInput or a valid noun comes out."""
        self._noun_or_bad_input(content)

    @SHARED
    @given(share=st.floats(0, 1))
    def test_a_file_cut_short_is_read_as_far_as_it_is_whole_or_refused(self, share: float) -> None:
        """A broken download raises no traceback."""
        whole = Path(self.source.path).read_bytes()
        self._noun_or_bad_input(whole[: int(share * len(whole))])

    @SHARED
    @given(data=st.data())
    def test_a_spoilt_cell_is_refused_or_read(self, data: st.DataObject) -> None:
        """Absurd text anywhere in a valid file gives BadInput or a valid noun."""
        whole = Path(self.source.path).read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        until = min(len(whole), at + data.draw(st.integers(0, 4)))
        texts = ["", "NaN", "inf", "-1", "1e400", "1,5", "x", '"', "\n", "|", "9" * 25, "\x00", "é"]
        spoil = data.draw(st.sampled_from(texts))
        self._noun_or_bad_input(whole[:at] + spoil.encode() + whole[until:])

    def _noun_or_bad_input(self, content: bytes) -> None:
        try:
            found = self.read_instead(content)
        except BadInput as error:
            assert error.findings
        else:
            assert self.is_noun(found)


class SignalSourcePromises(FilePromises):
    """For a source that reads signals from one file."""

    def is_noun(self, found: object) -> bool:
        """One or more signals, finite or unknown, one for each kind, zone and quantile."""
        assert isinstance(found, tuple)
        keys = [(signal.kind, signal.zone, signal.quantile) for signal in found]
        return len(set(keys)) == len(keys) and all(
            isinstance(signal, Signal) and not np.isinf(signal.values).any() for signal in found
        )

    def test_what_is_read_are_signals_with_a_source(self) -> None:
        """The valid file gives at least one known value, and each signal says where it is from."""
        signals = self.source.read()
        assert self.is_noun(signals)
        assert all(signal.source for signal in signals)
        assert any(not np.isnan(signal.values).all() for signal in signals)


class JobSourcePromises(FilePromises):
    """For a source that reads a log of jobs from one file."""

    def is_noun(self, found: object) -> bool:
        """Jobs in order of submission with a length above 0 and nothing infinite or negative."""
        assert isinstance(found, JobTrace)
        assert len(found) > 0
        return bool(
            (np.diff(found.submit_s) >= 0).all()
            and (found.duration_s > 0).all()
            and (np.isfinite(found.units) & (found.units >= 0)).all()
            and all(
                (column >= UNKNOWN_S).all()
                for column in (found.declared_s, found.queued_s, found.deadline_s)
            )
            and not (np.isinf(found.energy_kwh) | (found.energy_kwh < 0)).any()
        )

    def test_what_is_read_is_a_log_of_jobs(self) -> None:
        """The valid file gives jobs, and they say where they are from."""
        trace = self.source.read()
        assert self.is_noun(trace)
        assert trace.source


class DemandSourcePromises(FilePromises):
    """For a source that reads the demand of a service from one file."""

    def is_noun(self, found: object) -> bool:
        """Windows in order, rates of 0 or more, unknown as NaN."""
        assert isinstance(found, DemandTrace)
        rates = (
            found.requests_per_s,
            found.input_tokens_per_s,
            found.output_tokens_per_s,
            found.burstiness,
        )
        return bool(
            len(found) > 0
            and (np.diff(found.start_s) == found.window_s).all()
            and all((np.isnan(rate) | (np.isfinite(rate) & (rate >= 0))).all() for rate in rates)
        )

    def test_what_is_read_is_demand(self) -> None:
        """The valid file gives known rates, and they say where they are from."""
        demand = self.source.read()
        assert self.is_noun(demand)
        assert demand.source
        assert not np.isnan(demand.requests_per_s).all()
