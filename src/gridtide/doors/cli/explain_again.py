"""What-ifs of `gridtide explain`: asked, the decision taken again, and said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.doors.results.again import Again
    from gridtide.doors.what_if_words import Asked
    from gridtide.simulate.study import Study

NONE_OF_IT = 5e-4
"""Shares of a job's work below this are not said."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a reader of a run wants solved again. count: alternatives to rank; at: None for the last decision."""

    folder: Path
    policy: str
    name: str
    texts: tuple[str, ...]
    count: int
    at: datetime | None
    case: Path | None


def solved_again(question: Question, found: dict[str, Any]) -> dict[str, Any]:
    """Alternatives and what-ifs of a job or service. Raises BadInput with all faults of what was asked.

    found: what the tables of the run say of it.
    """
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.again import decision_again, study_again
    from gridtide.doors.results.what_ifs import what_ifs

    say_compiling()
    of_a_job = found["about"]["kind"] == "job"
    gathered = Gathered()
    when = gathered.of(lambda: question.at or _last(found, question.name))
    gathered.of(lambda: _refuse_ranking(question, of_a_job))
    known = gathered.of(lambda: study_again(question.folder, question.policy, question.case))
    asked = [] if known is None else gathered.of(lambda: _read(question.texts, known[0], of_a_job))
    gathered.refuse_if_any()
    assert when is not None and known is not None and asked is not None
    again = decision_again(question.folder, known, when, _counted(question.policy))
    document: dict[str, Any] = {}
    if question.count:
        document["ranked"] = _ranked(again, question)
    if asked:
        document |= what_ifs(again.posed, question.name if of_a_job else None, asked, _hears)
    return document


def _refuse_ranking(question: Question, of_a_job: bool) -> None:
    """Raises BadInput for a service, whose requests take no slots."""
    if question.count and not of_a_job:
        raise BadInput(
            [
                Finding(
                    subject="--alternatives",
                    value=f"{question.name} is a service",
                    limit="a job, which takes slots",
                    mend="Leave the option out; what a service weighed stands in its decisions.",
                )
            ]
        )


def _ranked(again: "Again", question: Question) -> dict[str, Any]:
    """Alternatives, limits, and the dearest limit solved again by one unit of it each way."""
    from gridtide.doors.results.alternatives import asked_of_limit, choice_of, ranked
    from gridtide.doors.results.what_ifs import row_of, what_ifs

    _hears("the plan it was placed by")
    choice = choice_of(again, question.name)
    document = ranked(choice, question.count)
    unit = asked_of_limit(document["limits"][0], choice) if document["limits"] else None
    document["price"] = None
    if unit is not None and row_of(again.posed, question.name) >= 0:
        document["price"] = what_ifs(again.posed, question.name, [unit], _hears)["what_ifs"][0]
    return document


def _read(texts: tuple[str, ...], study: "Study", of_a_job: bool) -> "list[Asked]":
    from gridtide.doors.results.names import place_names
    from gridtide.doors.what_if_words import asked_of

    names = {
        "SITE": [site.name for site in study.fleet.sites],
        "PLACE": place_names(study),
        "SERVICE": [service.name for service in study.services],
    }
    asked, faults = asked_of(texts, names, of_a_job)
    refuse_if_any(faults)
    return asked


def _last(found: dict[str, Any], name: str) -> datetime:
    """When something was decided about it last."""
    if found["decisions"]:
        return _moment(found["decisions"][-1]["as_of"])
    arrived = found["about"].get("release") or "TIME"
    raise BadInput(
        [
            Finding(
                subject=name,
                value="was never decided about, so there is no plan of that instant",
                limit="a time within the run",
                mend=f"Name one with --at {arrived}, or ask about another.",
            )
        ]
    )


def _hears(what: str) -> None:
    click.echo(f"solving: {what}", err=True)


def _counted(policy: str) -> Callable[[int, int], None]:
    """Says once on stderr how many turns are taken again."""

    def say(done: int, whole: int) -> None:
        if done == 1:
            click.echo(f"taking {whole} turns of {policy} again", err=True)

    return say


LIMITS = {
    "deadline": "its deadline",
    "machines": "machines that other work holds",
    "places": "the places it may run at",
    "import": "import limits and stores",
    "peak": "the demand charge",
    "transfer": "what moving its data costs",
}


def say_ranked(document: dict[str, Any], clock: str, currency: str) -> None:
    """The slots told, the alternatives by what they cost more, and what stood in the way of cheaper ones."""
    from gridtide.trust.explain import local, money

    told = document["chosen"]
    pieces = f" in {told['pieces']} pieces" if told["pieces"] > 1 else ""
    click.echo(
        f"\nranked at {local(_moment(document['as_of']), clock)}, at the prices of the plan it was placed by"
    )
    click.echo(
        f"  chosen: {_there(document, told)} from {local(_moment(told['start']), clock)}{pieces},"
        f" {money(told['cost'])} {currency} ({_causes(told['causes'], '')})"
    )
    for number, other in enumerate(document["alternatives"], start=1):
        more = "more" if other["difference"] >= 0 else "less"
        click.echo(
            f"  {number}. {_there(document, other)} from {local(_moment(other['start']), clock)}:"
            f" {money(abs(other['difference']))} {currency} {more} ({_causes(other['causes'], '+')});"
            f" {_fleet(other['fleet'], currency)}"
        )
    if not document["alternatives"]:
        click.echo("  no other unbroken window was left to it")
    _say_limits(document, clock, currency)


def _there(document: dict[str, Any], window: dict[str, Any]) -> str:
    """The place of a window, and on how many accelerators where not all windows of the job are on as many."""
    every = [document["chosen"], *document["alternatives"], *document["limits"]]
    if len({one["accelerators"] for one in every}) == 1:
        return str(window["place"])
    return f"{window['place']} on {window['accelerators']:,} accelerators"


def _say_limits(document: dict[str, Any], clock: str, currency: str) -> None:
    """Each limit by what the job would save without it; the dearest decided, and has its price by the unit."""
    from gridtide.trust.explain import local, money

    deciding = [limit for limit in document["limits"] if limit["decides"]]
    alone = document["cheaper_alone"]
    whole = alone > 0.005
    if whole:
        click.echo(
            f"  what decided: the fleet as a whole; prices alone, which see one more kilowatt, would have saved"
            f" this job {money(alone)} {currency} elsewhere"
        )
    elif not deciding:
        click.echo("  no limit decided: without any one of them it would run at the same slots")
    for number, limit in enumerate(deciding):
        lead = "what decided" if number == 0 and not whole else "next"
        click.echo(
            f"  {lead}: {LIMITS[limit['limit']]}; without, at the same prices, it would run at"
            f" {_there(document, limit)} from {local(_moment(limit['start']), clock)}"
            f" and save {money(limit['saving'])} {currency}"
        )
    if document["price"] is not None:
        click.echo(f"  the price of what decided, {document['price']['what']}:")
        _say_per_unit(document["price"], currency)


def _fleet(difference: dict[str, float] | None, currency: str) -> str:
    """What the fleet would cost more or less with the job there."""
    from gridtide.trust.explain import money

    if difference is None:
        return "no plan of the fleet with it there"
    more, width = difference["difference"], difference["most"] - difference["least"]
    if abs(more) <= width:
        return f"the fleet the same, within {_small(width)} {currency}"
    return f"the fleet {money(abs(more))} {'more' if more > 0 else 'less'}"


def _causes(causes: dict[str, float], sign: str) -> str:
    """Causes that count, largest first."""
    known = sorted(causes.items(), key=lambda cause: -abs(cause[1]))
    shown = [f"{name} {value:{sign},.2f}" for name, value in known if abs(value) >= 0.005]
    return ", ".join(shown) or "all alike"


def say_what_ifs(document: dict[str, Any], clock: str, currency: str) -> None:
    """The plan that was solved again, then each what-if."""
    from gridtide.trust.explain import local, money

    plan = document["plan"]
    as_of, until = (datetime.fromisoformat(plan[name]) for name in ("as_of", "until"))
    click.echo(
        f"\nwhat if: the plan of {local(as_of, clock)} until {local(until, clock)}, made again;"
        f" it costs {money(plan['cost'])} {currency}, no plan less than {money(plan['lower_bound'])}"
    )
    if plan["run_planned_by"] != "expected":
        click.echo(f"  on the point forecast; the run planned by {plan['run_planned_by']}")
    _say_stays(plan, clock, "  as it is, ")
    for found in document["what_ifs"]:
        _say_one(found, plan, clock, currency)


def _say_one(found: dict[str, Any], plan: dict[str, Any], clock: str, currency: str) -> None:
    click.echo(f"\n  {found['what_if']}: {found['what']}")
    _say_side(found, currency, "    ")
    if _shown(found, clock) != _shown(plan, clock):
        _say_stays(found, clock, "    then ")
    other = found["opposite"]
    if other is not None:
        click.echo(f"    the other way, {other['what']}:")
        _say_side(other, currency, "      ")
    _say_per_unit(found, currency)


def _say_side(side: dict[str, Any], currency: str, indent: str) -> None:
    """What it costs, or why no plan holds."""
    from gridtide.trust.explain import money

    if side["cost"] is None:
        click.echo(f"{indent}no plan holds: " + "; ".join(side["refused"]))
        return
    width = side["most"] - side["least"]
    within = f"proved to within {_small(width)} {currency}"
    if abs(side["cost"]) <= width:
        click.echo(f"{indent}changes nothing, {within}")
        return
    word = "costs" if side["cost"] >= 0 else "saves"
    click.echo(f"{indent}{word} {money(abs(side['cost']))} {currency}, {within}")


def _say_stays(side: dict[str, Any], clock: str, lead: str) -> None:
    """Where the plan, which may split a job, runs it."""
    parts = _shown(side, clock)
    if parts:
        click.echo(lead + "its work in the plan: " + ", ".join(parts))


def _shown(side: dict[str, Any], clock: str) -> list[str]:
    from gridtide.trust.explain import local

    parts = [
        f"{stay['share']:.0%} at {stay['place']} between {local(_moment(stay['start']), clock)}"
        f" and {local(_moment(stay['end']), clock)}"
        for stay in side["stays"]
        if stay["share"] > NONE_OF_IT
    ]
    for share, words in ((side["later_share"], "left for later"), (side["lost_share"], "not done")):
        if share > NONE_OF_IT:
            parts.append(f"{share:.0%} {words}")
    return parts


def _say_per_unit(found: dict[str, Any], currency: str) -> None:
    """Left difference, price, right difference."""
    per = found["per_unit"]
    if per is None:
        return
    unit = "hour" if found["unit"] == "h" else found["unit"].removesuffix("s")
    parts, least = [], per["tolerance"]
    if per["less"] is not None:
        parts.append(f"{_small(per['less'], least)} on the side of less")
    prices = [per[name] for name in ("price_less", "price_more") if per[name] is not None]
    if prices:
        differ = len(prices) == 2 and abs(prices[0] - prices[1]) > max(least, 1e-9)
        shown = prices if differ else prices[:1]
        parts.append(
            f"{' and '.join(_small(price, least) for price in shown)} by the plan's prices"
        )
    if per["more"] is not None:
        parts.append(f"{_small(per['more'], least)} on the side of more")
    click.echo(
        f"    one {unit} more changes the cost by, in {currency}: {', '.join(parts)}"
        f" (to within {_small(least)})"
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _small(amount: float, least: float = 0.0) -> str:
    """Four digits that count; 0 for what is smaller than what can be told."""
    amount = 0.0 if abs(amount) < least else amount + 0.0
    return f"{amount:,.2f}" if abs(amount) >= 100.0 else f"{amount:.4g}"
