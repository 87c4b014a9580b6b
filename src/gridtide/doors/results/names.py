"""How places and kinds of work are called wherever a result is shown."""

from gridtide.simulate.study import Study


def place_names(study: Study) -> list[str]:
    """`site/pool` of each place."""
    return [
        f"{study.fleet.sites[place.site].name}/{study.fleet.sites[place.site].pools[place.pool].name}"
        for place in study.fleet.places
    ]


def work_names(study: Study) -> tuple[list[str], list[str]]:
    """Classes of jobs, then services; a service that is called like a class says that it is one."""
    classes = [kind.name for kind in study.jobs.classes]
    services = [
        f"{service.name} (service)" if service.name in classes else service.name
        for service in study.services
    ]
    return classes, services
