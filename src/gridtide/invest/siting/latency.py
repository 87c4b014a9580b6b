"""How far users are from a place, in milliseconds."""

from gridtide.invest.siting.place import Place
from gridtide.invest.siting.question import Siting
from gridtide.invest.siting.work import Origin
from gridtide.physics.network import great_circle_km, rtt_ms


def rtt_from(siting: Siting, place: Place, origin: Origin) -> float:
    """Round trip [ms]: measured where it was, else over fibre by the distance."""
    measured = dict(place.rtt_ms)
    if origin.name in measured:
        return measured[origin.name]
    apart = (origin.latitude, origin.longitude), (place.latitude, place.longitude)
    return rtt_ms(great_circle_km(*apart), siting.route_factor)


def mean_rtt_ms(siting: Siting, place: Place) -> float:
    """Round trip of the mean request [ms]; 0 without users."""
    return sum(one.share * rtt_from(siting, place, one) for one in siting.origins)
