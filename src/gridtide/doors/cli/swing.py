"""`gridtide swing`: does a load hurt the grid by ramp, swing or leaving, and what would pass."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.case.grid_rules import GridRules
    from gridtide.grid.waveform import Waveform

FILE = click.Path(path_type=Path)
KW = click.FloatRange(min=0.0, min_open=True)


@click.command()
@click.argument("load", type=FILE)
@click.option("--rule", "names", multiple=True, metavar="NAME",
              help="A rule or an authority; all by default.")  # fmt: skip
@click.option("--rules", "own", type=FILE, help="Rules, grid modes and connection of one's own, TOML.")  # fmt: skip
@click.option("--nominal", type=KW, help="Power the load is connected for, kW; its peak by default.")  # fmt: skip
@click.option("--loads", "protected", type=FILE,
              help="With a table of sags: loads and their protection, TOML.")  # fmt: skip
@click.option("--efficiency", type=click.FloatRange(0.5, 1.0), default=0.95, show_default=True,
              help="Of a store, each way.")  # fmt: skip
@click.option("--page", "--plot", "page", type=FILE, help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def swing(
    load: Path,
    names: tuple[str, ...],
    own: Path | None,
    nominal: float | None,
    protected: Path | None,
    efficiency: float,
    page: Path | None,
    as_json: bool,
) -> int:
    """Judge LOAD by the rules of grids: a waveform (t_s or time, power_kw) by ramp and swing, or a table of sags (t_s,
    v_pu, duration_s) by ride-through. Leaves with 0 where all pass, with 3 where one fails or cannot be judged."""
    say_compiling()
    from gridtide.case.grid_rules import rules_with
    from gridtide.doors.cli.swing_words import show

    known = rules_with(own)
    if protected is not None:
        found = _of_sags(load, known, names, protected)
    else:
        found = _of_waveform(load, known, names, nominal, efficiency, page is not None)
    picture = found.pop("picture", None)
    if page is not None:
        from gridtide.doors.report.sheet import write_sheet

        write_sheet(page, {**found, "picture": picture}, "swing.js")
    tell(found, "swing.js", None, as_json, show)
    if page is not None and not as_json:
        click.echo(str(page))
    return 0 if found["passes"] else 3


def _of_waveform(
    path: Path,
    known: "GridRules",
    names: tuple[str, ...],
    nominal_kw: float | None,
    efficiency: float,
    drawn: bool,
) -> dict[str, Any]:
    from gridtide.sources.waveform_table import WaveformTable

    waveform, notes = WaveformTable(path=path).read_and_tell()
    return judged_document(waveform, known, names, nominal_kw, efficiency, notes, drawn)


def judged_document(
    waveform: "Waveform",
    known: "GridRules",
    names: tuple[str, ...],
    nominal_kw: float | None,
    efficiency: float,
    notes: tuple[str, ...],
    drawn: bool,
) -> dict[str, Any]:
    """A waveform judged by rules and modes, with the mends that pass; a picture of it where one is drawn."""
    from gridtide.case.grid_rules import named_rules
    from gridtide.doors.results.swing_document import picture_of, waveform_document
    from gridtide.grid.judge import Load, Outcome, judged
    from gridtide.grid.mend import Mends, Store, power_mends
    from gridtide.grid.oscillation import driven_by

    load = Load(nominal_kw=nominal_kw or waveform.peak_kw, connection=known.connection)
    rules = named_rules(known, names)
    verdicts = [judged(rule, waveform, load, asked=bool(names)) for rule in rules]
    driven = [driven_by(mode, waveform) for mode in known.modes]
    failing = [one.rule for one in verdicts if one.fails]
    kept = [one.rule for one in verdicts if one.applies and one.outcome == Outcome.PASS]
    mends = Mends(found=(), failed=())
    if failing:
        mends = power_mends(waveform, failing, kept, load, Store(efficiency=efficiency))
    found = waveform_document(waveform, load, verdicts, driven, mends, notes)
    return {**found, "picture": picture_of(waveform, mends)} if drawn else found


def _of_sags(
    path: Path, known: "GridRules", names: tuple[str, ...], protected: Path
) -> dict[str, Any]:
    from gridtide.case.grid_rules import named_tables
    from gridtide.case.protection import protected_loads
    from gridtide.doors.results.swing_document import sags_document
    from gridtide.finding import Gathered
    from gridtide.grid.ride_through import replayed
    from gridtide.sources.sag_table import SagTable

    faults = Gathered()
    tables = faults.of(lambda: named_tables(known, names))
    loads = faults.of(lambda: protected_loads(protected))
    sags = faults.of(lambda: SagTable(path=path).read())
    faults.refuse_if_any()
    assert tables is not None and loads is not None and sags is not None
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
