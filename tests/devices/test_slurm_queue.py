"""Slurm by its commands keeps what every device that holds back jobs promises, in the shapes of two versions."""

from datetime import timedelta
from pathlib import Path

import pytest

from gridtide.devices.slurm_cli import SlurmCli
from gridtide.fleet.device import UnreachableError
from gridtide.loop.clock import DrivenClock
from gridtide.testing.devices_queue import MORNING, Opened, PausePromises, QueuePromises
from gridtide.testing.tiny_slurm import Shape, TinyPlatform, TinySlurm, saving_to
from gridtide.wire.slurm.allowed import Allowed
from gridtide.wire.slurm.clock import clock_shown
from gridtide.wire.slurm.pausing import Pausing

ALLOWED = Allowed(partitions=frozenset({"low"}), users=frozenset({"ada"}))
PAUSING = Pausing(grace=timedelta(seconds=30), settle=timedelta(seconds=30), wake_partition="wake")


def opened(folder: Path, shape: Shape) -> Opened:
    """A device on a Slurm in memory with six jobs."""
    clock = DrivenClock(MORNING)
    slurm = TinySlurm(clock, shape, room_at=MORNING + timedelta(minutes=1))
    saves = f"class=train;pause=checkpoint;checkpoint={folder}/ck"
    slurm.add(1, comment="class=batch")
    slurm.add(2, comment=saves, state="RUNNING", gpus=2, saves=saving_to(folder / "ck"))
    slurm.add(3, comment=saves.replace("/ck", "/deaf"), state="RUNNING", gpus=2)
    slurm.add(4, comment="class=train", state="RUNNING")
    slurm.add(5, comment="mine, do not touch")
    slurm.add(6, comment="class=batch", partition="urgent")
    device = SlurmCli(clock=clock, allowed=ALLOWED, run=slurm, pausing=PAUSING)
    return Opened(
        device=device,
        clock=clock,
        platform=TinyPlatform(slurm),
        waiting="1",
        saving="2",
        deaf="3",
        never="4",
        undeclared="5",
        foreign="6",
    )


class _Slurm(QueuePromises, PausePromises):
    shape: Shape

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def opened(self) -> Opened:
        return opened(self.folder, self.shape)


def test_the_clock_of_the_controller_is_read_as_sdiag_says_it(tmp_path: Path) -> None:
    """Whole seconds; an answer without it, and none, are no clock."""
    found = opened(tmp_path, "22.05")
    assert isinstance(found.device, SlurmCli)
    found.clock.present += timedelta(minutes=7, seconds=31)
    assert found.device.read_clock() == found.clock.now()
    with pytest.raises(ValueError, match="does not say when"):
        clock_shown("sdiag: error: something (12)")
    assert isinstance(found.platform, TinyPlatform)
    found.platform.slurm.silent = True
    with pytest.raises(UnreachableError):
        found.device.read_clock()


class TestSlurmOfOldVersions(_Slurm):
    shape = "22.05"


class TestSlurmOfNewVersions(_Slurm):
    shape = "23.11"
