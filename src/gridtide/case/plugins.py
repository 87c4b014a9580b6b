"""[[plugin]]: code of others that a case lists by its hash, signed by one of its [approvers]."""

from functools import partial
from pathlib import Path

from gridtide.case.schema import CaseFile, PluginTable
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.loop.mandate import Policy
from gridtide.sources.plugin.host import PluginPolicy
from gridtide.trust.listed import listing_faults
from gridtide.trust.plugin import Plugin, Trial, listing

PREFIX = "plugin:"
MOST_BYTES = 1 << 20


def plugins_of(case: CaseFile, folder: Path) -> dict[str, Policy]:
    """A policy for each plugin, by the name policies call it; none is started before it is asked.

    Raises BadInput with every fault of a file, a hash, a signer or a signature.
    """
    faults = Gathered()
    found: dict[str, Policy] = {}
    for number, table in enumerate(case.plugin, start=1):
        policy = faults.of(partial(_checked, table, case, folder, f"plugin[{number}]"))
        if policy is not None and policy.name in found:
            faults.findings.append(_twice(table, number))
        elif policy is not None:
            found[policy.name] = policy
    faults.refuse_if_any()
    return found


def plugin_notes(case: CaseFile) -> list[str]:
    """Whose code a case lets decide, who stands for it, and how far it is believed."""
    return [
        f"plugin {table.name} ({table.sha256[:12]}…), signed by {table.signed_by}, is believed as far as"
        f" {table.trial}; it runs in a process without network and files to write"
        for table in case.plugin
    ]


def _checked(table: PluginTable, case: CaseFile, folder: Path, subject: str) -> PluginPolicy:
    path = resolved(table.path, folder)
    try:
        with path.open("rb") as file:
            code = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(
            [_unreadable(subject, path, (error.strerror or "cannot be read").lower())]
        ) from error
    if len(code) > MOST_BYTES:
        raise BadInput([_unreadable(subject, path, f"holds more than {MOST_BYTES:,} bytes")])
    listed = Plugin(
        name=table.name,
        sha256=table.sha256,
        trial=Trial(table.trial),
        signed_by=table.signed_by,
        signature=table.signature,
        canary_days=table.canary_days,
        after_flag=table.after_flag or "",
    )
    found = list(listing_faults(listing(listed), code, case.approvers, f"{subject}."))
    if found:
        raise BadInput(found)
    return PluginPolicy(name=PREFIX + table.name, code=code, listed=listed)


def _twice(table: PluginTable, number: int) -> Finding:
    return Finding(
        subject=f"plugin[{number}].name",
        value=table.name,
        limit="a name that no other plugin has",
        mend="Give it another name.",
    )


def _unreadable(subject: str, path: Path, what: str) -> Finding:
    return Finding(
        subject=f"{subject}.path",
        value=f"{path}: {what}",
        limit="one file of Python",
        mend="Correct the path.",
    )
