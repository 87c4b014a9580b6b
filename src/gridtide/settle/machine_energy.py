"""What machines drew, divided into the parts of their servers, and accelerators into moving data and computing."""

from collections.abc import Iterator
from dataclasses import dataclass

from gridtide.fleet.energy_facts import MovementFacts, ServerParts
from gridtide.physics.movement import computed_j, moved_j, wire_pj_per_bit
from gridtide.physics.server import accelerator_of_share_w
from gridtide.settle.energy_flows import Flow, Mark

J_PER_KWH = 3.6e6
WORKING = "working accelerators"
WHOLE = "servers, not divided"


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Machines of one kind in one use: name of the use, energy at the IT meter [kWh], accelerator-hours of it."""

    use: str
    it_kwh: float
    accelerator_h: float
    parked: bool


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What working accelerators read, sent and computed: bits and operations."""

    read_bits: float
    linked_bits: float
    operations: float


def accelerator_kwh(machines: Machines, parts: ServerParts) -> float:
    """Energy of the accelerators themselves; less than 0 where the servers draw less than this kind of server can."""
    if machines.accelerator_h == 0.0:
        return 0.0
    share_w = 1000.0 * machines.it_kwh / machines.accelerator_h
    own_w = accelerator_of_share_w(share_w, parts.rest_w, parts.slope)
    return own_w * machines.accelerator_h / 1000.0


def divides(machines: Machines, parts: ServerParts | None) -> bool:
    """Whether these machines can be of this kind of server."""
    return parts is not None and accelerator_kwh(machines, parts) >= 0.0


def server_flows(machines: Machines, parts: ServerParts | None) -> Iterator[Flow]:
    """From IT over a use into the parts of its servers; not divided where the kind of server is not known."""
    yield Flow(source="IT", target=machines.use, kwh=machines.it_kwh, mark=Mark.METERED)
    if parts is None or not divides(machines, parts):
        yield Flow(source=machines.use, target=WHOLE, kwh=machines.it_kwh, mark=Mark.METERED)
        return
    own = accelerator_kwh(machines, parts)
    converted, blown = parts.conversion * machines.it_kwh, parts.fans * machines.it_kwh
    rest = machines.it_kwh - own - converted - blown
    target = "idle accelerators" if machines.parked else WORKING
    yield Flow(source=machines.use, target=target, kwh=own, mark=Mark.MODELLED)
    yield Flow(source=machines.use, target="power supplies", kwh=converted, mark=Mark.ASSUMED)
    yield Flow(source=machines.use, target="server fans", kwh=blown, mark=Mark.ASSUMED)
    for name, share in parts.others:
        yield Flow(source=machines.use, target=name, kwh=share * rest, mark=Mark.ASSUMED)


def working_flows(
    machines: Machines, parts: ServerParts, traffic: Traffic | None, facts: MovementFacts | None
) -> tuple[list[Flow], float]:
    """From working accelerators into what is always drawn, moving data and computing, and the share by which the
    modelled energies were held to what was drawn (1: they fit). Without traffic the moving part is one flow."""
    own = accelerator_kwh(machines, parts)
    idle = min(parts.idle_w * machines.accelerator_h / 1000.0, own)
    flows = [_working("always drawn", idle)]
    if traffic is None or facts is None:
        return [*flows, _working("work, not divided", own - idle)], 1.0
    wire = wire_pj_per_bit(facts.wire_mm, facts.wire_pj_per_bit_mm)
    named = {
        "reading memory": moved_j(traffic.read_bits, facts.memory_pj_per_bit) / J_PER_KWH,
        "wires on the chip": moved_j(traffic.read_bits, wire) / J_PER_KWH,
        "links between accelerators": moved_j(traffic.linked_bits, facts.link_pj_per_bit)
        / J_PER_KWH,
        "computation": computed_j(traffic.operations, facts.pj_per_operation) / J_PER_KWH,
    }
    modelled = sum(named.values())
    held = min(1.0, (own - idle) / modelled) if modelled > 0 else 1.0
    flows += [_working(name, held * kwh) for name, kwh in named.items()]
    flows.append(_working("control and what no model explains", own - idle - held * modelled))
    return flows, held


def _working(target: str, kwh: float) -> Flow:
    return Flow(source=WORKING, target=target, kwh=kwh, mark=Mark.MODELLED)
