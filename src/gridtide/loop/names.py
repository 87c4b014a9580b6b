"""What places, stores, halls, plants and meters are called between the loop and devices."""

from gridtide.fleet.fleet import Fleet


def place_names(fleet: Fleet) -> tuple[str, ...]:
    """Site and pool of each place, in order."""
    return tuple(
        f"{fleet.sites[place.site].name}/{fleet.sites[place.site].pools[place.pool].name}"
        for place in fleet.places
    )


def store_names(fleet: Fleet) -> tuple[str, ...]:
    """The store of each site, in order, also where there is none to tell."""
    return tuple(f"{site.name} store" for site in fleet.sites)


def point_of(job: str) -> str:
    """The operating point of a job, as something that is held and let go."""
    return f"point of {job}"


def hall_names(fleet: Fleet) -> tuple[str, ...]:
    """The hall of each site, in order, also where there is none to tell."""
    return tuple(f"{site.name} hall" for site in fleet.sites)


def cold_store_names(fleet: Fleet) -> tuple[str, ...]:
    """The store of cold of each site, in order, also where there is none to tell."""
    return tuple(f"{site.name} cold store" for site in fleet.sites)


def plant_names(fleet: Fleet) -> tuple[str, ...]:
    """The plant of each site that is told what to make, in order, also where there is none to tell."""
    return tuple(f"{site.name} plant" for site in fleet.sites)
