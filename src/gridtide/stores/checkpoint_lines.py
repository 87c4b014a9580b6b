"""Checkpoints kept apart from their chain, one JSON line each; best on a machine that cannot write the chain."""

import json
import os
from pathlib import Path

from gridtide.finding import BadInput, Finding
from gridtide.trust.checkpoint import Checkpoint, checkpoint_of, values_of


class CheckpointLines:
    """An append-only file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, checkpoint: Checkpoint) -> None:
        """Add one line; it is on the disk when this returns."""
        with self.path.open("ab", buffering=0) as file:
            file.write(f"{json.dumps(values_of(checkpoint))}\n".encode())
            os.fsync(file.fileno())

    def read(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint, oldest first. Raises BadInput with every line that holds none, and without the file."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as fault:
            raise BadInput([self._unfit("", fault.strerror or str(fault))]) from None
        found, faults = [], []
        for number, line in enumerate(lines, start=1):
            try:
                found.append(checkpoint_of(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                faults.append(self._unfit(f" line {number}", line[:60]))
        if faults:
            raise BadInput(faults)
        return tuple(found)

    def _unfit(self, where: str, value: str) -> Finding:
        return Finding(
            subject=f"checkpoints {self.path}{where}",
            value=value,
            limit="one checkpoint a line: number, hash, at, key and signature",
            mend="Name the file that checkpoints were kept in, or restore it from a copy.",
        )
