"""Replicas of services as KEDA's `metrics-api` scaler reads them: `{"value": n}` at an address per service."""

import math
from collections.abc import Callable, Mapping

from fastapi import APIRouter, HTTPException


def keda_router(replicas: Callable[[str], float | None]) -> APIRouter:
    """Serves GET /keda/SERVICE. replicas: how many a service shall run now; None where nobody knows.

    With `targetValue: "1"` KEDA runs as many. A number that nobody knows, or that is none, is answered by 404 or 503,
    never by 0, so that KEDA falls back to its `fallback.replicas`.
    """
    router = APIRouter(tags=["keda"])

    @router.get("/keda/{service}", summary="Replicas that a service shall run now, for KEDA.")
    def wanted(service: str) -> dict[str, float]:
        found = replicas(service)
        if found is None:
            raise HTTPException(404, f"no replicas are planned for service {service[:80]!r}")
        return dict(metric(found))

    return router


def metric(replicas: float) -> Mapping[str, float]:
    """The answer for a number of replicas. Raises HTTPException 503 for what is no number from 0 on."""
    if not math.isfinite(replicas) or replicas < 0:
        raise HTTPException(503, f"{replicas} is no number of replicas; look at the plan")
    return {"value": replicas}
