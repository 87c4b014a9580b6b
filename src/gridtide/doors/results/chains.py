"""Audit chains wherever they are kept: those of a run, one file, or a database; read, never mended."""

from dataclasses import dataclass
from pathlib import Path

from gridtide.doors.results.folder import folder_of
from gridtide.finding import BadInput, Finding
from gridtide.stores.json_lines import records_in
from gridtide.trust.record import Entry

CHAIN = "audit-{policy}.jsonl"


@dataclass(frozen=True, kw_only=True, eq=False)
class Chain:
    """One chain as it stands. name: its file or address; cut_bytes: of a last line that is not whole."""

    name: str
    entries: tuple[Entry, ...]
    cut_bytes: int = 0


def chains_at(store: str, runs: Path, policy: str | None) -> tuple[Chain, ...]:
    """The chains of a run (its number or last, or its folder), of a file or a database, in order of name.

    policy: the one course of a run, None for all. Raises BadInput where there is none.
    """
    path = Path(store)
    from gridtide.stores.sql.opening import is_database

    if is_database(store):
        return (_kept_in(store),)
    if path.is_file():
        return (_chain(path),)
    folder = path if path.is_dir() else folder_of(runs, store)
    names = CHAIN.format(policy="*" if policy is None else policy)
    found = tuple(_chain(one) for one in sorted(folder.glob(names)))
    if not found:
        raise BadInput([_none(folder, policy)])
    return found


def _kept_in(address: str) -> Chain:
    """The chain of a database. Raises BadInput and StoreLostError as it is opened and read."""
    from gridtide.stores.sql.entries import SqlEntries
    from gridtide.stores.sql.opening import open_to_read

    database = open_to_read(address)
    try:
        return Chain(name=database.name, entries=SqlEntries(database).entries())
    finally:
        database.close()


def _chain(path: Path) -> Chain:
    entries, cut_bytes = records_in(path.read_bytes())
    return Chain(name=str(path), entries=tuple(entries), cut_bytes=cut_bytes)


def _none(folder: Path, policy: str | None) -> Finding:
    there = [one.name for one in sorted(folder.glob(CHAIN.format(policy="*")))]
    return Finding(
        subject=f"audit chain {folder}" if policy is None else f"--policy {policy}",
        value="is not there",
        limit="one of " + (", ".join(there) or "none, for nothing was written down here"),
        mend="Name a run, its folder, or a file of its own.",
    )
