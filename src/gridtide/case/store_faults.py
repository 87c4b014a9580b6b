"""Faults that stores of a site share, whatever they store: a second one, and a basin that begins too low."""

from gridtide.case.schema import PumpedHydroTable, ReservoirTable
from gridtide.finding import Finding


def second_store(key: str, other: str) -> Finding:
    """Said of the store at `key`, which stands beside the table [site.other]."""
    return Finding(
        subject=key,
        value=f"beside a [site.{other}]",
        limit="one store that is planned at a site",
        mend="Leave one out, or give one of them to a site of its own.",
    )


def begins_too_low(key: str, water: PumpedHydroTable | ReservoirTable) -> list[Finding]:
    """A basin that begins below what must stay in it; nothing of one that does not."""
    begins_m3 = water.start_share * water.volume_m3
    if water.least_m3 <= begins_m3:
        return []
    return [
        Finding(
            subject=f"{key}.least_m3",
            value=f"{water.least_m3:,.0f} m³",
            limit=f"at most {begins_m3:,.0f} m³, what is there at the start",
            mend="Lower it, or raise start_share.",
        )
    ]
