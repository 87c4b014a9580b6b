"""Takes from a process what it needs to reach anything outside: sockets, other programs, files it could write.

A filter of system calls (seccomp, Linux 3.17 and newer) that the process cannot take off again, and limits on memory,
time and files. What it may read of the disk it may read; what it knows it can only tell in its answer.
"""

import ctypes
import platform
import resource
import struct
from collections.abc import Iterator

MEMORY_BYTES = 4 << 30
CPU_S = 3600
"""Seconds of processor for a whole course; a plugin that uses more is ended, and its turns fall to the house."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FORBID, _MISSING, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000
"""Flags of open: to write, to read and write, to create, to cut."""
_THREAD = 0x10000

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FORBIDDEN = {
    "x86_64": (
        *range(41, 60),  # socket to execve, with clone looked at apart
        62, 76, 77, *range(82, 96), 101, 132, 133, 134, 155, 161, 165, 166, 175, 200, 234, 235,
        246, 248, 249, 250, 258, 259, 260, 261, 263, 264, 265, 266, 268, 272, 280, 288, 298, 299,
        307, 308, 310, 311, 313, 316, 319, 321, 322, 323, 425, 426, 427, 434, 438,
    ),
    "aarch64": (
        *range(33, 39), 39, 40, 41, 45, 46, 51, 52, 53, 54, 55, 88, 97, 104, 105, 117, 129, 130,
        131, 142, *range(198, 208), 211, 212, 217, 218, 219, 221, 224, 225, 241, 242, 243, 264,
        265, 268, 269, 270, 271, 273, 276, 279, 280, 281, 282, 425, 426, 427, 434, 438,
    ),
}  # fmt: skip
"""Calls that reach another process, program, host or file that is not only read, by the number of each machine."""
OPENS = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}
"""Calls that open a file, and which argument says how."""
CLONES = {"x86_64": 56, "aarch64": 220}
NEWER = (435, 437)
"""clone3 and openat2 hide their arguments: they are said not to exist, and the older ones are used instead."""


class NoSandbox(OSError):
    """This machine cannot keep a program from the network; the message says why."""


def shut_in() -> None:
    """From now on this process and its threads can compute, read and answer, and nothing else. Raises NoSandbox."""
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in MACHINES:
        raise NoSandbox(
            f"system calls are filtered on Linux on x86_64 and aarch64, not on {machine}"
        )
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    _filter(b"".join(_program(machine)))


def _filter(program: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    asked = Program(len(program) // 8, ctypes.cast(held, ctypes.c_void_p))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(asked), 0, 0):
        raise NoSandbox(f"the kernel takes no filter of system calls, error {ctypes.get_errno()}")


def _program(machine: str) -> Iterator[bytes]:
    """The filter, instruction by instruction: the first that fits decides."""
    yield _step(_LOAD, _MACHINE)
    yield _step(_EQUAL, MACHINES[machine], 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    if machine == "x86_64":
        yield from _unless(_AT_LEAST, 0x40000000, _FORBID)
    for number in NEWER:
        yield from _unless(_EQUAL, number, _MISSING)
    for number in FORBIDDEN[machine]:
        if number != CLONES[machine]:
            yield from _unless(_EQUAL, number, _FORBID)
    yield from _looked_at(CLONES[machine], 0, _THREAD, wanted=True)
    for number, argument in OPENS[machine]:
        yield from _looked_at(number, argument, _WRITES, wanted=False)
    yield _step(_RETURN, _ALLOW)


def _unless(test: int, value: int, answer: int) -> Iterator[bytes]:
    yield _step(test, value, 0, 1)
    yield _step(_RETURN, answer)


def _looked_at(number: int, argument: int, bits: int, *, wanted: bool) -> Iterator[bytes]:
    """A call that is allowed only with (or without) some bits in an argument; else the next step follows."""
    yield _step(_EQUAL, number, 0, 4)
    yield _step(_LOAD, _ARGUMENTS + 8 * argument)
    yield _step(_ANY_BIT, bits, 1 if not wanted else 0, 0 if not wanted else 1)
    yield _step(_RETURN, _ALLOW)
    yield _step(_RETURN, _FORBID)


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_so, if_not, value)
