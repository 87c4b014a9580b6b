"""What a plant that is told what to make is worth: a case without it, with it at its rating, and as the plan has it.

    python benchmarks/plants.py CASE.toml [--policies coordinated,perfect-foresight]

All see the same signals, arrivals and limits. Costs are settled; the last columns are what the plants made, what of it
was led past their turbines, and the least and most of it while they ran.
"""

from dataclasses import replace

from with_and_without import compare

from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of


def without_plants(study: Study) -> Study:
    """The same study whose sites have no plant that is told what to make."""
    sites = tuple(replace(site, reactor=None) for site in study.fleet.sites)
    return replace(study, fleet=replace(study.fleet, sites=sites))


def at_their_rating(study: Study) -> Study:
    """The same study whose plants make their rating or nothing."""
    sites = tuple(
        replace(site, reactor=replace(site.reactor, least_share=1.0)) if site.reactor else site
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def row(study: Study, name: str, policy: str) -> float:
    """Run, print, and give the cost."""
    course = course_of(study, policy)
    settled = settle(study, truth_of(study), course, 0.0)
    sold_kwh = float((course.telemetry.export_kw * study.timeline.hours).sum())
    used = [one for _, one in settled.plants]
    print(
        f"{policy:20s} {name:14s} {settled.total_cost:10,.2f} {study.currency}  bought {settled.energy_kwh:9,.0f} kWh"
        f"  sold {sold_kwh:8,.0f}  made {sum(one.energy_kwh for one in used):9,.0f}"
        f"  led past {sum(one.led_past_kwh for one in used):6,.0f}"
        f"  {min((one.least_kw for one in used), default=0.0):,.0f} to"
        f" {max((one.most_kw for one in used), default=0.0):,.0f} kW"
        f"  missed {settled.promises.missed_deadlines}",
        flush=True,
    )
    return float(settled.total_cost)


if __name__ == "__main__":
    compare(__doc__, without_plants, ("no plant", "with plants"), "plants", row)
    compare(__doc__, at_their_rating, ("at its rating", "as planned"), "plants that move", row)
