"""What a decision of a room cost while it held: settled from what meters said, and kept to be settled again.

Settled are energy, the wear of stores and emissions; a month's peak is of no single decision. What was drawn while no
decision was in force is settled alike, under no name: beside it stands what a room that observes would have saved.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.site import Site
from gridtide.loop.at_the_meter import metered_of, position_kw
from gridtide.loop.basis import KeepsBases
from gridtide.loop.mandate import Mandate
from gridtide.loop.minutes import Minutes
from gridtide.loop.seen import Seen
from gridtide.loop.sight import wanted
from gridtide.loop.turn import Memory
from gridtide.settle.carbon import settle_emissions_kg
from gridtide.settle.cost import Metered, settle_energy_cost, settle_wear
from gridtide.signals.history import known
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline
from gridtide.trust.blocks import BlockFault, KeepsBlocks, NotKeptError, blocks_of, noun_of
from gridtide.trust.record import Decision

Real = NDArray[np.float64]
SETTLED = "settled"
"""Kind of the records that say what a decision cost."""
TOGETHER = timedelta(minutes=15)
"""Steps are settled together up to this long: so much at most a service that is killed leaves unsettled."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldThrough:
    """The steps that a decision held through, "" where none was in force. metered: of each site; discharge_kw: of its
    store, (S, T); carbon_average_g_per_kwh: of its zone, (S, T). Unknown is NaN. series: kind and zone of all that
    turns see; happened: each as it was known when the steps were over, (K, T)."""

    decision: str
    timeline: Timeline
    sites: tuple[Site, ...]
    metered: tuple[Metered, ...]
    discharge_kw: Real
    carbon_average_g_per_kwh: Real
    series: tuple[tuple[Kind, str], ...] = ()
    happened: Real = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        columns = ("discharge_kw", "carbon_average_g_per_kwh", "happened")
        freeze(self, **dict.fromkeys(columns, np.float64))


def costs(held: HeldThrough) -> dict[str, dict[str, float | None]]:
    """Of each site what energy and wear cost, in the currency of its contract, and what was emitted; `null` where a
    meter or a price is unknown."""
    found = {}
    for n, site in enumerate(held.sites):
        metered = held.metered[n]
        carbon = held.carbon_average_g_per_kwh[n]
        amounts = {
            "energy_cost": settle_energy_cost(site.contract, metered),
            "wear_cost": settle_wear(site.battery, held.discharge_kw[n], metered.hours),
            "emissions_kg": settle_emissions_kg(metered.import_kwh, carbon),
        }
        found[site.name] = {
            name: amount if isfinite(amount) else None for name, amount in amounts.items()
        }
    return found


def held_through(root: str, keeper: KeepsBlocks) -> HeldThrough:
    """What was settled under that name. Raises BlockFault where it is not as it was kept."""
    found = noun_of(root, keeper)
    if not isinstance(found, HeldThrough):
        raise BlockFault(root, "is not what a settlement was made of")
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Step:
    """One step that is over, [start, end), and import, export and discharge of each site, (3, S), kW."""

    step_s: tuple[int, int]
    kw: Real


@dataclass(kw_only=True, eq=False)
class Settling:
    """The steps since what was settled last, and the decision that held through them. Nothing is settled where nothing
    is kept of what decisions were made of."""

    bases: KeepsBases
    minutes: Minutes
    decision: str = ""
    steps: list[_Step] = field(default_factory=list)

    def went_on(
        self,
        in_force: Decision | None,
        step_s: tuple[int, int],
        seen: Seen | None,
        by: tuple[Mandate, Memory],
    ) -> None:
        """Take in a step [start, end) that is over, of the decision that held through it, None where none was in force,
        and write down what is to be settled. by: whose prices and positions count. Raises what the stores raise."""
        if self.bases.keeper is None:
            return
        decision = "" if in_force is None else in_force.id
        if self.steps and (decision != self.decision or self.steps[-1].step_s[1] != step_s[0]):
            self._settle(*by)
        if seen is None:
            return
        kw = np.stack([seen.import_kw, seen.export_kw, seen.discharge_kw])
        self.decision = decision
        self.steps.append(_Step(step_s=step_s, kw=kw))
        if step_s[1] - self.steps[0].step_s[0] >= TOGETHER.total_seconds():
            self._settle(*by)

    def _settle(self, mandate: Mandate, memory: Memory) -> None:
        keeper = self.bases.keeper
        assert keeper is not None
        held = self._held(mandate, memory)
        basis = ""
        try:
            blocks = blocks_of(held)
        except NotKeptError:
            said = "what was metered is not kept"
        else:
            keeper.keep(blocks.content)
            basis, said = blocks.root, ""
        self.minutes.append(
            {
                "kind": SETTLED,
                "decision": held.decision,
                "from": held.timeline.start.isoformat(),
                "until": held.timeline.end.isoformat(),
                "at": held.timeline.end.isoformat(),
                "sites": costs(held),
                "basis": basis,
                "said": said,
            }
        )
        self.steps = []

    def _held(self, mandate: Mandate, memory: Memory) -> HeldThrough:
        edges = [self.steps[0].step_s[0], *(one.step_s[1] for one in self.steps)]
        shown = Timeline(edges_s=np.asarray(edges))
        import_kw, export_kw, discharge_kw = np.stack([one.kw for one in self.steps], axis=-1)
        sites, history, series = mandate.fleet.sites, mandate.history, wanted(mandate)
        return HeldThrough(
            decision=self.decision,
            timeline=shown,
            sites=sites,
            metered=tuple(
                metered_of(
                    history,
                    site,
                    shown,
                    (import_kw[n], export_kw[n], position_kw(memory.commitments, site, shown)),
                )
                for n, site in enumerate(sites)
            ),
            discharge_kw=discharge_kw,
            carbon_average_g_per_kwh=np.stack(
                [
                    known(history, Kind.CARBON_AVERAGE, site.zone, shown, shown.end).values
                    for site in sites
                ]
            ),
            series=series,
            happened=np.stack(
                [known(history, kind, zone, shown, shown.end).values for kind, zone in series]
            ),
        )
