"""What a service keeps, opened together by the one that leads."""

from dataclasses import dataclass
from pathlib import Path

from gridtide.loop.clock import steady_s
from gridtide.loop.leadership import RenewedLead
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.blocks import SqlBlocks
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import LEASE_S, take_lead
from gridtide.stores.sql.opening import Database, open_database
from gridtide.stores.sql.readings import SqlReadings


@dataclass(frozen=True, kw_only=True)
class ServiceStores:
    """Chain, documents, blocks, intents and readings of one database, and the lead that writes them. The lead is to be
    renewed several times in `LEASE_S`; `readings.move` once a day brings what is older than wanted into files."""

    database: Database
    lead: RenewedLead
    entries: SqlEntries
    documents: SqlDocuments
    blocks: SqlBlocks
    intents: SqlIntents
    readings: ParquetHistory

    def close(self) -> None:
        """Let somebody else lead, and let go of the database."""
        self.lead.resign()
        self.database.close()


def open_for_service(
    where: str | Path, holder: str, history: Path, lease_s: float = LEASE_S
) -> ServiceStores:
    """Everything a service keeps at a path or URL, once it leads.

    holder: as others read who leads. history: folder of the readings of older days. Raises as `open_database` and
    `take_lead`: NotLeadingError while another service leads.
    """
    database = open_database(where)
    try:
        lead = RenewedLead(lambda: take_lead(database, holder, lease_s), lease_s, steady_s)
    except BaseException:
        database.close()
        raise
    return ServiceStores(
        database=database,
        lead=lead,
        entries=SqlEntries(database, lead),
        documents=SqlDocuments(database, lead),
        blocks=SqlBlocks(database, lead),
        intents=SqlIntents(database, lead),
        readings=ParquetHistory(SqlReadings(database, lead), history),
    )
