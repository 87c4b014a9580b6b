"""A site of one hall in the words of a case file, as tests of live rooms have it."""

HALL = """
[[site]]
name = "{name}"
zone = "{zone}"
weather_zone = "N"
clock = "UTC"
region = "N"
latitude = 41.2
longitude = 114.7
facility = {{ it_capacity_kw = 2000 }}
contract = {{ import_max_kw = 3000 }}

[[site.pool]]
name = "hall"
accelerator = "a"
accelerators = 16
parked_kw_per_accelerator = 1.0
busy_kw_per_accelerator = 20.0
"""


def hall(name: str, zone: str = "N") -> str:
    """The tables of a site of 16 accelerators in a zone of prices, whose weather is that of zone N."""
    return HALL.format(name=name, zone=zone)
