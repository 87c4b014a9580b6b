"""What Prometheus reads: names by its conventions, in base units, no names of jobs or people as labels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import isnan
from typing import Any, Literal

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from gridtide import __version__
from gridtide.doors.api.hub import Hub
from gridtide.doors.api.tallies import DECISION_BOUNDS_S, Tallies
from gridtide.doors.api.vitals import Labelled, Vitals

CURRENCY_NAMES = {"EUR": "euros", "CNY": "yuan", "USD": "dollars", "GBP": "pounds"}
W_PER_KW = 1e3
J_PER_KWH = 3.6e6


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One metric of the vitals. field: of `Vitals`. per: factor from the house's unit to the base unit."""

    name: str
    field: str
    help: str
    labels: tuple[str, ...] = ()
    per: float = 1.0
    kind: Literal["gauge", "counter"] = "gauge"


SHOWN = (
    Shown(
        name="gridtide_site_power_watts",
        field="power_kw",
        labels=("site", "class"),
        per=W_PER_KW,
        help="Metered power of a site by class of work, and of the building.",
    ),
    Shown(
        name="gridtide_import_watts",
        field="import_kw",
        labels=("site",),
        per=W_PER_KW,
        help="Power a site draws from the grid.",
    ),
    Shown(
        name="gridtide_planned_power_watts",
        field="planned_kw",
        labels=("site",),
        per=W_PER_KW,
        help="Power a site is planned to draw from the grid now.",
    ),
    Shown(
        name="gridtide_envelope_watts",
        field="envelope_kw",
        labels=("site", "bound"),
        per=W_PER_KW,
        help="Power from the grid between which a site may move: its plan and what people let be moved.",
    ),
    Shown(
        name="gridtide_import_max_watts",
        field="import_max_kw",
        labels=("site",),
        per=W_PER_KW,
        help="Power a site may draw from the grid.",
    ),
    Shown(
        name="gridtide_renewable_power_watts",
        field="renewable_kw",
        labels=("site", "use"),
        per=W_PER_KW,
        help="Renewable power used, and what could have been made and was not.",
    ),
    Shown(
        name="gridtide_energy_joules",
        field="energy_kwh",
        labels=("site",),
        per=J_PER_KWH,
        kind="counter",
        help="Energy a site drew since the service began.",
    ),
    Shown(
        name="gridtide_carbon_intensity_grams_per_kilowatthour",
        field="carbon_g_per_kwh",
        labels=("site", "kind"),
        help="Carbon of the grid; kind says average or marginal. No base unit, on purpose.",
    ),
    Shown(
        name="gridtide_flexibility_watts",
        field="flexibility_kw",
        labels=("site", "direction"),
        per=W_PER_KW,
        help="Power by which a site could draw less (up) or more (down) now.",
    ),
    Shown(
        name="gridtide_regulation_score_ratio",
        field="score",
        labels=("site",),
        help="Performance score of regulation.",
    ),
    Shown(
        name="gridtide_source_age_seconds",
        field="source_age_s",
        labels=("source",),
        help="Time since a source last said something.",
    ),
    Shown(
        name="gridtide_alarms",
        field="alarms",
        labels=("kind",),
        help="Alarms that stand.",
    ),
    Shown(
        name="gridtide_mode",
        field="mode",
        labels=("mode",),
        help="1 for the mode that holds.",
    ),
    Shown(name="gridtide_jobs_at_risk", field="at_risk", help="Jobs whose promise is at risk."),
    Shown(
        name="gridtide_proposals_waiting", field="waiting", help="Decisions that wait for people."
    ),
    Shown(name="gridtide_frozen", field="frozen", help="1 while no new act is done."),
    Shown(name="gridtide_leads", field="leads", help="1 where this instance leads."),
    Shown(
        name="gridtide_epoch", field="epoch", help="Epoch of the leader; every new one is higher."
    ),
    Shown(
        name="gridtide_audit_whole",
        field="audit_whole",
        help="1 while every entry of the audit follows from those before it.",
    ),
    Shown(
        name="gridtide_frame_age_seconds",
        field="frame_age_s",
        help="Time since the room last made a frame.",
    ),
)
PRICE_HELP = "Price of energy at a site. No base unit, on purpose; the name says the currency."


class RoomCollector(Collector):
    """Families of the moment, made at each scrape."""

    def __init__(self, vitals: Callable[[], Vitals], tallies: Tallies, hub: Hub | None) -> None:
        self._vitals, self._tallies, self._hub = vitals, tallies, hub

    def collect(self) -> Iterator[Metric]:
        """Build, vitals, tallies, feed."""
        yield InfoMetricFamily("gridtide_build", "Which gridtide runs.", {"version": __version__})
        vitals = self._vitals()
        for one in SHOWN:
            yield from _family(one, getattr(vitals, one.field))
        yield from _price(vitals)
        yield from _counted(self._tallies)
        yield _decisions(self._tallies)
        if self._hub is not None:
            yield from _feed(self._hub)


def metrics_router(
    vitals: Callable[[], Vitals],
    tallies: Tallies,
    may_read: Callable[..., Any],
    hub: Hub | None = None,
) -> APIRouter:
    """`GET /metrics`. vitals: of the room, at once. hub: of the feed, where there is one. may_read: a dependency that
    refuses who may not."""
    router = APIRouter()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RoomCollector(vitals, tallies, hub))

    @router.get("/metrics", dependencies=[Depends(may_read)], response_class=Response)
    def metrics(request: Request) -> Response:
        """Metrics as text for Prometheus, put together beside the loop that serves: a room may be busy."""
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": media_type})

    return router


def metric_names() -> tuple[str, ...]:
    """Every series that may be there, as a query names it; prices of every currency that has a word."""
    nothing = Tallies()
    families = [*_counted(nothing), _decisions(nothing), *_feed(Hub("none"))]
    names = [f"{one.name}_total" if one.kind == "counter" else one.name for one in SHOWN]
    names += [_price_name(currency) for currency in CURRENCY_NAMES]
    for family in families:
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}
        names += [family.name + end for end in endings.get(family.type, ("",))]
    return (*sorted(names), "gridtide_build_info")


def _family(one: Shown, value: Labelled | float | None) -> Iterator[Metric]:
    if value is None:
        return
    kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
    family = kind(one.name, one.help, labels=one.labels)
    rows = value if isinstance(value, Mapping) else {(): float(value)}
    for labels, number in sorted(rows.items()):
        if not isnan(number):
            family.add_metric(labels, number * one.per)
    yield family


def _price(vitals: Vitals) -> Iterator[Metric]:
    family = GaugeMetricFamily(_price_name(vitals.currency), PRICE_HELP, labels=("site",))
    for labels, number in sorted(vitals.price_per_mwh.items()):
        if not isnan(number):
            family.add_metric(labels, number)
    yield family


def _price_name(currency: str) -> str:
    word = CURRENCY_NAMES.get(currency, currency.lower())
    return f"gridtide_price_{word}_per_megawatthour"


def _counted(tallies: Tallies) -> Iterator[Metric]:
    for name, said, label, counts in (
        ("gridtide_acts", "Acts told to devices, by what became of them.", "fate", tallies.acts),
        ("gridtide_approvals", "What people did with proposals.", "outcome", tallies.approvals),
        ("gridtide_refused_requests", "Requests that were refused.", "reason", tallies.refused),
    ):
        family = CounterMetricFamily(name, said, labels=(label,))
        for value, count in sorted(counts.items()):
            family.add_metric((value,), count)
        yield family


def _decisions(tallies: Tallies) -> Metric:
    family = HistogramMetricFamily("gridtide_decision_seconds", "Time a decision took to make.")
    bounds = [*(str(bound) for bound in DECISION_BOUNDS_S), "+Inf"]
    buckets = list(zip(bounds, accumulate(tallies.decisions), strict=True))
    family.add_metric((), buckets=buckets, sum_value=tallies.decision_s)
    return family


def _feed(hub: Hub) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "gridtide_feed_subscribers", "Who listens to the live feed.", value=hub.subscribers
    )
    yield CounterMetricFamily("gridtide_feed_frames", "Frames published.", value=hub.published)
    yield CounterMetricFamily(
        "gridtide_feed_lost_frames", "Frames that slow listeners were not sent.", value=hub.lost
    )
