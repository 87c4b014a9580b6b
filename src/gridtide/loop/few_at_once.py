"""No more pauses on their way at a device than it has in hand at once: the others wait here, where nothing expires.

A pause waits for the checkpoint of its job, which may take minutes. One that waited at the device until its ticket ran
out would be expired and told anew; one that waits here is told as soon as another has come back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gridtide.fleet.act import PauseJob
from gridtide.fleet.device import TellsLater
from gridtide.fleet.site_act import AnyAct, subject_of
from gridtide.loop.telling import AT_ONCE, Line

PAUSES_MOST = AT_ONCE[Line.ASKS]


def few_at_once(
    acts: Sequence[AnyAct],
    owners: Mapping[str, str],
    devices: Mapping[str, object],
    underway: Iterable[AnyAct],
) -> tuple[list[AnyAct], list[AnyAct]]:
    """Acts that are told now, and pauses that wait, both in their order. owners: the device that is told about a
    subject; underway: what is on its way already. Devices that answer at once take any number."""
    on_the_way = Counter(
        owners.get(act.job, act.job) for act in underway if isinstance(act, PauseJob)
    )
    now: list[AnyAct] = []
    wait: list[AnyAct] = []
    for act in acts:
        device = owners.get(subject_of(act), subject_of(act))
        asks = isinstance(act, PauseJob) and isinstance(devices.get(device), TellsLater)
        if asks and on_the_way[device] >= PAUSES_MOST:
            wait.append(act)
            continue
        on_the_way[device] += asks
        now.append(act)
    return now, wait
