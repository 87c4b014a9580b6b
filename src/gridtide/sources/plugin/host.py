"""A policy that asks a plugin: its process is started when it is first asked, and ended with whoever asked."""

import os
import pickle
import select
import subprocess
import sys
from dataclasses import dataclass, field

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding
from gridtide.trust.plugin import Plugin
from gridtide.wire.plugin import LENGTH, MOST_BYTES, BadAnswer, read, taken

COMMAND = (sys.executable, "-I", "-m", "gridtide.sources.plugin.child")
PATIENCE_S = 120.0
"""How long an answer is waited for, so that a plugin which sleeps cannot hold up whoever asks."""


class PluginFailed(BadInput):
    """A plugin that gave no answer anybody can act on."""


@dataclass(kw_only=True, eq=False)
class PluginPolicy:
    """Asks a plugin what to do at each turn. code: the very bytes that were held against `listed`.

    What a plugin does not answer for stays as admission left it: jobs as told, requests at home, stores at rest. Raises
    PluginFailed where it answers nothing that can be acted on; it is not asked again after that.
    """

    name: str
    code: bytes
    listed: Plugin
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _over: str | None = field(default=None, repr=False)

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """What the plugin says; nothing is planned."""
        usual = KeepTold(policy=self.name).dispatch(situation, held)
        try:
            answer = self._asked(pickle.dumps((situation, held, due)))
            return None, taken(read(answer), usual, held)
        except (BadAnswer, OSError) as fault:
            self.close()
            self._over = self._over or str(fault)
            raise PluginFailed([self._finding(str(fault))]) from fault

    def __getstate__(self) -> dict[str, object]:
        """What another process needs to ask it: all but the process that is asked here."""
        return {**self.__dict__, "_process": None}

    def close(self) -> None:
        """End its process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def __del__(self) -> None:
        self.close()

    def _asked(self, question: bytes) -> bytes:
        if self._over is not None:
            raise BadAnswer(self._over)
        if self._process is None:
            self._process = _started()
            self._told(self.code)
        return self._told(question)

    def _told(self, question: bytes) -> bytes:
        """What comes back for a frame. Raises BadAnswer for a fault in words, OSError for a process that is gone."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(LENGTH.pack(len(question)) + question)
        self._process.stdin.flush()
        (size,) = LENGTH.unpack(self._read(LENGTH.size))
        if not 0 < size <= MOST_BYTES:
            raise BadAnswer(f"an answer of {size} bytes")
        answer = self._read(size)
        if answer[:1] != b"=":
            raise BadAnswer(answer[1:].decode(errors="replace"))
        return answer[1:]

    def _read(self, size: int) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        pipe, found = self._process.stdout.fileno(), b""
        while len(found) < size:
            if not select.select([pipe], [], [], PATIENCE_S)[0]:
                raise BadAnswer(f"no answer within {PATIENCE_S:g} s")
            part = os.read(pipe, min(size - len(found), 1 << 20))
            if not part:
                raise BadAnswer(f"its process ended, code {self._process.wait()}")
            found += part
        return found

    def _finding(self, fault: str) -> Finding:
        return Finding(
            subject=self.name,
            value=fault,
            limit="an answer that can be acted on",
            mend="Mend the plugin and have it signed anew, or leave it out of the policies.",
        )


def _started() -> "subprocess.Popen[bytes]":
    """A process of the same Python with an environment that holds nothing of ours."""
    return subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        close_fds=True,
    )
