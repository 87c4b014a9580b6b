"""`gridtide store`: what a service keeps, copied from one database into another."""

import click

from gridtide.doors.cli.telling import tell


@click.group()
def store() -> None:
    """Look after what a service keeps. FROM, TO: a path, sqlite:///path or postgresql+psycopg://user@host/name."""


@store.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def copy(source: str, target: str, as_json: bool) -> None:
    """Copy everything, from SQLite to PostgreSQL or back. No service may run on FROM; TO must be new."""
    from gridtide.stores.sql.moving import copy_database
    from gridtide.stores.sql.opening import open_database, open_to_read

    read = open_to_read(source)
    write = open_database(target)
    try:
        rows = copy_database(read, write)
    finally:
        read.close()
        write.close()
    tell({"from": read.name, "to": write.name, "rows": rows}, "", None, as_json, _show)


def _show(found: dict[str, object]) -> None:
    rows = found["rows"]
    assert isinstance(rows, dict)
    for table, count in rows.items():
        click.echo(f"{count:>12,} {table}")
    click.echo(f"copied into {found['to']}")
