"""Boards of NVIDIA through its management library (nvidia-ml-py, the extra `gpu`); setting limits takes privileges.

Functions of the library, its milliwatts and its errors are turned into the house's here and nowhere else.
"""

import importlib
from collections.abc import Callable
from importlib.metadata import packages_distributions
from typing import Any, TypeVar

from gridtide.fleet.boards import Board, BoardError, BoardFault
from gridtide.units import kw_of_milliwatts, milliwatts_of_kw

Value = TypeVar("Value")

FAULTS = {
    "NVML_ERROR_NOT_SUPPORTED": BoardFault.NOT_SUPPORTED,
    "NVML_ERROR_FUNCTION_NOT_FOUND": BoardFault.NOT_SUPPORTED,
    "NVML_ERROR_NO_PERMISSION": BoardFault.NO_PERMISSION,
    "NVML_ERROR_INVALID_ARGUMENT": BoardFault.OUT_OF_RANGE,
    "NVML_ERROR_NOT_FOUND": BoardFault.NO_SUCH_BOARD,
    "NVML_ERROR_GPU_NOT_FOUND": BoardFault.NO_SUCH_BOARD,
    "NVML_ERROR_GPU_IS_LOST": BoardFault.LOST,
    "NVML_ERROR_RESET_REQUIRED": BoardFault.LOST,
    "NVML_ERROR_DRIVER_NOT_LOADED": BoardFault.NO_DRIVER,
    "NVML_ERROR_LIBRARY_NOT_FOUND": BoardFault.NO_DRIVER,
    "NVML_ERROR_LIB_RM_VERSION_MISMATCH": BoardFault.NO_DRIVER,
    "NVML_ERROR_UNINITIALIZED": BoardFault.NO_DRIVER,
}
NEXT = {
    BoardFault.NOT_SUPPORTED: "this board or driver cannot; leave it off the allow-list",
    BoardFault.NO_PERMISSION: "run the power agent as root, or with CAP_SYS_ADMIN",
    BoardFault.OUT_OF_RANGE: "stay between the limits that `nvidia-smi -q -d POWER` prints",
    BoardFault.NO_SUCH_BOARD: "compare with the UUIDs that `nvidia-smi -L` prints",
    BoardFault.LOST: "the board fell off the bus or wants a reset; look at the kernel's log",
    BoardFault.NO_DRIVER: "load the NVIDIA driver, and see that it fits its library",
}
"""What to do about each fault."""


class NvmlBoards:
    """The boards of this machine; satisfies DrivesBoards. library: the module `pynvml`, or one that speaks like it.

    driver: its version. Raises BoardError where no driver answers.
    """

    method = "nvml"

    def __init__(self, library: Any = None) -> None:
        self._nvml = library or _library()
        self._known = {
            getattr(self._nvml, name): fault
            for name, fault in FAULTS.items()
            if hasattr(self._nvml, name)
        }
        self._asked("the driver", self._nvml.nvmlInit)
        self.driver: str = self._asked("the driver", self._nvml.nvmlSystemGetDriverVersion)

    def units(self) -> tuple[str, ...]:
        """UUIDs, in the order of the driver."""
        count = self._asked("the driver", self._nvml.nvmlDeviceGetCount)
        handles = [
            self._asked(f"board {number}", self._nvml.nvmlDeviceGetHandleByIndex, number)
            for number in range(count)
        ]
        return tuple(
            self._asked(f"board {number}", self._nvml.nvmlDeviceGetUUID, handle)
            for number, handle in enumerate(handles)
        )

    def board(self, unit: str) -> Board:
        """A board, the range that may be set, and the limit that holds."""
        lowest, highest = self._of(unit, self._nvml.nvmlDeviceGetPowerManagementLimitConstraints)
        return Board(
            unit=unit,
            name=self._of(unit, self._nvml.nvmlDeviceGetName),
            default_kw=kw_of_milliwatts(
                self._of(unit, self._nvml.nvmlDeviceGetPowerManagementDefaultLimit)
            ),
            lowest_kw=kw_of_milliwatts(lowest),
            highest_kw=kw_of_milliwatts(highest),
            limit_kw=kw_of_milliwatts(self._of(unit, self._nvml.nvmlDeviceGetPowerManagementLimit)),
        )

    def power_kw(self, unit: str) -> float:
        """What it draws, averaged as its driver does [kW]."""
        return kw_of_milliwatts(self._of(unit, self._nvml.nvmlDeviceGetPowerUsage))

    def limit(self, unit: str, limit_kw: float) -> None:
        """Set the limit of its power."""
        self._of(unit, self._nvml.nvmlDeviceSetPowerManagementLimit, milliwatts_of_kw(limit_kw))

    def lock_clock(self, unit: str, highest_mhz: int) -> None:
        """Lock its clock between 0 and this."""
        self._of(unit, self._nvml.nvmlDeviceSetGpuLockedClocks, 0, highest_mhz)

    def free_clock(self, unit: str) -> None:
        """Free its clock."""
        self._of(unit, self._nvml.nvmlDeviceResetGpuLockedClocks)

    def _of(self, unit: str, function: Callable[..., Value], *values: int) -> Value:
        """What a function says of a board; a driver that was loaded anew, and knows nobody, is greeted again."""
        try:
            return self._once(unit, function, *values)
        except BoardError as error:
            if error.fault is not BoardFault.NO_DRIVER:
                raise
        self._asked("the driver", self._nvml.nvmlInit)
        return self._once(unit, function, *values)

    def _once(self, unit: str, function: Callable[..., Value], *values: int) -> Value:
        handle = self._asked(unit, self._nvml.nvmlDeviceGetHandleByUUID, unit)
        return self._asked(unit, function, handle, *values)

    def _asked(self, subject: str, function: Callable[..., Value], *values: Any) -> Value:
        try:
            return function(*values)
        except self._nvml.NVMLError as error:
            code = getattr(error, "value", None)
            fault = self._known.get(code, BoardFault.OTHER)
            step = NEXT.get(fault, "look at the kernel's log")
            raise BoardError(fault, f"{subject}: {error}; {step}") from None


def _library() -> Any:
    """The module pynvml of nvidia-ml-py. Raises BoardError where it is not there, or is another package's."""
    try:
        found = importlib.import_module("pynvml")
    except ImportError:
        said = "pynvml is not there; install gridtide[gpu], which brings nvidia-ml-py"
        raise BoardError(BoardFault.NO_DRIVER, said) from None
    owners = set(packages_distributions().get("pynvml", ()))
    foreign = sorted(owners - {"nvidia-ml-py"})
    if foreign:
        said = f"the module pynvml is overwritten by {', '.join(foreign)}"
        mend = f"uninstall {' and '.join(foreign)}, then install nvidia-ml-py anew"
        raise BoardError(BoardFault.NO_DRIVER, f"{said}; {mend}")
    return found
