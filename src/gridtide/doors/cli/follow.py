"""`gridtide follow`: how well a site follows a recorded regulation signal, second by second."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import mapping_of, say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.fleet.site import Site
    from gridtide.simulate.study import Study

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option("--signal", "agc", type=FILE, required=True,
              help="CSV or Parquet with t_s or time, and signal_pct or signal_pu.")  # fmt: skip
@click.option("--map", "pairs", multiple=True, metavar="NAME=COLUMN", help="Its columns.")
@click.option("--day", default="", help="Which day of the file, where it holds several.")
@click.option("--sign", type=click.Choice(["less", "more"]), default="less", show_default=True,
              help="What a value above 0 asks to draw.")  # fmt: skip
@click.option(
    "--site", "name", default="", help="Which site; the first that can be offered by default."
)
@click.option(
    "--at",
    "when",
    help="Instant at which the signal begins, ISO 8601; a day after the start by default.",
)
@click.option("--offer-kw", type=Number(0.0, min_open=True),
              help="Offer, both ways; by default what the plan offers, or else all that holds.")  # fmt: skip
@click.option("--price-per-mw-h", "price", type=Number(0.0),
              help="Offer what is worth most at this price and holds in every hour, by jobs and store.")  # fmt: skip
@click.option(
    "--regulator", default="merit-order", show_default=True, help="merit-order or store-first."
)
@click.option("--noise", default=0.01, show_default=True, type=Number(0.0, 0.5),
              help="Standard deviation of the grid's meter, a share.")  # fmt: skip
@click.option("--noise-of", type=click.Choice(["offer", "reading"]), default="offer", show_default=True,
              help="Of what --noise is a share.")  # fmt: skip
@click.option("--policy", default="coordinated", show_default=True, help="Whose course and plan.")
@click.option("--live", type=click.Choice(["iec104", "modbus"]),
              help="Follow it again by set-points over this line on loopback, and prove the twin.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write a picture of the hours as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def follow(
    case: Path, agc: Path, pairs: tuple[str, ...], day: str, sign: str, name: str, when: str | None,
    offer_kw: float | None, price: float | None, regulator: str, noise: float, noise_of: str, policy: str,
    live: str | None, page: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Follow the signal of a file at a site of CASE in the twin: base point from its plan, offers for each hour ahead,
    actuators with their lags, the building's physics, a meter with noise; scored as the grid scores it."""
    say_compiling()
    way = ((offer_kw, price), regulator, (noise, noise_of == "reading"), live)
    found = _of_case(case, (agc, pairs, day, sign), (name, when, policy), way)
    from gridtide.doors.cli.follow_words import show

    tell(found, "follow.js", page, as_json, show)
    if not found.get("live", {}).get("same", True):
        return 1
    return 3 if found["missed_deadlines"] else 0


def _of_case(
    case: Path,
    recorded: tuple[Path, tuple[str, ...], str, str],
    asked: tuple[str, str | None, str],
    way: tuple[tuple[float | None, float | None], str, tuple[float, bool], str | None],
) -> dict[str, Any]:
    from gridtide.case.load import load_case
    from gridtide.doors.cli.flex import moment, standing
    from gridtide.doors.cli.follow_offer import offered, one_way_to_offer
    from gridtide.doors.cli.running import one_policy
    from gridtide.doors.results.follow_document import follow_document
    from gridtide.finding import Gathered
    from gridtide.simulate.following import follow, scorable, site_in
    from gridtide.simulate.regulated_hour import starts_s
    from gridtide.sources.agc_table import AgcTable

    (path, pairs, day, sign), (name, when, policy) = recorded, asked
    wanted, regulator, noise, live = way
    faults = Gathered()
    at = faults.of(lambda: moment(when))
    faults.of(lambda: one_policy(policy))
    signal = faults.of(
        lambda: scorable(
            AgcTable(
                path=path,
                day=day,
                positive_draws_less=sign == "less",
                columns=mapping_of(pairs),
            ).read()
        )
    )
    law = faults.of(lambda: _regulator(regulator))
    faults.of(lambda: one_way_to_offer(*wanted))
    study = faults.of(lambda: load_case(case))
    site = faults.of(lambda: _site(study, name)) if study is not None else None
    if study is not None and site is not None and wanted[0] is not None:
        faults.findings += _beyond_connection(study.fleet.sites[site], wanted[0])
    faults.refuse_if_any()
    assert signal is not None and study is not None and site is not None and law is not None
    stands = standing(study, at, policy)
    window = site_in(stands, signal)
    offer, ahead = offered(stands, window, site, law, -(-signal.seconds // 3600), *wanted)
    share, of_reading = noise
    found = follow(window, site, signal, offer, law, noise_share=share, noise_of_reading=of_reading)
    document = follow_document(study, site, starts_s(window), regulator, found)
    if ahead is not None:
        document["offer_ahead"] = ahead
    if live is not None:
        from gridtide.doors.cli.follow_live import followed_live

        document["live"] = followed_live(window, site, found, law, noise, live)
    return document


def _regulator(name: str) -> Any:
    from importlib.metadata import entry_points

    known = {point.name: point for point in entry_points(group="gridtide.regulators")}
    if name not in known:
        raise BadInput(
            [
                Finding(
                    subject=f"--regulator {name}",
                    value="is no regulator that is known",
                    limit="one of " + ", ".join(sorted(known)),
                    mend="Correct the name.",
                )
            ]
        )
    return known[name].load()()


def _site(study: "Study", name: str) -> int:
    names = [site.name for site in study.fleet.sites]
    if name and name not in names:
        raise BadInput(
            [
                Finding(
                    subject=f"--site {name}",
                    value="is no site of the case",
                    limit="one of " + ", ".join(names),
                    mend="Correct the name.",
                )
            ]
        )
    offering = [number for number, site in enumerate(study.fleet.sites) if site.products]
    site = names.index(name) if name else (offering or [0])[0]
    if study.fleet.sites[site].facility.learned is not None:
        raise BadInput(
            [
                Finding(
                    subject=f"site {names[site]}",
                    value="has a learned building",
                    limit="a building by physics: what was learned does not say what follows within seconds",
                    mend="Follow another site, or leave the learned building out of the case.",
                )
            ]
        )
    return site


def _beyond_connection(site: "Site", asked_kw: float) -> list[Finding]:
    """An offer for which no base point leaves the meter room to go both ways."""
    most_kw = (site.contract.import_max_kw + site.contract.export_max_kw) / 2.0
    if asked_kw <= most_kw:
        return []
    return [
        Finding(
            subject=f"--offer-kw {asked_kw:,.0f}",
            value=f"{asked_kw:,.0f} kW less and as much more than the base point of {site.name}",
            limit=f"at most {most_kw:,.0f} kW: half of what its connection imports and exports together",
            mend="Offer less, or raise import_max_kw or export_max_kw in [site.contract].",
        )
    ]
