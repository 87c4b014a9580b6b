"""A case as somebody may hand it in who means harm: names that are HTML, SQL, shell, paths and formulas."""

import csv
import json
from pathlib import Path

FIXTURE = Path(__file__).parents[2] / "fixtures" / "one_day.toml"
HTML = "<img src=x onerror=window.hurt=1>"
SQL = "'; DROP TABLE entries; --"
SHELL = "$(touch hurt)`touch hurt`|;&"
FORMULA = "=cmd|' /C calc'!A0"
MARKUP = "</script><script>window.hurt=1</script>"
CONTROL = "\x1b[2J\u202eabc\r\nSet-Cookie: a=b\x07"
NAMES = (
    HTML,
    SQL,
    SHELL,
    FORMULA,
    MARKUP,
    CONTROL,
    "x" * 5_000,
    "{{7*7}} ${jndi:ldap://x}",
)
"""Of jobs, as a trace may hold them; a case takes none with signs that are not seen."""


def attackers_case(folder: Path) -> Path:
    """The case of one day with such names of its site, pool, class and zone, and a trace of such jobs."""
    text = FIXTURE.read_text().replace('protect = ["odd"]', "")
    for name, harm in (("here", HTML), ("gpus", SHELL), ("batch", SQL), ("DE-LU", MARKUP)):
        text = text.replace(json.dumps(name), json.dumps(f"{name}{harm}"))
    with (folder / "jobs.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("submit", "duration_s", "units", "name"))
        rows.writerows(("2026-03-01T23:30:00Z", 1800, 1, name) for name in NAMES)
    group = {"name": "t", "class": f"batch{SQL}", "home": f"here{HTML}", "pool": f"gpus{SHELL}"}
    told = "\n".join(f"{key} = {json.dumps(value)}" for key, value in group.items())
    case = folder / "case.toml"
    case.write_text(f'{text}\n[[jobs]]\n{told}\nsource = "table"\npath = "jobs.csv"\n')
    return case
