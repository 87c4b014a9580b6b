"""The paths of the Carbon Aware SDK's WebApi, answered from the signals of the case."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import JSONResponse, Response

from gridtide.doors.api.carbon_windows import (
    Point,
    Sight,
    ahead,
    cleanest,
    mean_seen,
    newest_seen,
    seen_between,
    windows,
)
from gridtide.doors.api.validation_problem import Checked, Unfit
from gridtide.loop.mandate import Mandate
from gridtide.signals.signal import Kind

MOST_DAYS = 366
MOST_ASKED = 100
"""Locations or requests in one question."""
Names = Annotated[list[str] | None, Query()]
Requested = Annotated[Any, Body()]


def emissions_router(
    mandate: Callable[[], Mandate],
    now: Callable[[], datetime],
    may_read: Callable[..., Any],
    kind: Kind = Kind.CARBON_AVERAGE,
) -> APIRouter:
    """`/emissions/...` and `/locations`. mandate: what the loop looks after. now: the loop's instant. may_read: a
    dependency that refuses who may not. kind: the carbon signal that is answered from."""
    router = APIRouter(dependencies=[Depends(may_read)])

    def sight() -> Sight:
        return Sight(
            mandate=mandate(), as_of=now().astimezone(UTC).replace(microsecond=0), kind=kind
        )

    _add_seen(router, sight)
    _add_means(router, sight)
    _add_forecasts(router, sight)

    @router.get("/locations", response_class=Response)
    def locations() -> Response:
        """Names that other paths take as a location; cases hold no coordinates."""
        return JSONResponse(
            {
                name: {"latitude": None, "longitude": None, "name": name}
                for name in sorted(sight().locations)
            }
        )

    return router


def _add_seen(router: APIRouter, sight: Callable[[], Sight]) -> None:
    @router.get("/emissions/bylocation", response_class=Response)
    def by_location(
        location: Names = None, time: str | None = None, toTime: str | None = None
    ) -> Response:
        """What was observed at a location, step by step."""
        return _answered(lambda: _rated(_seen(sight(), location, time, toTime, most=1)))

    @router.get("/emissions/bylocations", response_class=Response)
    def by_locations(
        location: Names = None,
        locations: Names = None,
        time: str | None = None,
        toTime: str | None = None,
    ) -> Response:
        """What was observed at several locations, step by step."""
        named = [*(location or []), *(locations or [])]
        return _answered(lambda: _rated(_seen(sight(), named, time, toTime)))

    @router.get("/emissions/bylocations/best", response_class=Response)
    def best(
        location: Names = None,
        locations: Names = None,
        time: str | None = None,
        toTime: str | None = None,
    ) -> Response:
        """The cleanest of what was observed at several locations; all of them where several are."""
        named = [*(location or []), *(locations or [])]
        return _answered(lambda: _rated(cleanest(_seen(sight(), named, time, toTime))))


def _add_means(router: APIRouter, sight: Callable[[], Sight]) -> None:
    @router.get("/emissions/average-carbon-intensity", response_class=Response)
    def average(
        location: str | None = None, startTime: str | None = None, endTime: str | None = None
    ) -> Response:
        """The mean over a time that was observed throughout."""
        asked = {"location": location, "startTime": startTime, "endTime": endTime}
        return _answered(lambda: _mean(sight(), asked))

    @router.post("/emissions/average-carbon-intensity/batch", response_class=Response)
    def averages(requested: Requested = None) -> Response:
        """The mean over several times at one location."""

        def means() -> list[dict[str, object]]:
            asked = _each(requested)
            if len({str(one.get("location")) for one in asked}) > 1:
                raise Unfit({"location": ["one location is answered at a time"]})
            seen = sight()
            return [_mean(seen, one) for one in asked]

        return _answered(means)


def _add_forecasts(router: APIRouter, sight: Callable[[], Sight]) -> None:
    @router.get("/emissions/forecasts/current", response_class=Response)
    def current(
        location: Names = None,
        dataStartAt: str | None = None,
        dataEndAt: str | None = None,
        windowSize: str | None = None,
    ) -> Response:
        """What is published or expected now, in windows, and the cleanest of them."""
        bounds = {"dataStartAt": dataStartAt, "dataEndAt": dataEndAt, "windowSize": windowSize}

        def forecasts() -> list[dict[str, object]]:
            seen = sight()
            names = _known(Checked(), seen, location)
            return [_forecast(seen, {"location": name, **bounds}) for name in names]

        return _answered(forecasts)

    @router.post("/emissions/forecasts/batch", response_class=Response)
    def batch(requested: Requested = None) -> Response:
        """What was published or expected at instants that have passed, in windows."""

        def forecasts() -> list[dict[str, object]]:
            seen, found = sight(), []
            for asked in _each(requested):
                checked = Checked()
                at = checked.instant("requestedAt", asked.get("requestedAt"), needed=True)
                if at is not None and at > seen.as_of:
                    checked.fault("requestedAt", f"must not lie after {seen.as_of.isoformat()}")
                checked.refuse_if_any()
                assert at is not None
                then = Sight(mandate=seen.mandate, as_of=at, kind=seen.kind)
                found.append(_forecast(then, asked))
            return found

        return _answered(forecasts)


def _seen(
    sight: Sight,
    locations: list[str] | None,
    time: str | None,
    to_time: str | None,
    most: int = MOST_ASKED,
) -> list[Point]:
    checked = Checked()
    start, end = checked.instant("time", time), checked.instant("toTime", to_time)
    if to_time is not None and time is None:
        checked.fault("time", "is needed where toTime is given")
    checked.in_order("time", start, "toTime", end, timedelta(days=MOST_DAYS))
    names = _known(checked, sight, locations, most)
    if start is None:
        return [point for name in names for point in newest_seen(sight, name)]
    return [point for name in names for point in seen_between(sight, name, start, end or start)]


def _mean(sight: Sight, asked: dict[str, Any]) -> dict[str, object]:
    checked = Checked()
    start = checked.instant("startTime", asked.get("startTime"), needed=True)
    end = checked.instant("endTime", asked.get("endTime"), needed=True)
    checked.in_order("startTime", start, "endTime", end, timedelta(days=MOST_DAYS))
    (name,) = _known(checked, sight, asked.get("location"), most=1)
    assert start is not None and end is not None
    mean = mean_seen(sight, name, start, end)
    if mean is None:
        said = f"not all of {start.isoformat()} to {end.isoformat()} was observed at {name}"
        raise Unfit({"startTime": [said]})
    return {
        "location": name,
        "startTime": start.isoformat(),
        "endTime": end.isoformat(),
        "carbonIntensity": mean,
    }


def _forecast(sight: Sight, asked: dict[str, Any]) -> dict[str, object]:
    checked = Checked()
    start = checked.instant("dataStartAt", asked.get("dataStartAt"))
    end = checked.instant("dataEndAt", asked.get("dataEndAt"))
    lasts = checked.minutes("windowSize", asked.get("windowSize"))
    (name,) = _known(checked, sight, asked.get("location"), most=1)
    signal = ahead(sight, name)
    if signal is None:
        raise Unfit({"location": [f"nothing is known of {name} from {sight.as_of}"]}, status=501)
    line = signal.timeline
    checked.within("dataStartAt", start, line.start, line.end)
    checked.within("dataEndAt", end, line.start, line.end)
    start, end = start or line.start, end or line.end
    checked.in_order("dataStartAt", start, "dataEndAt", end)
    checked.refuse_if_any()
    points = windows(name, signal, start, end, lasts)
    size = lasts or timedelta(seconds=int(line.edges_s[1] - line.edges_s[0]))
    return {
        "generatedAt": sight.as_of.isoformat(),
        "requestedAt": sight.as_of.isoformat(),
        "location": name,
        "dataStartAt": start.isoformat(),
        "dataEndAt": end.isoformat(),
        "windowSize": round(size.total_seconds() / 60),
        "optimalDataPoints": _valued(cleanest(points)),
        "forecastData": _valued(points),
    }


def _known(
    checked: Checked, sight: Sight, asked: object, most: int = MOST_ASKED
) -> tuple[str, ...]:
    """The locations asked for, each once. Raises Unfit with all faults found so far."""
    names = [asked] if isinstance(asked, str) else asked if isinstance(asked, list) else []
    known = sight.locations
    if not names or not all(isinstance(name, str) and name for name in names):
        checked.fault("location", "is needed: a name that /locations gives")
    elif len(names) > most:
        checked.fault("location", f"{most} at most, not {len(names)}")
    else:
        for name in (name for name in names if name not in known):
            checked.fault("location", f"{name[:100]!r} is none of {', '.join(sorted(known))}")
    checked.refuse_if_any()
    return tuple(dict.fromkeys(names))


def _each(requested: object) -> list[dict[str, Any]]:
    if not isinstance(requested, list) or not all(isinstance(one, dict) for one in requested):
        raise Unfit({"$": ["a list of objects is read"]})
    if not 1 <= len(requested) <= MOST_ASKED:
        raise Unfit({"$": [f"1 to {MOST_ASKED} requests, not {len(requested)}"]})
    return requested


def _rated(points: Sequence[Point]) -> list[dict[str, object]]:
    return [
        {
            "location": point.location,
            "time": point.start.isoformat(),
            "rating": point.carbon_g_per_kwh,
            "duration": _span(point.lasts),
        }
        for point in points
    ]


def _valued(points: Sequence[Point]) -> list[dict[str, object]]:
    return [
        {
            "location": point.location,
            "timestamp": point.start.isoformat(),
            "duration": int(point.lasts.total_seconds() // 60),
            "value": point.carbon_g_per_kwh,
        }
        for point in points
    ]


def _span(lasts: timedelta) -> str:
    """Hours, minutes and seconds, days before a point, as the SDK writes a duration."""
    minutes, seconds = divmod(lasts.seconds, 60)
    days = f"{lasts.days}." if lasts.days else ""
    return f"{days}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _answered(answer: Callable[[], Any]) -> Response:
    """200 with what there is, 204 where there is nothing, or the problem."""
    try:
        found = answer()
    except Unfit as unfit:
        return unfit.problem()
    return JSONResponse(found) if found else Response(status_code=204)
