"""What `gridtide follow` found, as one document: its keys are a contract."""

from typing import Any

import numpy as np

from gridtide.settle.regulation_score import QUALIFIES_FROM
from gridtide.simulate.following import HOUR_S, Followed
from gridtide.simulate.heard_signal import EPOCH
from gridtide.simulate.hour_ahead import HourAhead
from gridtide.simulate.study import Study
from gridtide.timeline import instant

SHOWN = 720
SHOWN_NOTES = 20


def follow_document(
    study: Study, site: int, first_s: int, regulator: str, found: Followed
) -> dict[str, Any]:
    """The eight figures first, then what explains them."""
    scores = found.scores
    counted = int((~found.quiet).sum())
    return {
        "score": found.mean(scores.score),
        "accuracy": found.mean(scores.correlation),
        "delay": found.mean(scores.delay),
        "precision": found.mean(scores.precision),
        "mileage": found.mileage_pu,
        "availability": found.availability,
        "missed_deadlines": found.missed,
        "energy_exhausted_s": found.exhausted_s,
        "of": study.name,
        "site": study.fleet.sites[site].name,
        "at": instant(first_s).isoformat(),
        "signal": found.signal.source,
        "hours": found.signal.seconds / HOUR_S,
        "regulator": regulator,
        "offer_up_kw": found.offer.up_kw,
        "offer_down_kw": found.offer.down_kw,
        "ceiling": found.mean(found.ceiling.score),
        "of_ceiling": found.mean(scores.score) / max(found.mean(found.ceiling.score), 1e-9),
        "noisy_ceiling": found.mean(found.noisy_ceiling.score),
        "of_noisy_ceiling": found.mean(scores.score)
        / max(found.mean(found.noisy_ceiling.score), 1e-9),
        "qualifies": found.mean(scores.score) >= QUALIFIES_FROM,
        "blocks": {"counted": counted, "quiet": len(scores) - counted},
        "response_against_request": found.against,
        "energy_kwh": _energy_kwh(found),
        "lost_work_h": float(found.lost_s.sum() / HOUR_S),
        "jobs_moved": int((found.lost_s != 0.0).sum()),
        "jobs_started": int(found.running.begun.sum()),
        "by_hour": [_hour(study, found, number, one) for number, one in enumerate(found.hours)],
        "by_block": _blocks(found),
        "curves": _curves(found, first_s),
        "notes": _notes(found),
    }


def _energy_kwh(found: Followed) -> dict[str, float]:
    """What calls took and brought: drawn less and more than the base point, and where the store began and ended."""
    apart_kw = found.base_kw - found.meter_kw
    return {
        "drawn_less": float(np.maximum(apart_kw, 0.0).sum() / HOUR_S),
        "drawn_more": float(np.maximum(-apart_kw, 0.0).sum() / HOUR_S),
        "stored_first": float(found.stored_kwh[0]),
        "stored_last": float(found.stored_kwh[-1]),
    }


def _hour(study: Study, found: Followed, number: int, one: HourAhead) -> dict[str, Any]:
    span, there = slice(number * HOUR_S, (number + 1) * HOUR_S), ~one.hour.waits
    return {
        "hour": number,
        "base_kw": float(found.base_kw[span].mean()),
        "up_kw": one.band.up_kw,
        "down_kw": one.band.down_kw,
        "cut_up_kw": max(0.0, found.offer.up_kw - one.band.up_kw),
        "cut_down_kw": max(0.0, found.offer.down_kw - one.band.down_kw),
        "gangs": int(there.sum()),
        "gangs_lowest_kw": float(one.hour.lowest_kw[there].sum()),
        "gangs_highest_kw": float(one.hour.highest_kw[there].sum()),
        "jobs_waiting": int(one.hour.waits.sum()),
        "nodes_at_rest": one.hour.resting.most,
        "base_share": one.share,
        "lost_work_h": one.lost_work_h,
        "stored_last_kwh": float(found.stored_kwh[span][-1]),
    }


def _blocks(found: Followed) -> dict[str, list[Any]]:
    scores = found.scores
    return {
        "score": [round(float(value), 4) for value in scores.score],
        "ceiling": [round(float(value), 4) for value in found.ceiling.score],
        "noisy_ceiling": [round(float(value), 4) for value in found.noisy_ceiling.score],
        "quiet": found.quiet.tolist(),
    }


def _curves(found: Followed, first_s: int) -> dict[str, list[float]]:
    """Means over so many seconds as fit a page."""
    seconds = len(found.request_kw)
    width = max(1, -(-seconds // SHOWN))
    whole = seconds - seconds % width

    def thin(values: Any) -> list[float]:
        means = np.asarray(values)[:whole].reshape(-1, width).mean(axis=1)
        return [float(f"{value:.6g}") for value in means]

    return {
        "time_s": [first_s + number * width for number in range(whole // width)],
        "asked_kw": thin(found.base_kw - found.request_kw),
        "meter_kw": thin(found.meter_kw),
        "base_kw": thin(found.base_kw),
        "store_kw": thin(found.store_kw),
        "stored_kwh": thin(found.stored_kwh),
        "it_kw": thin(found.it_kw),
    }


def _notes(found: Followed) -> list[str]:
    said = [
        "a job is slowed only as far as its slack bears the worst signal of the hour; work left behind is done after"
        " its slots, which are not planned again here",
        "gangs stand at points of their pool's menu; what whole points leave is the store's, if there is one",
        "cooling follows with the time constant of a hall's air, 57 s, assumed",
    ]
    if found.against:
        said.append("the response moves against the request: a sign is wrong somewhere")
    if found.running.begun.any():
        said.append("jobs that waited were started before their slots where more was asked for")
    lost = int((~found.heard.led).sum()) * found.signal.every_s
    if lost:
        said.append(
            f"the signal was not there for {lost} s: the last value was held, then the base point"
        )
    if found.unheld.all():
        said.append("nothing of the offer stood in any hour: there is nothing to score")
    elif found.quiet.all():
        said.append("the signal asks for next to nothing: the score is that of its quiet blocks")
    for note in found.heard.notes[:SHOWN_NOTES]:
        said.append(f"{note.what}, at {(note.at - EPOCH).total_seconds():,.0f} s")
    return said
