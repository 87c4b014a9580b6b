"""What of a study no device of a live room is told yet: refused by name before anything is told."""

from collections.abc import Collection

from gridtide.finding import Finding
from gridtide.simulate.study import Study


def untold(study: Study, called: Collection[str] = (), nodes_rest: bool = True) -> list[Finding]:
    """What a dispatch may say of a fleet and no act tells it: it would go on as if nothing had been said. called: sites
    whose capacity is called by a line of their own, so that offering it tells nobody else anything. nodes_rest: whether
    some device has nodes rest."""
    fleet = study.fleet
    uncalled = [site.name for site in fleet.sites if site.products and site.name not in called]
    found = {
        f"capacity for the grid, called by no line of {', '.join(uncalled)}": bool(uncalled),
        "nodes that rest, which no real device is told yet": any(
            pool.parking for pool in fleet.pools if not nodes_rest
        ),
    }
    return [
        Finding(
            subject=f"case {study.name}",
            value=what,
            limit="what a live fleet is told: jobs, routes, stores, held imports, nodes, halls, plants",
            mend="Run it with `gridtide run`; leave this out of the case to serve it live.",
        )
        for what, there in found.items()
        if there
    ]
