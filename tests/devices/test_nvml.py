"""Calls of NVIDIA's library, its milliwatts and errors become the house's; names are held against the real module."""

import importlib
import sys
import types
from typing import Any

import pynvml
import pytest

from gridtide.devices import nvml
from gridtide.devices.nvml import FAULTS, NvmlBoards
from gridtide.fleet.boards import BoardError, BoardFault


class Library:
    """A driver with one board, speaking as the module pynvml does."""

    NVMLError = pynvml.NVMLError

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.limit = 700_000
        self.raises: int | None = None
        self.unloaded = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("NVML_"):
            return getattr(pynvml, name)
        assert hasattr(pynvml, name), f"the real module has no {name}"
        answers: dict[str, Any] = {
            "nvmlInit": None,
            "nvmlSystemGetDriverVersion": "570.86",
            "nvmlDeviceGetCount": 1,
            "nvmlDeviceGetHandleByIndex": "handle",
            "nvmlDeviceGetHandleByUUID": "handle",
            "nvmlDeviceGetUUID": "GPU-1",
            "nvmlDeviceGetName": "H100",
            "nvmlDeviceGetPowerManagementLimitConstraints": [200_000, 700_000],
            "nvmlDeviceGetPowerManagementDefaultLimit": 700_000,
            "nvmlDeviceGetPowerManagementLimit": self.limit,
            "nvmlDeviceGetPowerUsage": 312_345,
        }

        def call(*values: Any) -> Any:
            self.calls.append((name, values))
            if self.unloaded and name == "nvmlInit":
                self.unloaded = False
            if self.unloaded:
                raise pynvml.NVMLError(pynvml.NVML_ERROR_UNINITIALIZED)
            if self.raises is not None and name.startswith(("nvmlDeviceSet", "nvmlInit")):
                raise pynvml.NVMLError(self.raises)
            if name == "nvmlDeviceSetPowerManagementLimit":
                self.limit = values[1]
            return answers.get(name)

        return call


def test_milliwatts_become_kilowatts_and_back() -> None:
    """Of power, limits and ranges."""
    library = Library()
    boards = NvmlBoards(library)
    assert (boards.driver, boards.units()) == ("570.86", ("GPU-1",))
    board = boards.board("GPU-1")
    assert (board.lowest_kw, board.default_kw, board.limit_kw) == (0.2, 0.7, 0.7)
    assert boards.power_kw("GPU-1") == 0.312345
    boards.limit("GPU-1", 0.4567)
    boards.lock_clock("GPU-1", 1_200)
    boards.free_clock("GPU-1")
    assert [call for call in library.calls if "set" in call[0].lower()] == [
        ("nvmlDeviceSetPowerManagementLimit", ("handle", 456_700)),
        ("nvmlDeviceSetGpuLockedClocks", ("handle", 0, 1_200)),
        ("nvmlDeviceResetGpuLockedClocks", ("handle",)),
    ]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_error_of_the_library_has_a_next_step(name: str) -> None:
    """By its code in the real module."""
    library = Library()
    boards = NvmlBoards(library)
    library.raises = getattr(pynvml, name)
    subject = "the driver" if FAULTS[name] is BoardFault.NO_DRIVER else "GPU-1"
    with pytest.raises(BoardError, match=rf"^{subject}: .+; .+") as refused:
        boards.limit("GPU-1", 0.5)
    assert refused.value.fault is FAULTS[name]


def test_a_driver_that_was_loaded_anew_is_greeted_again() -> None:
    """And the call that found it so is made once more."""
    library = Library()
    boards = NvmlBoards(library)
    library.unloaded = True
    assert boards.power_kw("GPU-1") == 0.312345


def test_a_machine_without_a_driver_is_told_so() -> None:
    """At the start, not at the first cap; here with the real library where there is no driver."""
    library = Library()
    library.raises = pynvml.NVML_ERROR_DRIVER_NOT_LOADED
    with pytest.raises(BoardError, match="load the NVIDIA driver") as refused:
        NvmlBoards(library)
    assert refused.value.fault is BoardFault.NO_DRIVER


def test_a_module_of_another_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """pynvml and nvidia-ml-py3 overwrite the module of nvidia-ml-py."""
    monkeypatch.setattr(
        nvml, "packages_distributions", lambda: {"pynvml": ["nvidia-ml-py", "nvidia-ml-py3"]}
    )
    with pytest.raises(BoardError, match="overwritten by nvidia-ml-py3; uninstall nvidia-ml-py3"):
        NvmlBoards()


def test_a_missing_module_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line to install it."""

    def absent(name: str) -> types.ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(BoardError, match=r"gridtide\[gpu\]"):
        NvmlBoards()
    assert "pynvml" in sys.modules
