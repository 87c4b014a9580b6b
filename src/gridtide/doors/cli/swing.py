"""`gridtide swing`: does a load hurt the grid by ramp, swing or leaving, and what would pass."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import duration_s, instant_of, mapping_of, say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.doors.cli.swing_judging import Asked

FILE = click.Path(path_type=Path)
KW = Number(min=0.0, min_open=True)


@click.command()
@click.argument("load", type=FILE)
@click.option("--map", "pairs", multiple=True, metavar="NAME=COLUMN", help="Columns of a waveform.")
@click.option("--rule", "names", multiple=True, metavar="NAME",
              help="A rule or an authority; all by default.")  # fmt: skip
@click.option("--rules", "own", type=FILE, help="Rules, grid modes and connection of one's own, TOML.")  # fmt: skip
@click.option("--nominal", type=KW, help="Power the load is connected for, kW; its peak by default.")  # fmt: skip
@click.option("--loads", "protected", type=FILE,
              help="With a table of sags: loads and their protection, TOML.")  # fmt: skip
@click.option("--efficiency", type=Number(0.5, 1.0), default=0.95, show_default=True,
              help="Of a store, each way.")  # fmt: skip
@click.option("--least-store", is_flag=True, help="Also the least store that any control could do with.")  # fmt: skip
@click.option("--policy", default="coordinated", show_default=True, help="Of a case: whose course.")  # fmt: skip
@click.option("--at", "when", metavar="TIME",
              help="Of a case: where the window begins; around its largest start or stop by default.")  # fmt: skip
@click.option("--lasts", default="20min", show_default=True, help="Of a case: how long it is.")
@click.option("--rate", type=Number(1, 1000), default=200.0, show_default=True,
              help="Of a case: samples a second.")  # fmt: skip
@click.option(
    "--page", "--plot", "page", type=PageFile(), help="Write the picture as one HTML page."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def swing(
    load: Path,
    pairs: tuple[str, ...],
    names: tuple[str, ...],
    own: Path | None,
    nominal: float | None,
    protected: Path | None,
    efficiency: float,
    least_store: bool,
    policy: str,
    when: str | None,
    lasts: str,
    rate: float,
    page: Path | None,
    as_json: bool,
) -> int:
    """Judge LOAD by the rules of grids: a waveform (t_s or time, power_kw) or each site of a case by ramp and swing, a
    table of sags (t_s, v_pu, duration_s) by ride-through. Leaves with 0 where all pass, with 3 where one fails or
    cannot be judged."""
    say_compiling()
    from gridtide.case.grid_rules import rules_with
    from gridtide.doors.cli.swing_judging import Asked

    if protected is not None:
        found = _of_sags(load, own, names, protected)
        return _told(found, page, as_json)
    known = rules_with(own)
    asked = Asked(
        known=known, names=names, nominal_kw=nominal, efficiency=efficiency, least_store=least_store
    )
    if load.suffix == ".toml":
        from gridtide.doors.cli.swing_case import of_case

        window = (instant_of(when, "--at"), duration_s(lasts, "--lasts", 60), 1.0 / rate)
        found = of_case(load, asked, policy, window, page is not None)
    else:
        found = _of_waveform(load, mapping_of(pairs), asked, page is not None)
    return _told(found, page, as_json)


def _told(found: dict[str, Any], page: Path | None, as_json: bool) -> int:
    """Tell the document, as a page where one is asked for; what the command ends with."""
    from gridtide.doors.cli.swing_words import show

    if page is not None:
        from gridtide.doors.report.sheet import write_sheet

        write_sheet(page, found, "swing.js")
        found = _without_pictures(found)
    tell(found, "swing.js", None, as_json, show)
    if page is not None and not as_json:
        click.echo(str(page))
    return 0 if found["passes"] else 3


def _without_pictures(found: dict[str, Any]) -> dict[str, Any]:
    """The document without what only a page draws."""
    bare = {key: value for key, value in found.items() if key != "picture"}
    if "sites" in bare:
        bare["sites"] = [_without_pictures(one) for one in bare["sites"]]
    return bare


def _of_waveform(
    path: Path, columns: dict[str, str], asked: "Asked", drawn: bool
) -> dict[str, Any]:
    from gridtide.doors.cli.swing_judging import judged_document
    from gridtide.sources.waveform_table import WaveformTable

    try:
        waveform, notes = WaveformTable(path=path, columns=columns).read_and_tell()
    except BadInput:
        _refuse_sags(path)
        raise
    if asked.nominal_kw is None and waveform.peak_kw <= 0.0:
        raise BadInput([_drawn_by_none(path, waveform.peak_kw)])
    return judged_document(waveform, asked, notes, drawn)


def _refuse_sags(path: Path) -> None:
    """Raises BadInput for a table of sags, which is judged with loads; says nothing of any other file."""
    from gridtide.sources.sag_table import SagTable

    try:
        SagTable(path=path).read()
    except BadInput:
        return
    raise BadInput(
        [
            Finding(
                subject="--loads",
                value="is not given",
                limit=f"loads and their protection, for {path} is a table of sags",
                mend="Give it; docs/swing.md says what it holds.",
            )
        ]
    )


def _drawn_by_none(path: Path, peak_kw: float) -> Finding:
    return Finding(
        subject=f"{path} power_kw",
        value=f"{peak_kw:,.0f} kW at most",
        limit="a load draws more than 0 at some moment",
        mend="Turn the sign if the meter counts a draw below 0, or say with --nominal what the load is connected for.",
    )


def _of_sags(
    path: Path, own: Path | None, names: tuple[str, ...], protected: Path
) -> dict[str, Any]:
    from gridtide.case.grid_rules import named_tables, rules_with
    from gridtide.case.protection import protected_loads
    from gridtide.doors.results.swing_document import sags_document
    from gridtide.finding import Gathered
    from gridtide.grid.ride_through import replayed
    from gridtide.sources.sag_table import SagTable

    faults = Gathered()
    known = faults.of(lambda: rules_with(own))
    tables = faults.of(lambda: named_tables(known, names)) if known is not None else None
    loads = faults.of(lambda: protected_loads(protected))
    sags = faults.of(lambda: SagTable(path=path).read())
    faults.refuse_if_any()
    assert known is not None and tables is not None and loads is not None and sags is not None
    if len(tables) != 1:
        told = ", ".join(name for name, one in known.ride_through.items() if one.voltage)
        raise BadInput(
            [
                Finding(
                    subject="--rule",
                    value=f"names {len(tables)} ride-through tables",
                    limit=f"one of {told}",
                    mend="Write --rule ercot-nogrr282, for example.",
                )
            ]
        )
    (table,) = tables
    return sags_document(path.name, table, sags, [replayed(table, one, sags) for one in loads])
