"""Blocks in a database, compressed, by the hash of what they hold: added to, never changed."""

import zlib
from collections.abc import Mapping

from sqlalchemy import func, select

from gridtide.loop.leadership import Leads
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.schema import BLOCKS
from gridtide.trust.blocks import BLOCK_MAX_BYTES, BlockFault

ASKED_AT_ONCE = 500


class SqlBlocks:
    """Keeps blocks. lead: of who writes; None for one who only reads."""

    def __init__(self, database: Database, lead: Leads | None = None) -> None:
        self._database = database
        self._lead = lead
        self._known: dict[str, None] = {}

    def keep(self, blocks: Mapping[str, bytes]) -> int:
        """Keep those that are not there; they are on the disk when this returns."""
        unknown = [name for name in blocks if name not in self._known]
        kept = 0
        with self._database.writing(self._lead) as connection:
            for begin in range(0, len(unknown), ASKED_AT_ONCE):
                some = unknown[begin : begin + ASKED_AT_ONCE]
                there = set(
                    connection.scalars(select(BLOCKS.c.hash).where(BLOCKS.c.hash.in_(some)))
                )
                fresh = {name: zlib.compress(blocks[name]) for name in some if name not in there}
                epoch = self._lead.epoch if self._lead else None
                rows = [
                    {"hash": name, "epoch": epoch, "content": packed}
                    for name, packed in fresh.items()
                ]
                if rows:
                    connection.execute(BLOCKS.insert(), rows)
                kept += sum(len(packed) for packed in fresh.values())
        self._known = dict.fromkeys(blocks)
        return kept

    def size(self) -> tuple[int, int]:
        """How many blocks there are, and how many bytes of the store they take."""
        query = select(func.count(), func.coalesce(func.sum(func.length(BLOCKS.c.content)), 0))
        with self._database.reading() as connection:
            count, taken = connection.execute(query).one()
        return int(count), int(taken)

    def block(self, hash: str) -> bytes:
        """The content of one."""
        with self._database.reading() as connection:
            packed = connection.scalar(select(BLOCKS.c.content).where(BLOCKS.c.hash == hash))
        if not isinstance(packed, bytes):
            raise BlockFault(hash, "is missing" if packed is None else "is not as it was kept")
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(packed, BLOCK_MAX_BYTES)
        except zlib.error:
            raise BlockFault(hash, "is not as it was kept") from None
        if not unpacking.eof:
            raise BlockFault(hash, "is not as it was kept")
        return content
