"""A waveform judged by what a person asked of it, with the changes that pass and, where one is drawn, its picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtide.case.grid_rules import GridRules
    from gridtide.grid.waveform import Waveform
    from gridtide.simulate.second_power import SitePower


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the words of a command ask: rules by name, all where none is named; the load's nominal power, its own
    where None; a store's efficiency each way; least_store: whether the least one of any control is asked for too."""

    known: "GridRules"
    names: tuple[str, ...]
    nominal_kw: float | None
    efficiency: float
    least_store: bool = False


def judged_document(
    waveform: "Waveform",
    asked: Asked,
    notes: tuple[str, ...],
    drawn: bool,
    power: "SitePower | None" = None,
) -> dict[str, Any]:
    """The document of one waveform. power: the site of a case it is of, whose starts can be moved."""
    from gridtide.case.grid_rules import named_rules
    from gridtide.doors.results.swing_document import (
        picture_of,
        sitting_document,
        waveform_document,
    )
    from gridtide.grid.judge import Load, Outcome, judged
    from gridtide.grid.mend import Mends, Store, power_mends
    from gridtide.grid.oscillation import driven_by
    from gridtide.grid.period_guard import sitting
    from gridtide.simulate.second_power import waves_of

    known = asked.known
    own_kw = waveform.peak_kw if power is None else power.nominal_kw
    load = Load(nominal_kw=asked.nominal_kw or own_kw, connection=known.connection)
    rules = named_rules(known, asked.names)
    if not asked.names and known.connection is None:
        notes = (*notes, "voltage and flicker are not judged: no [connection] is declared")
    verdicts = [judged(rule, waveform, load, asked=bool(asked.names)) for rule in rules]
    driven = [driven_by(mode, waveform) for mode in known.modes]
    failing = [one.rule for one in verdicts if one.fails]
    kept = [one.rule for one in verdicts if one.applies and one.outcome == Outcome.PASS]
    mends = Mends(found=(), failed=())
    if failing or not all(one.passes for one in driven):
        store = Store(efficiency=asked.efficiency)
        mends = power_mends(waveform, failing, kept, load, store, known.modes)
        if power is not None and failing:
            mends = _with_schedule(mends, power, failing, kept, load)
    found = waveform_document(waveform, load, verdicts, driven, mends, notes)
    if asked.least_store and failing:
        from gridtide.doors.results.least_store import least_store_document

        found["least_store"] = least_store_document(waveform, failing, load, asked.efficiency)
    if power is not None:
        found["sitting"] = [sitting_document(one) for one in sitting(waves_of(power), known.modes)]
        found["passes"] = found["passes"] and not found["sitting"]
    return {**found, "picture": picture_of(waveform, mends)} if drawn else found


def _with_schedule(
    mends: Any, power: "SitePower", failing: list[Any], kept: list[Any], load: Any
) -> Any:
    """The mends, and staggered starts and stops where these pass alone; else which rules they leave."""
    from dataclasses import replace

    from gridtide.grid.mend import mend_of
    from gridtide.simulate.calmer_starts import calmer

    moved = calmer(power, failing, load.nominal_kw)
    if moved is None:
        return replace(
            mends,
            failed=(
                *mends.failed,
                "no start or stop is there to be moved, or none finds room within a quarter of an hour",
            ),
        )
    calmed, figures = moved
    says = (
        f"{figures['moved']:.0f} of {figures['steps']:.0f} starts and stops later, {figures['delay_s']:,.0f} s in all,"
        f" none faster than {figures['ramp_s']:.0f} s"
    )
    before = replace(load, peak_kw=power.waveform.peak_kw)
    mend = mend_of("schedule", says, figures, calmed.waveform, (*failing, *kept), before)
    broken = [one.rule.name for one in mend.verdicts if not one.passes]
    if broken:
        said = f"staggered starts and stops alone do not pass {', '.join(broken)}"
        return replace(mends, failed=(*mends.failed, said))
    return replace(mends, found=(*mends.found, mend))
