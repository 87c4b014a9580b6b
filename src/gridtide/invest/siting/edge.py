"""One large site against many small ones for the same requests: pooling, cooling, size, distance.

Small pools need more servers for the same chance of waiting (Erlang C), cool with plainer plants, and pay more a
kilowatt where buildings get cheaper with size; they are nearer, and less of their traffic crosses the country.
"""

from dataclasses import dataclass, fields, replace

from gridtide.fleet.site import Cooling
from gridtide.invest.siting.account import Lines, PlaceAccount, account_of
from gridtide.invest.siting.latency import rtt_from
from gridtide.invest.siting.place import Place
from gridtide.invest.siting.question import Siting
from gridtide.invest.siting.work import Origin, WorkClass
from gridtide.physics.network import great_circle_km
from gridtide.physics.serving_queue import erlang_c

YEAR_S = 365.0 * 86_400.0


@dataclass(frozen=True, kw_only=True)
class EdgeTerms:
    """Requests and the two ways to serve them.

    requests_per_s: in the hour that the servers are for; mean_share: of it that comes on the mean of the year.
    service_s: a server works on a request. kw_per_server: busy, idle_share: of it while nothing is asked.
    waiting_share_max: of requests that may find no server free. central: name of the large place; small: of places each
    with so many equal sites as each of sites_per_place says. last_mile_ms: to the next exchange, for all.
    backbone_per_gb_1000km: money of the siting. small_cooling, small_fixed_per_year: of each small site, instead of
    what its place has.
    """

    work: str
    central: str
    small: tuple[str, ...]
    sites_per_place: tuple[int, ...]
    requests_per_s: float
    service_s: float
    kw_per_server: float
    mean_share: float = 0.6
    idle_share: float = 0.3
    waiting_share_max: float = 0.05
    last_mile_ms: float = 5.0
    gb_per_request: float = 0.0
    backbone_per_gb_1000km: float = 0.0
    small_cooling: Cooling = Cooling.AIR_CHILLER
    small_fixed_per_year: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeWay:
    """One way to serve all requests. pooling_loss: servers beyond those of one pool, as a share of them. backbone:
    money a year for carrying requests. lines: of all sites. farthest_ms: of the origin that is worst
    off."""

    name: str
    sites: int
    servers: int
    pooling_loss: float
    it_kw: float
    it_capacity_kw: float
    pue: float
    lines: Lines
    backbone: float
    counted_kg: float
    latency_ms: float
    farthest_ms: float

    @property
    def cost(self) -> float:
        """Money a year, the backbone included."""
        return self.lines.total + self.backbone


def servers_for(load: float, waiting_share_max: float) -> int:
    """The fewest servers with which at most that share of requests waits. load: erlang, above 0.

    By doubling and bisection: the chance of waiting falls with every server.
    """
    low, high = int(load), int(load) + 1
    while erlang_c(high, load) > waiting_share_max:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if erlang_c(middle, load) > waiting_share_max:
            low = middle
        else:
            high = middle
    return high


def edge_ways(siting: Siting, terms: EdgeTerms) -> tuple[EdgeWay, ...]:
    """The large site first, then small ones by their number."""
    named = {place.name: place for place in siting.places}
    work = next(one for one in siting.classes if one.name == terms.work)
    pool = servers_for(terms.requests_per_s * terms.service_s, terms.waiting_share_max)
    large = _way(siting, terms, work, (named[terms.central],), (1, pool))
    plain = tuple(_plainer(named[name], terms) for name in terms.small)
    small = (_way(siting, terms, work, plain, (count, pool)) for count in terms.sites_per_place)
    return (large, *small)


def _plainer(place: Place, terms: EdgeTerms) -> Place:
    wet = terms.small_cooling is not Cooling.AIR_CHILLER
    return replace(
        place,
        cooling=terms.small_cooling,
        water=replace(place.water, wet=wet),
        costs=replace(place.costs, fixed_per_year=terms.small_fixed_per_year),
        heat=(),
    )


def _way(
    siting: Siting,
    terms: EdgeTerms,
    work: WorkClass,
    places: tuple[Place, ...],
    sized: tuple[int, int],
) -> EdgeWay:
    """sized: sites at each place, and the servers of one pool for all."""
    count, pool = sized
    nearest = {
        origin.name: min(places, key=lambda place: rtt_from(siting, place, origin))
        for origin in siting.origins
    }
    accounts, servers, sites = [], 0, 0
    for place in places:
        share = sum(one.share for one in siting.origins if nearest[one.name] is place)
        if share == 0.0:
            continue
        own, each = _site(siting, terms, work, place, share / count)
        accounts += [own] * count
        servers, sites = servers + count * each, sites + count
    rtts = [
        (one.share, rtt_from(siting, nearest[one.name], one) + terms.last_mile_ms)
        for one in siting.origins
        if one.share > 0.0
    ]
    return EdgeWay(
        name=accounts[0].place.name if len(accounts) == 1 else f"{sites} small sites",
        sites=sites,
        servers=servers,
        pooling_loss=servers / pool - 1.0,
        it_kw=sum(kw for one in accounts for _, kw in one.mix),
        it_capacity_kw=sum(one.it_capacity_kw for one in accounts),
        pue=_pue(accounts),
        lines=_summed(accounts),
        backbone=sum(_backbone(terms, one, nearest[one.name]) for one in siting.origins),
        counted_kg=sum(one.counted_kg for one in accounts),
        latency_ms=sum(share * rtt for share, rtt in rtts),
        farthest_ms=max(rtt for _, rtt in rtts),
    )


def _site(
    siting: Siting, terms: EdgeTerms, work: WorkClass, place: Place, share: float
) -> tuple[PlaceAccount, int]:
    """The account of one site for a share of the requests, and its servers."""
    load = share * terms.requests_per_s * terms.service_s
    servers = servers_for(load, terms.waiting_share_max)
    busy = terms.mean_share * load
    it_kw = terms.kw_per_server * (busy + terms.idle_share * (servers - busy))
    own = replace(
        work,
        it_kw=it_kw,
        utilisation=it_kw / (terms.kw_per_server * servers),
        flexible_share=0.0,
        data=None,
    )
    return account_of(siting, place, ((own, it_kw),), moved=False), servers


def _backbone(terms: EdgeTerms, origin: Origin, place: Place) -> float:
    apart_km = great_circle_km(
        (origin.latitude, origin.longitude), (place.latitude, place.longitude)
    )
    sent_gb = origin.share * terms.mean_share * terms.requests_per_s * YEAR_S * terms.gb_per_request
    return sent_gb * terms.backbone_per_gb_1000km * apart_km / 1000.0


def _pue(accounts: list[PlaceAccount]) -> float:
    facility, it = (
        sum(getattr(year, name) for one in accounts for year in one.years)
        for name in ("facility_kwh", "it_kwh")
    )
    return float(facility / it)


def _summed(accounts: list[PlaceAccount]) -> Lines:
    return Lines(
        **{one.name: sum(getattr(own.lines, one.name) for own in accounts) for one in fields(Lines)}
    )
