"""What is known of accelerators and of the models that answer on them beforehand: `machines.toml`."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from gridtide.case.schema import CaseFile, PoolTable
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark, curve_of
from gridtide.fleet.serving_model import ServingModel
from gridtide.physics.server import server_share_w


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """One kind, with its share of a server: kW parked and in training, and whence.

    idle_w, training_w, rated_w, lowest_cap_w: of the accelerator alone [W], the last None where unknown. marks: how
    each figure is known, by its name; `server` for rest_w and slope.
    """

    name: str
    parked_kw: float
    training_kw: float
    idle_w: float
    training_w: float
    rest_w: float
    slope: float
    source: str
    rated_w: float
    lowest_cap_w: float | None
    marks: Mapping[str, str]


@cache
def accelerators() -> dict[str, Accelerator]:
    """Every accelerator known, by name."""
    return {name: _accelerator(name, table) for name, table in _file()["accelerator"].items()}


@cache
def serving_models() -> dict[tuple[str, str], ServingModel]:
    """Every fit known, by model and accelerator."""
    return {
        (table["model"], table["accelerator"]): _model(table, accelerators()[table["accelerator"]])
        for table in _file()["serving"]
    }


@cache
def training_curves() -> tuple[KnobCurve, ...]:
    """What work did under power caps, in the order of the file."""
    return tuple(
        curve_of(
            accelerator=row["accelerator"],
            workload=row["workload"],
            knob=Knob.CAP,
            setting=np.asarray(row["cap_w"], dtype=np.float64),
            rate=np.asarray(row["speed"], dtype=np.float64),
            power_w=np.asarray(row["power_w"], dtype=np.float64),
            mark=Mark(row["mark"]),
            source=row["source"],
        )
        for row in _file()["training"]
    )


def assumed(case: CaseFile) -> tuple[str, ...]:
    """What a case takes from here, a sentence for each kind of machine and each model."""
    said: dict[str, None] = {}
    for site in case.site:
        for pool in site.pool:
            known = accelerators().get(pool.accelerator)
            if known and None in (pool.parked_kw_per_accelerator, pool.busy_kw_per_accelerator):
                said[
                    f"{known.name}: {known.parked_kw:.3f} kW parked and {known.training_kw:.3f} kW in training,"
                    f" as far as the case states no other; {known.source}"
                ] = None
    kinds = {(site.name, pool.name): pool.accelerator for site in case.site for pool in site.pool}
    for service in case.service:
        for place in service.place:
            key = (service.model or "", kinds[place.site, place.pool])
            if place.sequences is not None:
                said[
                    f"{service.name}: {key[0]} on {key[1]}, {sources()[key]}; time of prompts is assumed"
                ] = None
    return tuple(said)


def server_figures(kind: str) -> tuple[float, float, float]:
    """Idle power of an accelerator [W], and rest [W] and slope of its server. Raises KeyError when unknown."""
    table = _file()["accelerator"][kind]
    return table["idle_w"], table["rest_w"], table["slope"]


@cache
def sources() -> dict[tuple[str, str], str]:
    """Where each fit comes from, by model and accelerator."""
    return {(row["model"], row["accelerator"]): row["source"] for row in _file()["serving"]}


def pool_powers_kw(table: PoolTable) -> tuple[float | None, float | None]:
    """Power of one accelerator of a pool, parked and busy: as the case says, else as known, else None."""
    known = accelerators().get(table.accelerator)
    parked, busy = table.parked_kw_per_accelerator, table.busy_kw_per_accelerator
    if known is None:
        return parked, busy
    return (
        known.parked_kw if parked is None else parked,
        known.training_kw if busy is None else busy,
    )


def _file() -> dict[str, Any]:
    return tomllib.loads((files("gridtide.case") / "machines.toml").read_text(encoding="utf-8"))


def _accelerator(name: str, table: dict[str, Any]) -> Accelerator:
    rest_w, slope = table["rest_w"], table["slope"]
    return Accelerator(
        name=name,
        parked_kw=server_share_w(table["idle_w"], rest_w, slope) / 1000.0,
        training_kw=server_share_w(table["training_w"], rest_w, slope) / 1000.0,
        idle_w=table["idle_w"],
        training_w=table["training_w"],
        rest_w=rest_w,
        slope=slope,
        source=f"{table['mark']}: {table['source']}",
        rated_w=table["rated_w"],
        lowest_cap_w=table.get("lowest_cap_w"),
        marks=dict(table["marks"]),
    )


def _model(table: dict[str, Any], accelerator: Accelerator) -> ServingModel:
    powers: dict[str, list[float]] = table.get("power_table", {"sequences": [], "watts": []})
    return ServingModel(
        name=table["model"],
        accelerators=table["accelerators"],
        least_w=table.get("least_w", math.nan),
        range_w=table.get("range_w", math.nan),
        steepness=table.get("steepness", math.nan),
        middle=table.get("middle", math.nan),
        first_s=table["first_s"],
        per_sequence_s=(table["per_sequence_s"], table.get("per_square_s", 0.0)),
        prefill_s_per_token=table["prefill_s_per_token"],
        sequences_from=float(table["from"]),
        sequences_to=float(table["to"]),
        rest_w=accelerator.rest_w,
        slope=accelerator.slope,
        prefill_w=table["prefill_w"],
        idle_w=accelerator.idle_w,
        memory_tokens=float(table["memory_tokens"]),
        power_table=(tuple(powers["sequences"]), tuple(powers["watts"])),
    )
