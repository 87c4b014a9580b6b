"""`gridtide audit` in words."""

import json
from typing import Any

import click


def show_verified(found: dict[str, Any]) -> None:
    """A line a chain, checkpoints, and what to know beside."""
    for one in found["chains"]:
        said = f"whole, {one['entries']:,} records"
        if not one["whole"]:
            said = f"BROKEN at record {one['first_broken']}: {one['fault']}; {one['why']}"
        click.echo(f"{one['chain']}: {said}")
        if one["checkpoints"]:
            true = sum(point["vouches"] for point in one["checkpoints"])
            click.echo(
                f"  {len(one['checkpoints'])} checkpoints, {true} true; {one['covered']:,} records vouched for"
            )
        if one["last_hash"]:
            click.echo(f"  ends in {one['last_hash']}")
    for note in found["notes"]:
        click.echo(note)


def show_proved(found: dict[str, Any]) -> None:
    """What a proof shows of one decision, or why it shows nothing."""
    head = f"{found['proof']}: decision {found['decision'][:12]}"
    if not found["whole"]:
        click.echo(f"{head}: PROVES NOTHING: {found['fault']}; {found['why']}")
        return
    point = found["checkpoint"]
    click.echo(f"{head} stands in the record as {', '.join(found['stages'])}")
    click.echo(
        f"  records {', '.join(str(one) for one in found['records'])} of {point['number']:,}, signed by key"
        f" {point['key']} at {point['at']}"
    )
    click.echo(f"  Merkle root {point['root']}")


def show_records(found: dict[str, Any]) -> None:
    """A line a record, newest first."""
    for one in found["chains"]:
        click.echo(f"{one['chain']}: {one['entries']:,} records")
        maker = one["maker"]
        if maker:
            click.echo(
                f"  written by gridtide {maker['version']} on {maker['machine']}; {maker['libraries']}"
            )
        for record in one["records"]:
            click.echo(f"  {record['record']:>6}  {_line(record['says'])}")


def _line(says: dict[str, Any] | str) -> str:
    """What a record says, in a line."""
    if isinstance(says, str):
        return f"cannot be read: {says[:80]}"
    if "stage" in says:
        return (
            f"{says['as_of']}  decision {says['id'][:12]}  {says['stage']}  {says['policy']}"
            f"  by {says['rung']}  answers: {says['owner']}"
        )
    if "checkpoint" in says:
        point = says["checkpoint"]
        return f"{point['at']}  checkpoint of {point['number']} records by key {point['key']}"
    if {"who", "role", "what", "subject", "held", "said"} <= set(says):
        held = "" if says["held"] else "REFUSED  "
        why = f"  reason: {says['reason']}" if says.get("reason") else ""
        who = f"{says['who']} ({says['role']})"
        return f"{says['at']}  {who}  {says['what']} {says['subject']}  {held}{says['said']}{why}"
    if says.get("kind") == "maker":
        return f"gridtide {says['version']} began to write"
    return ", ".join(f"{name} {value}" for name, value in sorted(says.items()))[:160]


def show_recomputed(found: dict[str, Any]) -> None:
    """What came out the same, part by part."""
    decision = found["decision"]
    click.echo(
        f"run {found['run']}, {found['policy']}: decision {decision['id'][:12]} of {decision['as_of']}"
    )
    for part, same in found["same"].items():
        click.echo(f"  {part}: {'the same to the last bit' if same else 'NOT the same'}")
    settled = found["settlement"]
    if settled["bit_equal"]:
        click.echo(f"  settlement: {settled['total']:,.2f}, the same to the last bit")
    else:
        click.echo(f"  settlement: NOT the same: {', '.join(settled['different']) or 'its total'}")
    _say_proof(found["certified"])
    _say_makers(found["maker"])
    if found["why"]:
        click.echo(f"  {found['why']}")


def show_recomputed_live(found: dict[str, Any]) -> None:
    """What came out the same of a decision of a live store, part by part."""
    decision = found["decision"]
    click.echo(
        f"{found['store']}, {decision['policy']}: decision {decision['id'][:12]} of {decision['as_of']}"
    )
    click.echo(f"  {', '.join(decision['stages'])}; answers: {decision['owner']}")
    for part, same in found["same"].items():
        unknown = "by no later turn" if part == "told" else "cannot be told"
        said = {True: "the same to the last bit", False: "NOT the same", None: unknown}
        click.echo(f"  {part}: {said[same]}")
    _say_settled(found["settlement"])
    _say_proof(found["certified"])
    _say_makers(found["maker"])
    kept = found["kept"]
    click.echo(
        f"  kept of {kept['decisions']:,} decisions: {kept['bytes']:,} bytes,"
        f" {kept['bytes_per_decision']:,} of each"
    )
    if found["why"]:
        click.echo(f"  {found['why']}")


def _say_settled(settled: dict[str, Any]) -> None:
    if settled["bit_equal"] is None:
        click.echo("  settlement: none, for it was not in force at the end of a step")
        return
    said = "the same to the last bit"
    if not settled["bit_equal"]:
        records = ", ".join(str(one) for one in settled["different"])
        said = "; ".join([f"NOT the same: records {records}"] * bool(records) + settled["broken"])
    amounts = ", ".join(
        f"{name} {'unknown' if amount is None else f'{amount:,.2f}'}"
        for name, amount in settled["totals"].items()
    )
    click.echo(f"  settlement: {said}; {settled['from']} to {settled['until']}: {amounts}")


def _say_makers(makers: dict[str, Any]) -> None:
    if makers["then"] is None:
        click.echo("  the record does not say what wrote it")
    elif not makers["same"]:
        for name, value in makers["then"].items():
            if value != makers["now"][name]:
                click.echo(f"  {name}: {value} then, {makers['now'][name]} now")


def _say_proof(certified: dict[str, Any] | None) -> None:
    if certified is None:
        click.echo("  proof: no plan was made for it")
    elif certified["holds"] is None:
        click.echo(f"  proof: none; {'; '.join(certified['why'])}")
    elif not certified["holds"]:
        click.echo(f"  proof: does NOT hold: {'; '.join(certified['why'])}")
    else:
        click.echo(
            f"  proof: the plan costs {certified['stated_cost']:,.2f}; proved anew: no plan costs less than"
            f" {certified['lower_bound']:,.2f}, and one that holds costs {certified['cost']:,.2f}"
        )


def show_signed(found: dict[str, Any]) -> None:
    """What was signed."""
    click.echo(
        f"{found['chain']}: {found['number']:,} records signed by key {found['key']} at {found['at']}"
    )


def show_plugin(found: dict[str, Any]) -> None:
    """The tables of a case, to be copied; TOML and JSON quote text alike."""
    _show_tables(found, "[[plugin]]", found["plugin"])


def show_model(found: dict[str, Any]) -> None:
    """The tables of a case, to be copied."""
    _show_tables(found, "[site.facility]", found["facility"])


def _show_tables(found: dict[str, Any], head: str, table: dict[str, str]) -> None:
    click.echo(f"[approvers]\n{_quoted(found['approver'])} = {_quoted(found['public'])}\n\n{head}")
    for key, value in table.items():
        click.echo(f"{key} = {_quoted(value)}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
