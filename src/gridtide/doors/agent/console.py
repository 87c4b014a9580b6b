"""The agent's own console: a socket on the site's machine that answers whether or not there is a brain."""

import contextlib
import json
import os
import pwd
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from gridtide.finding import BadInput, Finding

LINE_MAX = 65_536
WITHIN_S = 30.0
STRANGER_S = 2.0
Answers = Callable[[Mapping[str, object], str], Mapping[str, object]]


class Console:
    """Listens on a socket; answers one question a connection. answers: asked with the question and who asks.

    Only users on the list are answered: the kernel says who asks.
    """

    def __init__(self, path: Path, uids: frozenset[int], answers: Answers) -> None:
        self._path, self._uids, self._answers = path, uids, answers
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        os.chmod(path, 0o666)  # who may ask is decided by who asks
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._serve, name="console", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            uid = _uid(line)
            known = uid in self._uids
            line.settimeout(WITHIN_S if known else STRANGER_S)
            question = _read(line)
            if not known:
                answer: Mapping[str, object] = {
                    "refused": f"{name_of(uid)} may not use this console"
                }
            else:
                answer = self._answers(question, name_of(uid))
            line.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


def ask(path: Path, question: Mapping[str, object]) -> Mapping[str, object] | None:
    """What the agent at a socket answers; None where none runs. Raises BadInput for one that does not answer."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WITHIN_S)
            line.connect(str(path))
            line.sendall(json.dumps(question, ensure_ascii=False).encode() + b"\n")
            return _read(line)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as fault:
        raise BadInput([_silent(path, str(fault))]) from None


def _read(line: socket.socket) -> Mapping[str, object]:
    said = bytearray()
    while not said.endswith(b"\n"):
        part = line.recv(LINE_MAX)
        said += part
        if not part or len(said) > 64 * LINE_MAX:
            raise ConnectionError("no whole line came")
    try:
        value = json.loads(said.decode())
    except (ValueError, RecursionError):
        raise ConnectionError("no line of JSON came") from None
    return value if isinstance(value, dict) else {}


def _uid(line: socket.socket) -> int:
    size = struct.calcsize("3i")
    return int(struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1])


def name_of(uid: int) -> str:
    """A user as notes call them."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _silent(path: Path, said: str) -> Finding:
    return Finding(
        subject=str(path),
        value=said,
        limit="an agent that answers",
        mend="Look at the agent's log; where it hangs, kill it: caps end by their leases, and start it again.",
    )
