"""`gridtide audit`: is a record whole, what does it say, and does a decision come out of it again?"""

import json
from pathlib import Path

import click

from gridtide.doors.cli.running import DEFAULT_RUNS
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding, Gathered

FILE = click.Path(path_type=Path)
RUNS = click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder of the results.")
POLICY = click.option("--policy", help="Of a run: only this course.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
BROKEN = 2
"""Exit code of a record that is not whole: input that cannot be used."""
OTHERWISE = 3
"""Exit code of a decision that does not come out as it was written down."""


@click.group()
def audit() -> None:
    """Verify, show and sign records; recompute decisions. STORE: a run (number, last, or folder) or a file."""


@audit.command("verify")
@click.argument("store")
@RUNS
@POLICY
@click.option("--key", "keys", multiple=True, help="A public key that may sign; several allowed.")
@click.option("--kept", type=FILE, help="Checkpoints that were kept elsewhere, of one chain.")
@JSON
def verify(
    store: str,
    runs: Path,
    policy: str | None,
    keys: tuple[str, ...],
    kept: Path | None,
    as_json: bool,
) -> int:
    """Is every record the one that was written? Names the first that is not; exit code 2 where there is one. STORE may
    be a proof of `gridtide audit prove` as well: then --key says whose signature counts."""
    from gridtide.doors.cli.audit_words import show_verified
    from gridtide.doors.results.audit_document import verified_document
    from gridtide.doors.results.chains import chains_at
    from gridtide.doors.results.proved import is_proof
    from gridtide.stores.checkpoint_lines import CheckpointLines
    from gridtide.trust.checkpoint import known_keys

    if is_proof(Path(store)):
        return _verify_proof(Path(store), keys, as_json)
    faults = Gathered()
    chains = faults.of(lambda: chains_at(store, runs, policy))
    known = faults.of(lambda: known_keys(keys)) if keys else None
    points = () if kept is None else faults.of(CheckpointLines(kept).read)
    if kept is not None and chains is not None and len(chains) > 1:
        faults.findings.append(_several(f"--kept {kept}", [one.name for one in chains]))
    faults.refuse_if_any()
    found = verified_document(chains or (), known, points or ())
    tell(found, "", None, as_json, show_verified)
    return 0 if found["whole"] else BROKEN


def _verify_proof(proof: Path, keys: tuple[str, ...], as_json: bool) -> int:
    from gridtide.doors.cli.audit_words import show_proved
    from gridtide.doors.results.proved import checked_document

    found = checked_document(proof, keys)
    tell(found, "", None, as_json, show_proved)
    return 0 if found["whole"] else BROKEN


@audit.command("prove")
@click.argument("store")
@click.argument("decision", default="last")
@RUNS
@POLICY
@click.option("--kept", type=FILE, help="Checkpoints that were kept elsewhere, of this chain.")
@click.option("--out", type=FILE, help="File to write it to, instead of printing it.")
def prove(
    store: str, decision: str, runs: Path, policy: str | None, kept: Path | None, out: Path | None
) -> None:
    """What shows a third party, who sees nothing else of the record, that DECISION (its id, or the last) stands under
    a Merkle root that was signed. `gridtide audit verify` checks it."""
    from gridtide.doors.results.chains import chains_at
    from gridtide.doors.results.proved import proved_document
    from gridtide.stores.checkpoint_lines import CheckpointLines

    faults = Gathered()
    chains = faults.of(lambda: chains_at(store, runs, policy)) or ()
    points = () if kept is None else faults.of(CheckpointLines(kept).read) or ()
    if len(chains) > 1:
        faults.findings.append(_several(store, [one.name for one in chains]))
    faults.refuse_if_any()
    found = proved_document(chains[0], decision, points)
    if out is None:
        tell(found, "", None, True, lambda _: None)
        return
    from gridtide.doors.whole_file import write_whole

    try:
        write_whole(out, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    except OSError as fault:
        raise BadInput([_unwritable(out, fault.strerror or str(fault))]) from None
    click.echo(f"{out}: decision {found['decision']}")


@audit.command("show")
@click.argument("store")
@RUNS
@POLICY
@click.option(
    "--last", "count", type=click.IntRange(min=1), default=10, show_default=True,
    help="How many records, newest first.",
)  # fmt: skip
@JSON
def show(store: str, runs: Path, policy: str | None, count: int, as_json: bool) -> None:
    """The newest records, as they stand."""
    from gridtide.doors.cli.audit_words import show_records
    from gridtide.doors.results.audit_document import shown_document
    from gridtide.doors.results.chains import chains_at

    found = shown_document(chains_at(store, runs, policy), count)
    tell(found, "", None, as_json, show_records)


@audit.command("recompute")
@click.argument("run")
@click.argument("decision", default="last")
@RUNS
@click.option("--policy", default="coordinated", show_default=True, help="Whose course of the run.")
@click.option("--case", type=FILE, help="Where the case of the run stands now.")
@JSON
def recompute(
    run: str, decision: str, runs: Path, policy: str, case: Path | None, as_json: bool
) -> int:
    """Take DECISION (its id, or the last) of RUN, or of a service's database, again: guard, dispatch and settlement to
    the last bit, its plan proved anew; exit code 3 where something comes out otherwise."""
    from gridtide.doors.cli.audit_words import show_recomputed
    from gridtide.stores.sql.opening import is_database

    if is_database(run):
        return _recompute_live(run, decision, as_json)
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.folder import folder_of
    from gridtide.doors.results.recomputed import holds, recomputed

    folder = Path(run) if Path(run).is_dir() else folder_of(runs, run)
    say_compiling()

    def said(done: int, whole: int) -> None:
        if done == 1:
            click.echo(f"taking {whole} turns of {policy} again", err=True)

    found = recomputed(folder, policy, decision, case, said)
    tell(found, "", None, as_json, show_recomputed)
    return 0 if holds(found) else OTHERWISE


def _recompute_live(store: str, decision: str, as_json: bool) -> int:
    from gridtide.doors.cli.audit_words import show_recomputed_live
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.recomputed_live import comes_out, recomputed_live

    say_compiling()
    found = recomputed_live(store, decision)
    tell(found, "", None, as_json, show_recomputed_live)
    return 0 if comes_out(found) else OTHERWISE


@audit.command("key")
@click.argument("file", type=FILE)
@JSON
def key(file: Path, as_json: bool) -> None:
    """Make a new key to sign with, in FILE, which only you can read; print its public part."""
    from gridtide.stores.signing_key import new_key
    from gridtide.trust.checkpoint import key_id, public_bytes, written

    public = public_bytes(new_key(file))
    found = {"file": str(file), "key": key_id(public), "public": written(public)}
    tell(found, "", None, as_json, lambda told: click.echo(f"{told['key']}  {told['public']}"))


@audit.command("sign")
@click.argument("store")
@RUNS
@POLICY
@click.option("--key", "key_file", type=FILE, required=True, help="What gridtide audit key made.")
@click.option("--kept", type=FILE, required=True, help="File to add the checkpoint to.")
@JSON
def sign(
    store: str, runs: Path, policy: str | None, key_file: Path, kept: Path, as_json: bool
) -> None:
    """Sign how long a chain is and how it ends, into a file apart from it; only a whole chain is signed."""
    from gridtide.doors.cli.audit_words import show_signed
    from gridtide.doors.results.chains import chains_at
    from gridtide.loop.clock import WallClock
    from gridtide.stores.checkpoint_lines import CheckpointLines
    from gridtide.stores.signing_key import read_key
    from gridtide.trust.checkpoint import signed, tree_over, values_of
    from gridtide.trust.verify import verified

    faults = Gathered()
    chains = faults.of(lambda: chains_at(store, runs, policy)) or ()
    private = faults.of(lambda: read_key(key_file))
    if len(chains) > 1:
        faults.findings.append(_several(store, [one.name for one in chains]))
    for chain in chains[:1]:
        broken = verified(chain.entries).broken
        if broken is not None:
            faults.findings.append(_not_whole(chain.name, broken.said))
    faults.refuse_if_any()
    assert private is not None
    entries = chains[0].entries
    last = entries[-1] if entries else None
    point = signed(tree_over(entries), last, WallClock().now(), private)
    CheckpointLines(kept).keep(point)
    tell({"chain": chains[0].name, **values_of(point)}, "", None, as_json, show_signed)


@audit.command("plugin")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="How the case will call it.")
@click.option("--as", "signer", required=True, help="Who signs, as [approvers] of the case has it.")
@click.option("--key", "key_file", type=FILE, required=True, help="What gridtide audit key made.")
@click.option(
    "--trial", type=click.Choice(["shadow", "advise", "act"]), default="shadow", show_default=True,
    help="How far it is to be believed.",
)  # fmt: skip
@click.option("--after-flag", metavar="ID", help="Believe it again, after a flag of a live room.")
@JSON
def plugin(
    file: Path,
    name: str,
    signer: str,
    key_file: Path,
    trial: str,
    after_flag: str | None,
    as_json: bool,
) -> None:
    """Sign FILE, a planner of somebody else: prints the tables that a case needs to let it decide."""
    import hashlib

    from gridtide.doors.cli.audit_words import show_plugin
    from gridtide.stores.signing_key import read_key
    from gridtide.trust.checkpoint import public_bytes, written
    from gridtide.trust.listed import signed
    from gridtide.trust.plugin import Plugin, Trial, listing

    faults = Gathered()
    code = faults.of(lambda: _read(file))
    private = faults.of(lambda: read_key(key_file))
    faults.refuse_if_any()
    assert code is not None and private is not None
    digest = hashlib.sha256(code).hexdigest()
    listed = Plugin(
        name=name, sha256=digest, trial=Trial(trial), signed_by=signer, signature="", canary_days=7,
        after_flag=after_flag or "",
    )  # fmt: skip
    found = {
        "approver": signer,
        "public": written(public_bytes(private)),
        "plugin": {
            "name": name,
            "path": str(file),
            "sha256": digest,
            "trial": trial,
            **({"after_flag": after_flag} if after_flag else {}),
            "signed_by": signer,
            "signature": signed(listing(listed), private),
        },
    }
    tell(found, "", None, as_json, show_plugin)


@audit.command("model")
@click.argument("file", type=FILE)
@click.option("--site", required=True, help="Whose building it tells of.")
@click.option("--as", "signer", required=True, help="Who signs, as [approvers] of the case has it.")
@click.option("--key", "key_file", type=FILE, required=True, help="What gridtide audit key made.")
@click.option("--after-flag", metavar="ID", help="Believe it again, after a flag of a live room.")
@JSON
def model(
    file: Path, site: str, signer: str, key_file: Path, after_flag: str | None, as_json: bool
) -> None:
    """Sign FILE, a learned building: prints what a case needs to lead real devices by it."""
    import hashlib

    from gridtide.doors.cli.audit_words import show_model
    from gridtide.stores.signing_key import read_key
    from gridtide.trust.checkpoint import public_bytes, written
    from gridtide.trust.learned_model import model_listing
    from gridtide.trust.listed import signed

    faults = Gathered()
    content = faults.of(lambda: _read(file))
    private = faults.of(lambda: read_key(key_file))
    faults.refuse_if_any()
    assert content is not None and private is not None
    digest = hashlib.sha256(content).hexdigest()
    found = {
        "approver": signer,
        "public": written(public_bytes(private)),
        "facility": {
            "learned": str(file),
            "learned_sha256": digest,
            "learned_signed_by": signer,
            **({"learned_after_flag": after_flag} if after_flag else {}),
            "learned_signature": signed(
                model_listing(site, digest, signer, "", after_flag or ""), private
            ),
        },
    }
    tell(found, "", None, as_json, show_model)


@audit.command("source")
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="What gridtide audit key made.")
@JSON
def source(file: Path, key_file: Path, as_json: bool) -> None:
    """Sign FILE, a series that others read, into FILE.sig; print the public key that a case names."""
    from gridtide.case.signed_signal import signature_of
    from gridtide.stores.signing_key import read_key
    from gridtide.trust.checkpoint import public_bytes, written
    from gridtide.trust.signed_source import sealed

    faults = Gathered()
    content = faults.of(lambda: _read(file))
    private = faults.of(lambda: read_key(key_file))
    faults.refuse_if_any()
    assert content is not None and private is not None
    beside = signature_of(file)
    beside.write_text(sealed(content, private) + "\n", encoding="ascii")
    found = {"signature": str(beside), "public_key": written(public_bytes(private))}
    tell(
        found,
        "",
        None,
        as_json,
        lambda told: click.echo(f"{told['signature']}  {told['public_key']}"),
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise BadInput(
            [
                Finding(
                    subject=str(file),
                    value=(fault.strerror or "cannot be read").lower(),
                    limit="one file of Python",
                    mend="Check the path.",
                )
            ]
        ) from None


def _unwritable(out: Path, why: str) -> Finding:
    return Finding(
        subject=f"--out {out}", value=why.lower(), limit="a file that can be written",
        mend="Name another, or leave it out to have it printed.",
    )  # fmt: skip


def _several(subject: str, names: list[str]) -> Finding:
    return Finding(
        subject=subject,
        value=f"is of one chain, {len(names)} are named",
        limit="one of " + ", ".join(names),
        mend="Name that file, or the course of the run with --policy.",
    )


def _not_whole(name: str, said: str) -> Finding:
    return Finding(
        subject=name,
        value=said,
        limit="a whole chain",
        mend="Restore it from a copy; what is broken is not signed.",
    )
