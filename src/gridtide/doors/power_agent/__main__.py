"""`gridtide-power CONFIG`: the privileged process. `--restore` gives back what one that died has lent."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from gridtide.doors.agent_notes import Notes
from gridtide.doors.places import unfit_file, unfit_socket
from gridtide.doors.power_agent.config import PowerConfig, read_config
from gridtide.doors.power_agent.journal import FileJournal
from gridtide.doors.power_agent.keeper import Keeper, lapsed
from gridtide.doors.power_agent.lent import Journal, NoJournal
from gridtide.doors.power_agent.serving import serve
from gridtide.doors.whole_file import alone
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.lease import Instant
from gridtide.loop.clock import WallClock, steady_s

BOOT = Path("/proc/sys/kernel/random/boot_id")


def instant_now() -> Instant:
    """Now, on the wall, by the time that passed, and in which start of the machine."""
    return Instant(wall=WallClock().now(), steady_s=steady_s(), boot=BOOT.read_text().strip())


def main(arguments: Sequence[str] | None = None) -> int:
    """0 ok, 1 boards that could not be given back, 2 a file that cannot be used, or another one runs."""
    asked = _parser().parse_args(arguments)
    try:
        config = read_config(asked.config)
        if asked.restore or asked.restore_lapsed:
            return _restore(config, asked.restore_lapsed)
        return _serve(config)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridtide-power", description=__doc__)
    parser.add_argument("config", type=Path, help="TOML: boards, allow-list, who may ask.")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--restore", action="store_true", help="Give every board back, and leave.")
    one.add_argument(
        "--restore-lapsed",
        action="store_true",
        help="Give back boards without a lease that still holds, and leave.",
    )
    return parser


def _serve(config: PowerConfig) -> int:
    refuse_if_any(
        [*unfit_socket(config.socket), *unfit_file(config.journal), *unfit_file(config.record)]
    )
    with alone(config.journal) as only:
        if not only:
            raise BadInput([_another(config.journal)])
        notes = Notes(config.record, WallClock().now)
        keeper = _keeper(config, FileJournal(config.journal), notes)
        said = f"{len(config.allowed)} boards on {config.socket}"
        asyncio.run(_until_a_signal(keeper, config, said))
        return 1 if keeper.troubles else 0


async def _until_a_signal(keeper: Keeper, config: PowerConfig, said: str) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    ready = partial(print, said, flush=True)
    await serve(keeper, config.socket, config.allow_uids, over, ready)


def _restore(config: PowerConfig, only_lapsed: bool) -> int:
    """Give back beside an agent that sleeps, or after one that died; the journal is left to one that runs. Without the
    journal's folder nothing is known of leases, and every board goes back."""
    there = config.journal.parent.is_dir()
    with alone(config.journal) if there else nullcontext(False) as dead:
        journal: Journal = FileJournal(config.journal)
        allowed = config.allowed
        if only_lapsed:
            units = lapsed(config.boards, allowed, journal.read, instant_now)
            allowed = {unit: allowed[unit] for unit in units}
        whole = dead and not only_lapsed
        keeper = _keeper(config, journal if whole else NoJournal(), Notes(None, WallClock().now))
        keeper.allowed = allowed
        keeper.take_up()
        keeper.end_all("restored from outside")
        return 1 if keeper.troubles else 0


def _keeper(config: PowerConfig, journal: Journal, notes: Notes) -> Keeper:
    return Keeper(
        boards=config.boards,
        allowed=config.allowed,
        journal=journal,
        now=instant_now,
        note=notes.note,
        longest=config.longest,
    )


def _another(journal: Path) -> Finding:
    return Finding(
        subject=str(journal),
        value="is kept by another power agent that runs",
        limit="one agent for one journal",
        mend="Stop the other one first, or name another journal.",
    )


def run() -> None:
    """The command `gridtide-power`."""
    sys.exit(main())


if __name__ == "__main__":
    run()
