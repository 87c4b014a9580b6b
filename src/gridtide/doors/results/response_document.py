"""The document of `gridtide respond`: what was asked, what the cluster gives, what each job loses, and the course."""

from datetime import timedelta
from typing import Any

import numpy as np

from gridtide.case.called_cluster import Called
from gridtide.decide.response.best_course import BestCourse
from gridtide.simulate.response import Marks, Response

MINUTE = timedelta(minutes=1)
EXACT = 1e-9


def response_document(
    called: Called, lived: Response, marks: Marks, bound: BestCourse, deepest_kw: float
) -> dict[str, Any]:
    """jobs: one row each. course: by minute from `start` on, limit null where nothing is asked. shares are of the
    baseline; met: no minute of the call above its limit, no tier broken, and no change from one minute to the next
    beyond what the cluster declares (`ramps_kept`)."""
    cluster, call = called.cluster, called.call
    window = slice(call.start, call.end)
    base = cluster.baseline_kw
    ramps_kept = (
        marks.largest_fall <= cluster.fall + EXACT and marks.largest_rise <= cluster.rise + EXACT
    )
    return {
        "cluster": cluster.name,
        "event": call.name,
        "simulated": True,
        "from": (called.start + call.start * MINUTE).isoformat(),
        "to": (called.start + call.end * MINUTE).isoformat(),
        "notice_min": call.start - call.known_from,
        "baseline_kw": base,
        "other_kw": cluster.other_kw,
        "asked_kw": call.announced_kw,
        "asked_share": call.announced_kw / base,
        "met": not marks.minutes_above and not marks.tiers_broken and ramps_kept,
        "minutes_over": marks.minutes_over,
        "minutes_above_own_limit": marks.minutes_above,
        "tiers_broken": marks.tiers_broken,
        "weighted_work": marks.weighted,
        "bound": bound.weighted,
        "of_bound": marks.weighted / bound.weighted if bound.weighted > 0.0 else None,
        "mean_share": marks.mean,
        "most_share": marks.most,
        "highest_after_share": marks.highest_after if np.isfinite(marks.highest_after) else None,
        "largest_fall_share": marks.largest_fall,
        "largest_rise_share": marks.largest_rise,
        "fall_share": cluster.fall,
        "rise_share": cluster.rise,
        "ramps_kept": ramps_kept,
        "avoided_kwh": float((base - lived.meter_kw[window]).sum() / 60.0),
        "deepest_kw": deepest_kw if np.isfinite(deepest_kw) else None,
        "deepest_share": deepest_kw / base if np.isfinite(deepest_kw) else None,
        "jobs": [
            {
                "name": job.name,
                "accelerators": job.accelerators,
                "pausing": str(job.pausing),
                "at_least": job.floor,
                "share": float(marks.share[number]),
                "kept": bool(marks.share[number] >= job.floor - 1e-9),
                "mean_kw": float(lived.power_kw[window, number].mean()),
                "parked_accelerators": float(
                    job.accelerators - lived.running[window, number].mean()
                ),
            }
            for number, job in enumerate(cluster.jobs)
        ],
        "course": {
            "start": called.start.isoformat(),
            "limit_kw": [one if np.isfinite(one) else None for one in call.limit_kw.tolist()],
            "meter_kw": lived.meter_kw.tolist(),
            "jobs_kw": {
                job.name: lived.power_kw[:, number].tolist()
                for number, job in enumerate(cluster.jobs)
            },
        },
        "notes": list(called.notes),
    }
