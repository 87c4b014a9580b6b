"""What is known of where energy goes, from `energy.toml` or a file of its form, every fault at once."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from gridtide.case.machines import server_figures
from gridtide.case.schema import Table
from gridtide.finding import BadInput, Finding
from gridtide.fleet.energy_facts import (
    EnergyFacts,
    ModelFacts,
    MovementFacts,
    Rung,
    ServerParts,
)

SHARE = Field(ge=0.0, le=1.0)
POSITIVE = Field(gt=0.0)
COUNT = Field(ge=0.0)


class ServerTable(Table):
    """Parts of one kind of server; the accelerator's own figures stand in machines.toml."""

    conversion: float = SHARE
    fans: float = SHARE
    others: dict[str, float]
    mark: str
    source: str


class AcceleratorTable(Table):
    """Energy of bits and operations of one kind of accelerator."""

    memory_pj_per_bit: float = POSITIVE
    wire_pj_per_bit_mm: float = COUNT
    wire_mm: float = COUNT
    link_pj_per_bit: float = COUNT
    pj_per_operation: float = POSITIVE
    operations_per_s: float = POSITIVE
    memory_bits_per_s: float = POSITIVE
    training_operations: float = SHARE
    training_memory: float = SHARE
    mark: str
    source: str


class ModelTable(Table):
    """What a token of one model reads and computes."""

    parameters: float = POSITIVE
    active_parameters: float = POSITIVE
    weight_bits: float = POSITIVE
    experts: float = COUNT
    experts_per_token: float = COUNT
    context_bits: float = COUNT
    layers: float = POSITIVE
    width: float = POSITIVE
    number_bits: float = POSITIVE
    mark: str
    source: str


class FactsFile(Table):
    """The whole file. ladder: by rung, numbers and words mixed."""

    server: dict[str, ServerTable]
    accelerator: dict[str, AcceleratorTable]
    model: dict[str, ModelTable]
    ladder: dict[str, dict[str, float | str]]


RUNGS = {
    "reference": ("power_w", "operations_per_s", "memory_bits_per_s"),
    "shipped": ("power_w", "operations_per_s", "memory_bits_per_s"),
    "cmos": ("times", "least", "most"),
    "landauer": ("temperature_k", "bits_per_operation"),
}


def energy_facts(path: Path | None = None) -> EnergyFacts:
    """The facts of a file, or the bundled ones. Raises BadInput with every fault found."""
    bundled = files("gridtide.case") / "energy.toml"
    name = str(path) if path else "energy.toml"
    try:
        text = path.read_text(encoding="utf-8") if path else bundled.read_text(encoding="utf-8")
        table = FactsFile.model_validate(tomllib.loads(text))
    except OSError as error:
        what = (error.strerror or "cannot be read").lower()
        raise BadInput([_fault(name, what, "a file of facts in TOML", "Check the path.")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([_fault(name, str(error), "valid TOML in UTF-8", "Correct it.")]) from None
    except ValidationError as error:
        raise BadInput([_detail(name, detail) for detail in error.errors()]) from None
    _refuse(name, table)
    return EnergyFacts(
        servers={kind: _server(kind, row) for kind, row in table.server.items()},
        movement={kind: _movement(row) for kind, row in table.accelerator.items()},
        models={model: _model(row) for model, row in table.model.items()},
        ladder={rung: _rung(row) for rung, row in table.ladder.items()},
    )


def _server(kind: str, row: ServerTable) -> ServerParts:
    idle_w, rest_w, slope = server_figures(kind)
    whole = sum(row.others.values())
    return ServerParts(
        idle_w=idle_w,
        rest_w=rest_w,
        slope=slope,
        conversion=row.conversion,
        fans=row.fans,
        others=tuple((part, amount / whole) for part, amount in row.others.items()),
        source=f"{row.mark}: {row.source}",
    )


def _movement(row: AcceleratorTable) -> MovementFacts:
    figures = row.model_dump(exclude={"mark", "source"})
    return MovementFacts(**figures, source=f"{row.mark}: {row.source}")


def _model(row: ModelTable) -> ModelFacts:
    """Experts hold what the parameters exceed the active ones by, and the active ones' share of them."""
    expert = 0.0
    if row.experts > 0:
        unused = 1.0 - row.experts_per_token / row.experts
        expert = (row.parameters - row.active_parameters) / unused if unused > 0 else 0.0
    return ModelFacts(
        active_parameters=row.active_parameters,
        shared_bits=(row.parameters - expert) * row.weight_bits,
        expert_bits=expert * row.weight_bits,
        experts=row.experts,
        experts_per_token=row.experts_per_token,
        context_bits=row.context_bits,
        layers=row.layers,
        width=row.width,
        number_bits=row.number_bits,
        source=f"{row.mark}: {row.source}",
    )


def _rung(row: dict[str, float | str]) -> Rung:
    numbers = {key: value for key, value in row.items() if isinstance(value, float)}
    words = {key: value for key, value in row.items() if isinstance(value, str)}
    return Rung(
        numbers=numbers,
        name=words.get("name", ""),
        mark=words.get("mark", ""),
        source=words.get("source", ""),
    )


def _refuse(name: str, table: FactsFile) -> None:
    faults = []
    for kind, row in table.server.items():
        if server_figures_known(kind) is False:
            faults.append(
                _fault(
                    f"{name} server.{kind}",
                    "is no accelerator that machines.toml knows",
                    "one of them",
                    "Correct the name.",
                )
            )
        if row.conversion + row.fans > 0.4 or not sum(row.others.values()) > 0:
            faults.append(
                _fault(
                    f"{name} server.{kind}",
                    f"conversion {row.conversion:g}, fans {row.fans:g}, others {row.others}",
                    "shares that together leave 0.6, and others that are more than nothing",
                    "Correct them.",
                )
            )
    for rung, keys in RUNGS.items():
        there = table.ladder.get(rung, {})
        lacking = [
            key
            for key in keys
            if not isinstance(there.get(key), float) or there[key] <= 0  # type: ignore[operator]
        ]
        if lacking:
            faults.append(
                _fault(
                    f"{name} ladder.{rung}",
                    f"has no positive {', '.join(lacking)}",
                    ", ".join(keys),
                    "Give it.",
                )
            )
    if faults:
        raise BadInput(faults)


def server_figures_known(kind: str) -> bool:
    """Whether machines.toml knows an accelerator of this name."""
    from gridtide.case.machines import accelerators

    return kind in accelerators()


def _detail(name: str, detail: Any) -> Finding:
    where = ".".join(str(part) for part in detail["loc"])
    return _fault(
        f"{name} {where}", repr(detail.get("input"))[:80], detail["msg"], "Correct the value."
    )


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
