"""A day at one site whose planner is somebody else's, signed by an approver: cases that several tests lead."""

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridtide.testing import plugins
from gridtide.trust.listed import signed
from gridtide.trust.plugin import Plugin, Trial, listing

BUNDLED = Path(plugins.__file__).parent
SITE = (Path(__file__).parents[1] / "fixtures" / "one_site.toml").read_text()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WORK = """
[[signal]]
zone = "NORTH"
kinds = ["temperature_c", "relative_humidity", "carbon_average_g_per_kwh"]

[[signal]]
zone = "NORTH"
source = "table"
path = "prices.csv"
currency = "EUR"

[[class]]
name = "batch"
value_per_accelerator_h = 2

[[jobs]]
name = "sort"
class = "batch"
home = "here"
pool = "gpu"
count = 30
from_hour = 0
to_hour = 20
accelerators = [1, 2]
hours = 2
slack_h = 8
"""
STRIKES_AT = 6
"""The hour from which on prices show the pattern that the sleeper waits for."""


def planner_case(folder: Path, code: str, after_flag: str = "") -> Path:
    """A day at one site whose planner an approver signed for acting; dear for three hours from STRIKES_AT on."""
    rows = ["time,price_per_mwh"]
    for hour in range(24 * 12):
        day = 21 + hour // 24
        date = f"2023-02-{day:02d}" if day <= 28 else f"2023-03-{day - 28:02d}"
        swing = 30.0 + 20.0 * ((hour % 24) >= 12)
        dear = 60.0 * (0 <= hour - 24 * 8 - STRIKES_AT < 3)
        rows.append(f"{date}T{hour % 24:02d}:00Z,{swing + dear:.1f}")
    (folder / "prices.csv").write_text("\n".join(rows) + "\n")
    file = BUNDLED / code
    plugin = Plugin(
        name="theirs",
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        trial=Trial.ACT,
        signed_by="li",
        signature="",
        canary_days=2,
        after_flag=after_flag,
    )
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    again = f'after_flag = "{after_flag}"' if after_flag else ""
    tables = f"""
[approvers]
li = "{public}"

[autonomy]
policy = "plugin:theirs"

[[plugin]]
name = "theirs"
path = "{file}"
sha256 = "{plugin.sha256}"
trial = "act"
signed_by = "li"
signature = "{signed(listing(plugin), KEY)}"
{again}
"""
    path = folder / "case.toml"
    path.write_text(SITE + WORK + tables)
    return path
