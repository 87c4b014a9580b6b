"""Who decides while a case is served: a planner of somebody else is believed as far as it was signed for."""

import base64
import hashlib
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case, read_case
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.on_trial import OnTrial
from gridtide.sources.plugin.host import PluginPolicy
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing import plugins
from gridtide.trust.listed import signed
from gridtide.trust.modes import Mode
from gridtide.trust.plugin import Plugin, Trial, listing

SITE = (Path(__file__).parents[1] / "fixtures" / "one_site.toml").read_text()
CODE = Path(plugins.__file__).parent / "cheapest_hours.py"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WORK = """
[[signal]]
zone = "NORTH"

[[class]]
name = "batch"
value_per_accelerator_h = 2

[[jobs]]
name = "sort"
class = "batch"
home = "here"
pool = "gpu"
count = 12
from_hour = 0
to_hour = 8
accelerators = [1, 2]
hours = 2
slack_h = 8
"""


def case(folder: Path, trial: str, policy: str = "plugin:hours") -> Path:
    """A day at one site whose planner is somebody else's, signed for a trial."""
    digest = hashlib.sha256(CODE.read_bytes()).hexdigest()
    plugin = Plugin(
        name="hours", sha256=digest, trial=Trial(trial), signed_by="li", signature="", canary_days=2
    )
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    tables = f"""
[approvers]
li = "{public}"

[autonomy]
policy = "{policy}"

[[plugin]]
name = "hours"
path = "{CODE}"
sha256 = "{digest}"
trial = "{trial}"
signed_by = "li"
signature = "{signed(listing(plugin), KEY)}"
"""
    path = folder / "case.toml"
    path.write_text(SITE + WORK + tables)
    return path


def led_to_its_end(path: Path) -> ControlRoom:
    """The room of a case that people let act, after half a day."""
    study = load_case(path)
    clock = DrivenClock(study.timeline.start)
    decides = read_case(path).autonomy.policy
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT, decides)
    while room.world.present < 12:
        room.go_on()
    return room


def owners(room: ControlRoom) -> set[str]:
    """Who was answerable for what was told."""
    return {
        str(one["owner"]) for one in room.decisions(200) if one["stage"] in ("told", "verified")
    }


def test_a_planner_that_is_believed_to_act_decides_by_itself(tmp_path: Path) -> None:
    """As the usual policy does; a process beside the loop can be handed it while it is asked."""
    room = led_to_its_end(case(tmp_path, "act"))
    assert not room.proposals() and not room.undecided
    assert any(one.startswith("policy act") for one in owners(room))
    assert isinstance(room.policy, OnTrial) and room.policy.compared
    beside = pickle.loads(pickle.dumps(room.policy.planner))
    assert isinstance(beside, PluginPolicy) and beside.code == CODE.read_bytes()


def test_every_decision_of_one_that_advises_waits_for_people_whatever_the_mode(
    tmp_path: Path,
) -> None:
    """People let the room act; they did not let this planner."""
    room = led_to_its_end(case(tmp_path, "advise"))
    assert room.proposals() and not room.undecided
    assert not any(one.startswith("policy act") for one in owners(room))


@pytest.mark.parametrize(
    ("trial", "policy", "said"),
    [("shadow", "plugin:hours", "--canary hours"), ("act", "perfect-foresight", "plugin:hours")],
)
def test_one_in_shadow_and_one_that_nobody_listed_decide_nothing(
    tmp_path: Path, trial: str, policy: str, said: str
) -> None:
    """Refused where the case is read, with the next step."""
    with pytest.raises(BadInput, match=r"autonomy\.policy") as fault:
        read_case(case(tmp_path, trial, policy))
    assert said in str(fault.value)
