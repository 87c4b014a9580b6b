"""Operating points of a pool from a table of what its work did under a power cap or a locked clock."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gridtide.case.machines import Accelerator, accelerators, pool_powers_kw, training_curves
from gridtide.case.points import needless
from gridtide.case.schema import CaseFile, CurveTable, PointTable, PoolTable
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.fleet.knob_curve import UNITS, Knob, KnobCurve
from gridtide.physics.server import accelerator_of_share_w
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.knob_table import KnobTable
from gridtide.sources.zeus_caps import ZeusCaps

MOST_POINTS = 3
"""Points that a curve leaves on the menu below full speed: each costs the plan columns."""

SLOWEST = 0.05
SAME = 1e-6
SHOWN = 12
KNOWN = "known"
READERS: Mapping[str, Callable[[Path], tuple[KnobCurve, ...]]] = {
    "table": lambda path: KnobTable(path=path).read(),
    "emerald": lambda path: EmeraldSweep(path=path).read(),
    "zeus": lambda path: ZeusCaps(path=path).read(),
}


def with_curves(case: CaseFile, folder: Path) -> CaseFile:
    """The case, each pool that names a table with that table's points. Paths are relative to `folder`.

    Raises BadInput with the faults of every table.
    """
    if not any(pool.curve for site in case.site for pool in site.pool):
        return case
    faults = Gathered()
    sites = []
    for number, site in enumerate(case.site, start=1):
        pools = []
        for index, pool in enumerate(site.pool, start=1):
            key = f"site[{number}].pool[{index}].curve"
            given = faults.of(lambda pool=pool, key=key: _with_points(pool, key, folder))  # type: ignore[misc]
            pools.append(given or pool)
        sites.append(site.model_copy(update={"pool": tuple(pools)}))
    faults.refuse_if_any()
    return case.model_copy(update={"site": tuple(sites)})


def curve_notes(case: CaseFile, folder: Path) -> tuple[str, ...]:
    """A sentence for each pool with a table: whose curve it is, how it is known, and what is assumed."""
    said = []
    for site in case.site:
        for pool in site.pool:
            if pool.curve is None:
                continue
            curve = _chosen(pool, pool.curve, "curve", folder)
            names = ", ".join(point.name for point in pool.point) or "none"
            other = (
                ""
                if curve.accelerator == pool.accelerator
                else f"; that {pool.accelerator} slows down alike is assumed"
            )
            said.append(
                f"points of pool {pool.name} at {site.name} ({names}): {curve.workload} on {curve.accelerator},"
                f" {curve.mark}: {curve.source}{other}"
            )
    return tuple(said)


def _with_points(pool: PoolTable, key: str, folder: Path) -> PoolTable:
    if pool.curve is None:
        return pool
    if pool.point:
        raise BadInput([_beside_points(key, pool)])
    curve = _chosen(pool, pool.curve, key, folder)
    parked_kw, busy_kw = pool_powers_kw(pool)
    if parked_kw is None or busy_kw is None:
        return pool
    refused = list(_power_faults(pool, curve, key, busy_kw))
    if refused:
        raise BadInput(refused)
    points = points_from(curve, pool.accelerator, busy_kw)
    return pool.model_copy(update={"point": short_menu(points, parked_kw, busy_kw)})


def points_from(curve: KnobCurve, accelerator: str, busy_kw: float) -> tuple[PointTable, ...]:
    """A point for each setting that slows the work down and saves power, fastest first.

    busy_kw: IT power of an accelerator of the pool at full speed with its share of the server. It falls by what the
    accelerator draws less, times the slope of its server; a curve of another accelerator gives shares of that draw.
    """
    known = accelerators().get(accelerator)
    own = curve.accelerator == accelerator
    slope = known.slope if known else 1.0
    full_w = curve.uncapped_w
    if known:
        full_w = accelerator_of_share_w(1000.0 * busy_kw, known.rest_w, known.slope)
    unit = UNITS[curve.knob]
    points = []
    for setting, speed, power_w in zip(
        curve.setting[::-1].tolist(), curve.speed[::-1].tolist(), curve.power_w[::-1].tolist(), strict=True
    ):  # fmt: skip
        saved_w = full_w * (1.0 - power_w / curve.uncapped_w)
        share = setting / float(curve.setting[-1])
        if (
            not SLOWEST <= speed < 1.0 - SAME
            or saved_w <= 0.0
            or _cannot_be_set(curve, share, known)
        ):
            continue
        name = f"{setting:g} {unit}" if own else f"{curve.knob} at {share:.0%}"
        power_kw = busy_kw - slope * saved_w / 1000.0
        told = _told(curve, setting if own else None, share, known)
        points.append(PointTable(name=name, speed=speed, busy_kw_per_accelerator=power_kw, **told))
    return tuple(points)


def _told(
    curve: KnobCurve, setting: float | None, share: float, known: Accelerator | None
) -> dict[str, float]:
    """What a board of the pool is told for a setting; nothing where that cannot be known. setting: where the curve is
    of the pool's own accelerator; share: of the highest one, which is the rated power where it is a cap."""
    if curve.knob is Knob.CLOCK:
        return {} if setting is None else {"highest_mhz": setting}
    cap_w = setting if setting is not None else None if known is None else share * known.rated_w
    return {} if cap_w is None else {"cap_kw": round(cap_w) / 1000.0}


def _cannot_be_set(curve: KnobCurve, share: float, known: Accelerator | None) -> bool:
    """Whether a cap lies below the lowest one the pool's accelerator takes."""
    if curve.knob is not Knob.CAP or known is None or known.lowest_cap_w is None:
        return False
    return share * known.rated_w < known.lowest_cap_w


def short_menu(
    points: tuple[PointTable, ...], parked_kw: float, busy_kw: float
) -> tuple[PointTable, ...]:
    """At most three points: those on the lower envelope of power over speed, the least missed left out first."""
    told_apart = _without(points, frozenset())
    kept = _without(told_apart, needless(told_apart, parked_kw, busy_kw))
    while len(kept) > MOST_POINTS:
        losses = [
            (_loss_kw(kept, number, parked_kw, busy_kw), number) for number in range(len(kept))
        ]
        kept = _without(kept, frozenset({kept[min(losses)[1]].name}))
    return kept


def _without(points: tuple[PointTable, ...], names: frozenset[str]) -> tuple[PointTable, ...]:
    """The points of other names, of equally fast ones the one that draws least, fastest first."""
    ordered = sorted(points, key=lambda point: (-point.speed, point.busy_kw_per_accelerator))
    kept: list[PointTable] = []
    for point in ordered:
        if point.name in names or (kept and point.speed >= kept[-1].speed - SAME):
            continue
        kept.append(point)
    return tuple(kept)


def _loss_kw(
    points: tuple[PointTable, ...], number: int, parked_kw: float, busy_kw: float
) -> float:
    """How much more a mixture of a point's neighbours draws at its speed."""
    corners = [
        (1.0, busy_kw),
        *((point.speed, point.busy_kw_per_accelerator) for point in points),
        (0.0, parked_kw),
    ]
    (fast, fast_kw), (speed, kw), (slow, slow_kw) = corners[number : number + 3]
    share = (speed - slow) / (fast - slow)
    return (1.0 - share) * slow_kw + share * fast_kw - kw


def _chosen(pool: PoolTable, table: CurveTable, key: str, folder: Path) -> KnobCurve:
    """The one curve a pool asks for. Raises BadInput when there is none, or several."""
    refuse_if_any(_path_faults(table, key))
    curves = READERS[table.source](folder / table.path) if table.path else training_curves()
    named = [curve for curve in curves if curve.workload == table.workload]
    wanted = table.accelerator or pool.accelerator
    found = [curve for curve in named if curve.accelerator == wanted]
    if not found and table.accelerator is None and len(named) == 1:
        found = named
    if len(found) == 1:
        return found[0]
    there = [f"{curve.workload} on {curve.accelerator}" for curve in named or curves]
    more = f" and {len(there) - SHOWN} more" if len(there) > SHOWN else ""
    raise BadInput(
        [
            Finding(
                subject=f"{key}.workload",
                value=f"{table.workload} on {wanted}",
                limit=f"a curve of {table.path or 'those known'}: {', '.join(there[:SHOWN])}{more}",
                mend="Name one of them; `accelerator` says of which accelerator.",
            )
        ]
    )


def _path_faults(table: CurveTable, key: str) -> Iterator[Finding]:
    if (table.path is None) is (table.source != KNOWN):
        yield Finding(
            subject=f"{key}.path",
            value=table.path or "missing",
            limit=f'a file, but with `source = "{KNOWN}"` none',
            mend="`gridtide init machines` shows the curves that are known without a file.",
        )


def _beside_points(key: str, pool: PoolTable) -> Finding:
    return Finding(
        subject=key, value=f"stated beside {len(pool.point)} points", limit="points, or a table of them",
        mend="Leave one out.",
    )  # fmt: skip


def _power_faults(pool: PoolTable, curve: KnobCurve, key: str, busy_kw: float) -> Iterator[Finding]:
    """A curve that cannot be carried over to the pool's machines."""
    known = accelerators().get(pool.accelerator)
    if known is None and curve.accelerator != pool.accelerator:
        yield Finding(
            subject=key,
            value=f"a curve of {curve.accelerator} for {pool.accelerator}",
            limit="a curve of the pool's own accelerator, where nothing else is known of it",
            mend="State the points themselves, or name the accelerator in the table as in the pool.",
        )
    floor_kw = (known.rest_w if known else curve.uncapped_w) / 1000.0
    part = "its server" if known else "the accelerator of the curve"
    if busy_kw <= floor_kw:
        yield Finding(
            subject=f"{key.removesuffix('.curve')}.busy_kw_per_accelerator",
            value=f"{busy_kw:g} kW",
            limit=f"above {floor_kw:g} kW, what {part} draws alone",
            mend="State the IT power of a busy accelerator with its share of the server.",
        )
