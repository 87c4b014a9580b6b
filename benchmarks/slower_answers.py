"""What a tolerated delay of answers is worth: a case as it stands, and with every service at its usual point.

    python benchmarks/slower_answers.py CASE.toml [--policies coordinated,perfect-foresight]

Both see the same signals, requests and limits. Costs are settled; energy is what services drew at the racks; slower is
the share of answers from slower points, p95 the longest 95 % answer time of any step there and in all.
"""

from dataclasses import replace

import numpy as np
from with_and_without import compare

from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of


def usual_points_only(study: Study) -> Study:
    """The same study whose services know no slower point."""
    services = tuple(replace(service, slower=()) for service in study.services)
    return replace(study, services=services)


def row(study: Study, name: str, policy: str) -> float:
    """Run, print, and give the cost."""
    course = course_of(study, policy)
    settled = settle(study, truth_of(study), course, 0.0)
    seen = course.telemetry
    kwh = float((seen.service_kw * study.timeline.hours).sum())
    share = settled.requests_slower / max(settled.requests_answered, 1e-9)
    longest = np.nanmax(seen.latency_p95_s)
    print(
        f"{policy:18s} {name:13s} {settled.total_cost:13,.2f} {study.currency}  services {kwh:11,.0f} kWh"
        f"  grid {settled.energy_kwh:12,.0f} kWh  slower {share:6.1%}  p95 {longest:.3f} s"
        f"  refused {settled.requests_refused:,.0f}",
        flush=True,
    )
    return float(settled.total_cost)


if __name__ == "__main__":
    compare(__doc__, usual_points_only, ("usual points", "slower points"), "slower points", row)
