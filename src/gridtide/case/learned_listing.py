"""[site.facility] learned_sha256, learned_signed_by, learned_signature: a learned building that somebody stands for."""

from collections.abc import Iterator
from pathlib import Path

from gridtide.case.schema import CaseFile, FacilityTable
from gridtide.case.work import resolved
from gridtide.finding import Finding
from gridtide.loop.buildings_on_trial import BuildingTrial, BuildingTrials
from gridtide.trust.learned_model import model_listing
from gridtide.trust.listed import listing_faults

KEYS = ("learned_sha256", "learned_signed_by", "learned_signature")
MEND = "Have an approver sign it: gridtide audit model FILE --site SITE --as NAME --key KEY."


def not_as_listed(case: CaseFile, number: int, folder: Path) -> Iterator[Finding]:
    """Why the learned building of a site is not the one that was signed; nothing where the case lists none, or has
    no such file, which its reader says."""
    site = case.site[number]
    table, place = site.facility, f"site[{number + 1}].facility"
    given = [key for key in KEYS if getattr(table, key) is not None]
    if not given:
        return
    if len(given) < len(KEYS) or table.learned is None:
        for key in ("learned", *KEYS):
            if getattr(table, key) is None:
                limit = f"learned, {', '.join(KEYS)} together"
                yield _fault(f"{place}.{key}", "is missing", limit)
        return
    path = resolved(table.learned, folder)
    if not path.is_file():
        return
    content = path.read_bytes()
    sha256, signer, signature = (_text(table, key) for key in KEYS)
    again = table.learned_after_flag or ""
    listing = model_listing(site.name, sha256, signer, signature, again)
    yield from listing_faults(listing, content, case.approvers, f"{place}.learned_")


def not_listed(case: CaseFile) -> Iterator[Finding]:
    """Learned buildings that nobody stands for: real devices are not led by these."""
    for number, site in enumerate(case.site, start=1):
        if site.facility.learned is not None and site.facility.learned_sha256 is None:
            limit = "a learned building that an approver signed, where real devices are led by it"
            yield _fault(f"site[{number}].facility.learned_sha256", "is missing", limit)


def building_trials(case: CaseFile) -> BuildingTrials:
    """The trial of every learned building that a case lists."""
    return BuildingTrials(
        trials=tuple(
            BuildingTrial(
                site=number,
                name=site.name,
                sha256=site.facility.learned_sha256,
                days=site.facility.learned_canary_days,
                after_flag=site.facility.learned_after_flag or "",
            )
            for number, site in enumerate(case.site)
            if site.facility.learned_sha256 is not None
        )
    )


def _text(table: FacilityTable, key: str) -> str:
    text: str = getattr(table, key)
    return text


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=MEND)
