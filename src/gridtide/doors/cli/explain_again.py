"""What-ifs of `gridtide explain`: asked, the decision taken again, and said."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.doors.what_if_words import Asked
    from gridtide.simulate.study import Study

NONE_OF_IT = 5e-4
"""Shares of a job's work below this are not said."""


def solved_again(
    folder: Path,
    policy: str,
    found: dict[str, Any],
    name: str,
    texts: tuple[str, ...],
    at: datetime | None,
    case: Path | None,
) -> dict[str, Any]:
    """The what-ifs of a job or service as a document. Raises BadInput with all faults of what was asked."""
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.again import decision_again, study_again
    from gridtide.doors.results.what_ifs import what_ifs

    say_compiling()
    of_a_job = found["about"]["kind"] == "job"
    gathered = Gathered()
    when = gathered.of(lambda: at or _last(found["decisions"], name))
    known = gathered.of(lambda: study_again(folder, policy, case))
    asked = [] if known is None else gathered.of(lambda: _read(texts, known[0], of_a_job))
    gathered.refuse_if_any()
    assert when is not None and known is not None and asked is not None
    again = decision_again(folder, known, when, _counted(policy))
    return what_ifs(again, name if of_a_job else None, asked, _hears)


def _read(texts: tuple[str, ...], study: "Study", of_a_job: bool) -> "list[Asked]":
    from gridtide.doors.results.names import place_names
    from gridtide.doors.what_if_words import asked_of

    sites = [site.name for site in study.fleet.sites]
    asked, faults = asked_of(texts, sites, place_names(study), of_a_job)
    refuse_if_any(faults)
    return asked


def _last(decisions: list[dict[str, Any]], name: str) -> datetime:
    """When something was decided about it last."""
    if decisions:
        return datetime.fromisoformat(decisions[-1]["as_of"])
    raise BadInput(
        [
            Finding(
                subject=name,
                value="was never decided about, so there is no plan of that instant",
                limit="a time within the run",
                mend="Name one with --at 2026-11-22T09:00:00+08:00.",
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


def say_what_ifs(document: dict[str, Any], clock: str, currency: str) -> None:
    """The plan that was solved again, then each what-if."""
    from gridtide.trust.explain import local, money

    plan = document["plan"]
    as_of, until = (datetime.fromisoformat(plan[name]) for name in ("as_of", "until"))
    click.echo(
        f"\nwhat if: the plan of {local(as_of, clock)} until {local(until, clock)}, made again;"
        f" it costs {money(plan['cost'])} {currency}, no plan less than {money(plan['lower_bound'])}"
    )
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
    parts = []
    if per["less"] is not None:
        parts.append(f"{_small(per['less'])} on the side of less")
    prices = [per[name] for name in ("price_less", "price_more") if per[name] is not None]
    if prices:
        differ = len(prices) == 2 and abs(prices[0] - prices[1]) > max(per["tolerance"], 1e-9)
        shown = prices if differ else prices[:1]
        parts.append(f"{' and '.join(_small(price) for price in shown)} by the plan's prices")
    if per["more"] is not None:
        parts.append(f"{_small(per['more'])} on the side of more")
    click.echo(
        f"    one {unit} more changes the cost by, in {currency}: {', '.join(parts)}"
        f" (to within {_small(per['tolerance'])})"
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _small(amount: float) -> str:
    """Four digits that count."""
    amount += 0.0
    return f"{amount:,.2f}" if abs(amount) >= 100.0 else f"{amount:.4g}"
