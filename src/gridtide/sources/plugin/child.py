"""The process of one plugin: shuts itself in, takes the plugin's code, then answers question after question.

Started by `host.py`; speaks over its own input and output, frame by frame. What a plugin prints goes nowhere.
"""

import os
import pickle
import sys
from importlib import import_module
from types import ModuleType
from typing import BinaryIO

from gridtide.sources.plugin.sandbox import NoSandbox, shut_in
from gridtide.wire.plugin import LENGTH, spelled

GOOD, FAULT = b"=", b"!"
MOST_WORDS = 500


def main() -> None:
    """Until the input ends. What questions are made of is at hand before the walls stand."""
    import_module("gridtide.decide.situation")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    questions = sys.stdin.buffer
    try:
        shut_in()
        plugin = _loaded(_frame(questions))
    except (NoSandbox, Exception) as fault:
        _tell(answers, FAULT + _words(fault))
        return
    _tell(answers, GOOD)
    while question := _frame(questions):
        try:
            answer = GOOD + spelled(plugin.decide(*pickle.loads(question)))
        except Exception as fault:
            answer = FAULT + _words(fault)
        _tell(answers, answer)


def _loaded(code: bytes) -> ModuleType:
    plugin = ModuleType("plugin")
    exec(compile(code, "plugin", "exec"), plugin.__dict__)
    if not callable(getattr(plugin, "decide", None)):
        raise ValueError("has no function decide(situation, held, due)")
    return plugin


def _frame(questions: BinaryIO) -> bytes:
    head = questions.read(LENGTH.size)
    return questions.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _tell(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


def _words(fault: BaseException) -> bytes:
    return f"{type(fault).__name__}: {fault}"[:MOST_WORDS].encode(errors="replace")


if __name__ == "__main__":
    main()
