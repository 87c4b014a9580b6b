"""A site model that `gridtide learn` wrote: a JSON file that carries the digest of its own content."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.finding import BadInput, Finding
from gridtide.fleet.changeover import NO_LIMIT, Changeover
from gridtide.fleet.learning.coefficients import COEFFICIENTS
from gridtide.fleet.learning.intervals import CELLS, Spread
from gridtide.fleet.learning.known import Hole
from gridtide.fleet.learning.site_map import DeadBand, SiteMap, SlowShare
from gridtide.fleet.learning.site_model import Judged, Ranges, SiteModel
from gridtide.sources import text_of

VERSION = 2
LEARN_AGAIN = "Write it again with `gridtide learn TELEMETRY --out FILE`."
Finite = Annotated[float, Field(allow_inf_nan=False)]
Span = tuple[Finite, Finite]
Rows = tuple[tuple[Finite, ...], ...]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    """No unknown keys, no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Band(_Part):
    of: Literal["heat", "outdoor"]
    low: Finite
    high: Finite
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Slow(_Part):
    lag_s: Annotated[float, Field(gt=0, le=1e6)]
    share: Annotated[float, Field(ge=0, le=0.15)]


class _Rest(_Part):
    at_utilisation: Annotated[tuple[Finite, ...], Field(min_length=2, max_length=100)]
    at_outdoor_c: Annotated[tuple[Finite, ...], Field(min_length=2, max_length=100)]
    kw: Rows
    dead_bands: tuple[_Band, ...]
    slow_shares: Annotated[tuple[_Slow, ...], Field(max_length=4)]
    lag_more: Annotated[float, Field(gt=-1, le=0)]


class _Changeover(_Part):
    wet_share: Annotated[float, Field(ge=0, le=1)]
    returns_below_c: Finite
    leaves_above_c: Finite
    returns_below_humidity: Annotated[float, Field(ge=0, le=NO_LIMIT)]
    leaves_above_humidity: Annotated[float, Field(ge=0, le=NO_LIMIT)]


class _Spread(_Part):
    edges_utilisation: tuple[Finite, ...]
    edges_wet_c: tuple[Finite, ...]
    scale: Rows
    below: Finite
    above: Finite


class _Ranges(_Part):
    utilisation: Span
    clock_mhz: Span
    wet_c: Span
    dry_c: Span
    felt_c: Span
    it_kw: Span
    facility_kw: Span


class _Hole(_Part):
    clock: Span
    wet_c: Span
    utilisation: Span


class _Judged(_Part):
    days: Annotated[int, Field(ge=1)]
    mape: Finite
    bias: Finite
    coverage: Finite
    mape_constant_pue: Finite
    mape_pue_by_temperature: Finite
    mape_pue_and_straight_it: Finite
    share_inside: Finite


class _File(_Part):
    """The file. Power is in kW, temperatures in °C, clocks in MHz."""

    kind: Literal["gridtide site model"]
    version: Literal[2]
    site: str
    input_digest: Digest
    it_capacity_given: bool
    highest_mhz: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    coefficients: dict[str, Finite]
    changeover: _Changeover | None
    rest: _Rest
    spread: _Spread
    ranges: _Ranges
    without_data: tuple[_Hole, ...]
    enclosed: tuple[_Hole, ...]
    held_out_days: _Judged


def written(model: SiteModel) -> str:
    """The text of the file; equal models give equal bytes."""
    whole = content_of(model)
    return json.dumps({**whole, "digest": _digest_of(whole)}, indent=1, ensure_ascii=False) + "\n"


def content_of(model: SiteModel) -> dict[str, Any]:
    """What the file holds, without its digest."""
    site_map, spread = model.site_map, model.spread
    names = [one.name for one in COEFFICIENTS]
    return {
        "kind": "gridtide site model",
        "version": VERSION,
        "site": model.site,
        "input_digest": model.input_digest,
        "it_capacity_given": model.it_capacity_given,
        "highest_mhz": site_map.highest_mhz,
        "coefficients": dict(zip(names, site_map.coefficients.tolist(), strict=True)),
        "changeover": None if site_map.changeover is None else asdict(site_map.changeover),
        "rest": {
            "at_utilisation": site_map.at_utilisation.tolist(),
            "at_outdoor_c": site_map.at_outdoor_c.tolist(),
            "kw": site_map.rest_kw.tolist(),
            "dead_bands": [asdict(band) for band in site_map.dead_bands],
            "slow_shares": [asdict(slow) for slow in site_map.slow_shares],
            "lag_more": site_map.lag_more,
        },
        "spread": {
            "edges_utilisation": spread.edges_utilisation.tolist(),
            "edges_wet_c": spread.edges_wet_c.tolist(),
            "scale": spread.scale.tolist(),
            "below": spread.below,
            "above": spread.above,
        },
        "ranges": {name: list(span) for name, span in asdict(model.ranges).items()},
        "without_data": [
            {name: list(span) for name, span in asdict(hole).items()} for hole in model.holes
        ],
        "enclosed": [
            {name: list(span) for name, span in asdict(hole).items()} for hole in model.enclosed
        ],
        "held_out_days": asdict(model.judged),
    }


def read_site_model(path: Path) -> tuple[SiteModel, str]:
    """The model of a file and the digest of its content. Raises BadInput with every fault found."""
    try:
        content = json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise _refused(path, f"is no JSON: {error}", "a file of `gridtide learn --out`") from None
    if not isinstance(content, dict):
        raise _refused(path, type(content).__name__, "a JSON object")
    said = content.pop("digest", None)
    try:
        file = _File.model_validate(content, strict=False)
    except ValidationError as error:
        raise BadInput([_finding(path, detail) for detail in error.errors()]) from None
    if said != _digest_of(content):
        raise _refused(path, f"digest {said}", f"that of its content, {_digest_of(content)}")
    faults = list(_shapes(path, file))
    if faults:
        raise BadInput(faults)
    return _model_of(file), str(said)


def _model_of(file: _File) -> SiteModel:
    rest, spread, change = file.rest, file.spread, file.changeover
    return SiteModel(
        site=file.site,
        input_digest=file.input_digest,
        it_capacity_given=file.it_capacity_given,
        site_map=SiteMap(
            coefficients=np.asarray([file.coefficients[one.name] for one in COEFFICIENTS]),
            highest_mhz=file.highest_mhz,
            at_utilisation=np.asarray(rest.at_utilisation),
            at_outdoor_c=np.asarray(rest.at_outdoor_c),
            rest_kw=np.asarray(rest.kw),
            dead_bands=tuple(DeadBand(**band.model_dump()) for band in rest.dead_bands),
            slow_shares=tuple(SlowShare(**slow.model_dump()) for slow in rest.slow_shares),
            lag_more=rest.lag_more,
            changeover=None if change is None else Changeover(**change.model_dump()),
        ),
        spread=Spread(
            edges_utilisation=np.asarray(spread.edges_utilisation),
            edges_wet_c=np.asarray(spread.edges_wet_c),
            scale=np.asarray(spread.scale),
            below=spread.below,
            above=spread.above,
        ),
        ranges=Ranges(**file.ranges.model_dump()),
        holes=tuple(Hole(**hole.model_dump()) for hole in file.without_data),
        enclosed=tuple(Hole(**hole.model_dump()) for hole in file.enclosed),
        judged=Judged(**file.held_out_days.model_dump()),
    )


def _shapes(path: Path, file: _File) -> list[Finding]:
    """Tables that do not fit their marks, coefficients that are not the ones there are or out of bounds."""
    found: list[Finding] = []
    rest, spread = file.rest, file.spread
    for name, rows, shape in (
        ("rest.kw", rest.kw, (len(rest.at_utilisation), len(rest.at_outdoor_c))),
        ("spread.scale", spread.scale, (CELLS, CELLS)),
        ("spread.edges_utilisation", (spread.edges_utilisation,), (1, CELLS - 1)),
        ("spread.edges_wet_c", (spread.edges_wet_c,), (1, CELLS - 1)),
    ):
        if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
            found.append(_fault(path, name, "has other rows", f"{shape[0]} rows of {shape[1]}"))
    for name in ("at_utilisation", "at_outdoor_c"):
        if (np.diff(getattr(rest, name)) <= 0.0).any():
            found.append(_fault(path, f"rest.{name}", "does not rise", "marks that rise"))
    found += [
        _fault(path, f"rest.dead_bands[{number}]", f"{band.low:g} to {band.high:g}", "low below high")
        for number, band in enumerate(rest.dead_bands, start=1)
        if band.low >= band.high
    ]  # fmt: skip
    found += list(_limits(path, file.changeover))
    names = {one.name for one in COEFFICIENTS}
    if set(file.coefficients) != names:
        other = ", ".join(sorted(set(file.coefficients) ^ names))
        return [*found, _fault(path, "coefficients", other, "those of this version, all of them")]
    slack = 1e-9
    for one in COEFFICIENTS:
        value = file.coefficients[one.name]
        if not one.low * (1 - slack) - slack <= value <= one.high * (1 + slack) + slack:
            limit = f"{one.low:g} to {one.high:g}"
            found.append(_fault(path, f"coefficients.{one.name}", f"{value:g}", limit))
    return found


def _limits(path: Path, changeover: _Changeover | None) -> Iterator[Finding]:
    """Limits of a changeover that come back above where they leave."""
    if changeover is None:
        return
    for what, low, high in (
        ("c", changeover.returns_below_c, changeover.leaves_above_c),
        ("humidity", changeover.returns_below_humidity, changeover.leaves_above_humidity),
    ):
        if low > high:
            yield _fault(
                path, f"changeover.returns_below_{what}", f"{low:g}", f"at most {high:g}, where it leaves"
            )  # fmt: skip


def _digest_of(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _finding(path: Path, detail: Any) -> Finding:
    where = ".".join(str(part) for part in detail["loc"]) or "the file"
    given = detail.get("input")
    value = type(given).__name__ if isinstance(given, dict | list) else repr(given)[:80]
    return _fault(path, where, value, str(detail["msg"]).removeprefix("Input should be "))


def _fault(path: Path, where: str, value: str, limit: str) -> Finding:
    return Finding(subject=f"{path.name} {where}", value=value, limit=limit, mend=LEARN_AGAIN)


def _refused(path: Path, value: str, limit: str) -> BadInput:
    return BadInput([Finding(subject=path.name, value=value, limit=limit, mend=LEARN_AGAIN)])
