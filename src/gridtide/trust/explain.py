"""Why: the sentence behind a placement or a routed flow, from the columns that decided it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from gridtide.decide.dispatch import Binding, Reason


@dataclass(frozen=True, kw_only=True)
class PriceBasis:
    """The price a decision rested on at its place and first slot.

    source: for people. issued: when it was published, or the newest issue a forecast was made from; None
    for a price that a contract fixes. published: the market had said the price of that very hour.
    """

    source: str
    issued: datetime | None
    published: bool


@dataclass(frozen=True, kw_only=True)
class CarbonWeighed:
    """What carbon counted in a decision: money per tonne, and average intensities as they came, g/kWh."""

    price_per_t: float
    there_g_per_kwh: float
    home_g_per_kwh: float


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What one decision about a job weighed, ready to be said.

    start, place: chosen; None, "" when the job was given no slots. cost: expected money of the chosen
    slots; cost_at_once: of running at once at home; alternative_cost, alternative: the best other place
    (None, "" when there is none). slack_h: hours between release and deadline beyond the declared run
    time; None without a deadline, as is deadline. clock: IANA zone that times are said in. issue: newest signal used.
    price: what the price was, None where it is not known any more. carbon: None where it did not count.
    point: operating point it runs at, "" for full speed. accelerators: how many it runs on and how many its gang has,
    None where that is the same. response: the fleet's cap in kW per minute and what one more would have saved when the
    job was held back, in money; None where it was not. setpoints: of the grid that hold at its site until it has run.
    """

    job: str
    as_of: datetime
    reason: Reason
    binding: Binding
    place: str
    home: str
    start: datetime | None
    cost: float
    cost_at_once: float
    alternative: str
    alternative_cost: float | None
    slack_h: float | None
    currency: str
    issue: datetime
    clock: str = "UTC"
    deadline: datetime | None = None
    price: PriceBasis | None = None
    carbon: CarbonWeighed | None = None
    point: str = ""
    accelerators: tuple[int, int] | None = None
    response: tuple[float, float] | None = None
    setpoints: tuple[str, ...] = ()


def sentence(weighed: Weighed) -> str:
    """What was decided, why, what it saves, what stood in the way, and which price it rests on."""
    said = [f"{chosen(weighed)}, {because(weighed)}{_saving(weighed)}."]
    if weighed.start is None:
        return said[0]
    parts = (
        _slower(weighed),
        _second(weighed),
        limit(weighed),
        _asked(weighed),
        _basis(weighed),
        carbon_words(weighed),
    )
    said += [part for part in parts if part]
    return " ".join(said)


def _asked(weighed: Weighed) -> str:
    """Set-points that the site is to meet meanwhile, as a sentence."""
    said = ", ".join(weighed.setpoints)
    return f"Its site is to meet a set-point of the grid from both sides: {said}." if said else ""


def chosen(weighed: Weighed) -> str:
    """Where and when the job is to run."""
    if weighed.start is None:
        return f"{weighed.job} holds no slots"
    home = "" if weighed.place == weighed.home else f" instead of its home {weighed.home}"
    slowed = f" at operating point {weighed.point}" if weighed.point else ""
    if weighed.accelerators:
        slowed += f", {weighed.accelerators[0]} accelerators instead of {weighed.accelerators[1]}"
    when = f"from {local(weighed.start, weighed.clock)} ({weighed.clock})"
    return f"{weighed.job} runs at {weighed.place}{home} {when}{slowed}"


def because(weighed: Weighed) -> str:
    """The reason, as the end of a sentence."""
    if weighed.start is None:
        return "because no allowed place has its accelerators free before the deadline"
    return _BECAUSE[weighed.reason].format(home=weighed.home, place=weighed.place)


def limit(weighed: Weighed) -> str:
    """What kept it from cheaper slots, and how much slack it had, as a sentence; empty without either."""
    said = _LIMITS[weighed.binding]
    if weighed.binding is Binding.RESPONSE and weighed.response:
        most, price = weighed.response
        said = (
            f"The cap on simultaneous response of {most:,.4g} kW per minute kept it from earlier slots; one more would"
            f" have saved the plan {money(price)} {weighed.currency} then"
        )
    if weighed.start and weighed.deadline and weighed.start >= weighed.deadline:
        said = "Its deadline cannot be kept any more"
    slack = "" if weighed.slack_h is None else f"slack on arrival {hours(weighed.slack_h)}"
    if said and slack:
        return f"{said} ({slack})."
    return f"{said}." if said else slack and f"{slack[0].upper()}{slack[1:]}."


def alternatives(weighed: Weighed) -> tuple[tuple[str, float], ...]:
    """What was weighed against the choice, with its expected cost, cheapest first."""
    choices = [("at once where its data are", weighed.cost_at_once)]
    if weighed.alternative_cost is not None:
        choices.append((f"at {weighed.alternative}", weighed.alternative_cost))
    known = (item for item in choices if isfinite(item[1]))
    return tuple(sorted(known, key=lambda item: item[1]))


def local(moment: datetime, clock: str) -> str:
    """An instant on the clock of an IANA zone, to the minute: `Sat 7 Mar 22:00`."""
    there = moment.astimezone(ZoneInfo(clock))
    return f"{there:%a} {there.day} {there:%b %H:%M}"


def hours(length_h: float) -> str:
    """A length as people say it: minutes below an hour, days above three of them."""
    if abs(length_h) < 1.0:
        return f"{round(60 * length_h)} min"
    return f"{length_h:.1f} h" if abs(length_h) < 72.0 else f"{length_h / 24:.1f} days"


def money(amount: float) -> str:
    """Cents for what costs one or more, four digits for what costs less."""
    return f"{amount:,.2f}" if abs(amount) >= 1.0 or amount == 0.0 else f"{amount:.4f}"


_BECAUSE = {
    Reason.NOT_PLACED: "for there was no room to choose from",
    Reason.AT_ONCE: "because neither later slots nor other places are cheaper",
    Reason.PROTECTED: "because unlabelled or protected work is never moved",
    Reason.CHEAPER_LATER: "because later slots there are cheaper than earlier ones",
    Reason.CHEAPER_ELSEWHERE: "because {place} is cheaper than {home} at that time",
    Reason.CHEAPER_LATER_AND_ELSEWHERE: "because {place} at that later time is cheaper than {home} at once",
    Reason.NO_SLACK: "because its deadline leaves no other slots",
    Reason.NO_ROOM_EARLIER: "because earlier slots are taken by work promised before",
    Reason.KEPT: "as decided before: nothing better has come up since",
    Reason.WHOLE_IS_CHEAPER: "because with all waiting work placed so the fleet is expected to cost less than"
    " where prices alone would put each job",
    Reason.CROWDED: "because room is short where it may run: other work waits there without a promise, or as"
    " much again would not fit, so all of it runs as early as it fits",
    Reason.IN_TURN: "because other work starts first: no more of the fleet may move at once than its cap on"
    " simultaneous response and the ramp rule of its site allow",
    Reason.RULE: "because the rule of the policy says so",
    Reason.EDITED: "because a person who may approve gave it this begin",
    Reason.WITNESS: "because the policy's proposal was refused and these slots keep its promise",
}

_LIMITS = {
    Binding.NONE: "",
    Binding.DEADLINE: "Its deadline kept it from cheaper slots",
    Binding.CAPACITY: "Accelerators taken by other work kept it from cheaper slots",
    Binding.REGION: "It may run at one place only",
    Binding.TRANSFER: "Elsewhere is cheaper, but moving its data there would cost more than that saves",
    Binding.RELEASE: "",
    Binding.RESPONSE: "The cap on simultaneous response, or the ramp rule of its site, kept it from earlier slots",
}


def _saving(weighed: Weighed) -> str:
    saved = weighed.cost_at_once - weighed.cost
    if not (isfinite(saved) and saved > 0.005):
        return ""
    return (
        f": {money(weighed.cost)} {weighed.currency} expected instead of {money(weighed.cost_at_once)}"
        " at once at home"
    )


def _slower(weighed: Weighed) -> str:
    if not weighed.point:
        return ""
    if weighed.accelerators:
        fewer = weighed.accelerators[0] < weighed.accelerators[1]
        if fewer:
            return "Fewer accelerators each do more of its work, which takes longer, and there is time."
        return "More accelerators end its work sooner, though each does less of it, inside cheaper hours."
    return f"At {weighed.point} its work takes longer than at full speed and less power, and there is time."


def _second(weighed: Weighed) -> str:
    if weighed.alternative_cost is None or weighed.reason is Reason.PROTECTED:
        return ""
    return (
        f"The best of the other places, {weighed.alternative}, would cost "
        f"{money(weighed.alternative_cost)} {weighed.currency}."
    )


def _basis(weighed: Weighed) -> str:
    if weighed.price is None:
        return ""
    said = basis(weighed.price, weighed.as_of, weighed.clock)
    return f"Price: {said}."


def carbon_words(weighed: Weighed) -> str:
    """What carbon counted and how much of it came, as a sentence; empty where it did not count or is unknown."""
    carbon = weighed.carbon
    if carbon is None or not isfinite(carbon.there_g_per_kwh + carbon.home_g_per_kwh):
        return ""
    return (
        f"Carbon counts {carbon.price_per_t:g} {weighed.currency}/t: an average of {carbon.there_g_per_kwh:.0f}"
        f" g/kWh came there then, {carbon.home_g_per_kwh:.0f} at home at once."
    )


def basis(price: PriceBasis, as_of: datetime, clock: str) -> str:
    """Source and age of a price at a decision."""
    if price.issued is None:
        return f"{price.source}, which the market does not change"
    age = hours((as_of - price.issued) / timedelta(hours=1))
    when = f"{local(price.issued, clock)}, {age} before the decision"
    if price.published:
        return f"{price.source}, published {when}"
    return f"a forecast from {price.source}, newest issue {when}"


@dataclass(frozen=True, kw_only=True)
class Routed:
    """What one plan decided about requests of an origin that are answered elsewhere, ready to be said.

    share: of the origin's requests; slower: what part of these takes longer for less power. cost, cost_home:
    money for 1,000 of them. late_s, late_home_s, late_max_s: seconds until the first token there, at home, and allowed.
    """

    service: str
    origin: str
    as_of: datetime
    place: str
    home: str
    share: float
    slower: float
    cost: float
    cost_home: float
    late_s: float
    late_home_s: float
    late_max_s: float
    currency: str


def flow_sentence(routed: Routed) -> str:
    """Where requests go, what that saves, and what it costs in time."""
    slower = f", {routed.slower:.0%} of it slower," if routed.slower >= 0.005 else ""
    return (
        f"{routed.share:.0%} of {routed.service} from {routed.origin} is answered at {routed.place}{slower} instead of"
        f" {routed.home}: {flow_because(routed.cost, routed.cost_home, routed.currency)}; the first token"
        f" comes after {1000 * routed.late_s:.0f} ms instead of {1000 * routed.late_home_s:.0f} ms,"
        f" {1000 * routed.late_max_s:,.0f} ms are allowed."
    )


def flow_because(cost: float, cost_home: float, currency: str) -> str:
    """What 1,000 requests cost there and at home, or what drove them away where they cost more."""
    if not (isfinite(cost) and isfinite(cost_home)):
        return "home cannot answer them"
    said = f"1,000 requests cost {_small(cost)} {currency} there and {_small(cost_home)} at home"
    if cost < cost_home:
        return said
    return f"{said}, where free machines or the peak leave no room for them"


def _small(amount: float) -> str:
    """Three digits that count, for prices of single requests."""
    return f"{amount:,.3f}" if abs(amount) >= 0.1 or amount == 0.0 else f"{amount:.3g}"
