"""What a controlled station answers to each telegram: confirm, refuse with the cause, tell its values."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.signals.setpoint_channel import PlantTelemetry
from gridtide.wire.iec104.asdu import (
    BROADCAST,
    Asdu,
    Cause,
    Doubt,
    Element,
    Information,
    Inquiry,
    Kind,
    Measured,
    Point,
    Setting,
    Switch,
    mirrored,
)
from gridtide.wire.iec104.points import StationPoints
from gridtide.wire.iec104.time_tag import TimeTag, tag_of

WHOLE_STATION = 20
SETTINGS = (Kind.C_SE_NC_1, Kind.C_SE_TC_1)
SWITCHES = (Kind.C_SC_NA_1, Kind.C_SC_TA_1)
COMMANDS = (*SETTINGS, *SWITCHES, Kind.C_IC_NA_1, Kind.C_CS_NA_1)


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A command that was announced on a line and waits for its execution until an instant."""

    kind: int
    address: int
    element: Element
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back, in order, and what came in. told: a set-point, whether it was confirmed or refused.
    asked: a mode. clock_apart: by how much the other clock is ahead, where it told the time. selected: what waits for
    its execution from now on."""

    replies: tuple[Asdu, ...]
    selected: Selected | None = None
    told: Setpoint | None = None
    asked: Mode | None = None
    clock_apart: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Station:
    """A controlled station at an instant. telemetry: its last values, None before the first. sequence: the number of
    the next set-point, for the protocol carries none. accepts: whether a set-point is confirmed. selected: what the
    line announced before."""

    points: StationPoints
    telemetry: PlantTelemetry | None
    sequence: int
    accepts: Callable[[Setpoint], bool]
    selected: Selected | None = None


def answered(station: Station, asdu: Asdu, now: datetime) -> Answer:
    """What the station answers to one telegram of the controlling side. Never raises."""
    cause = _unknown(station.points, asdu)
    if cause is None and asdu.kind in (*SETTINGS, *SWITCHES):
        return _commanded(station, asdu, now)
    if cause is not None:
        answer = Answer(replies=(mirrored(asdu, cause, negative=True),))
    elif asdu.kind == Kind.C_CS_NA_1:
        answer = _clock(station.points, asdu, now)
    else:
        answer = _interrogated(station, asdu, now)
    return replace(answer, selected=station.selected)


def told_values(
    points: StationPoints, telemetry: PlantTelemetry, now: datetime, cause: Cause
) -> tuple[Asdu, ...]:
    """The telegrams that tell measured values and states; with time tags where the line agreed on them."""
    tagged = points.stamped and cause is Cause.SPONTANEOUS
    tag = tag_of(now, points.utc_offset) if tagged else None
    doubt = {
        Quality.GOOD: Doubt.NONE,
        Quality.NOT_TOPICAL: Doubt.NT,
        Quality.INVALID: Doubt.IV,
    }[telemetry.quality]
    per_unit = points.kw_per_unit
    values = (
        telemetry.p_kw / per_unit,
        telemetry.q_kvar / per_unit,
        telemetry.v_pu,
        telemetry.f_hz,
        telemetry.up_kw / per_unit,
        telemetry.down_kw / per_unit,
        telemetry.echo_kw / per_unit,
    )
    states = (
        telemetry.mode is Mode.AUTO,
        telemetry.mode is not Mode.LOCAL,
        telemetry.quality is Quality.GOOD,
    )
    measured = tuple(
        _information(points.first_measured + k, _measured(value, doubt), tag)
        for k, value in enumerate(values)
    )
    switched = tuple(
        _information(points.first_state + k, Point(on=on), tag) for k, on in enumerate(states)
    )
    kinds = (Kind.M_ME_TF_1, Kind.M_SP_TB_1) if tagged else (Kind.M_ME_NC_1, Kind.M_SP_NA_1)
    return tuple(
        Asdu(kind=kind, cause=cause, station=points.station, objects=objects)
        for kind, objects in zip(kinds, (measured, switched), strict=True)
    )


def _measured(value: float, doubt: Doubt) -> Measured:
    """A value that is not known is invalid, whatever the telegram's quality."""
    return Measured(value=value, quality=doubt if math.isfinite(value) else doubt | Doubt.IV)


def _unknown(points: StationPoints, asdu: Asdu) -> Cause | None:
    """Why a telegram is not for this station; None when it is."""
    if asdu.kind not in COMMANDS:
        return Cause.UNKNOWN_TYPE
    general = asdu.kind in (Kind.C_IC_NA_1, Kind.C_CS_NA_1)
    if asdu.station != points.station and not (general and asdu.station == BROADCAST):
        return Cause.UNKNOWN_STATION
    causes = (Cause.ACTIVATION,) if general else (Cause.ACTIVATION, Cause.DEACTIVATION)
    if asdu.cause not in causes:
        return Cause.UNKNOWN_CAUSE
    own = {Kind.C_IC_NA_1: 0, Kind.C_CS_NA_1: 0}
    own |= dict.fromkeys(SETTINGS, points.setpoint) | dict.fromkeys(SWITCHES, points.auto_command)
    if len(asdu.objects) != 1 or asdu.objects[0].address != own[Kind(asdu.kind)]:
        return Cause.UNKNOWN_OBJECT
    return None


def _commanded(station: Station, asdu: Asdu, now: datetime) -> Answer:
    """A command: selected, given up, or executed where it needs no selection or has one."""
    (one,) = asdu.objects
    assert isinstance(one.element, Setting | Switch)
    waiting = station.selected
    if asdu.cause == Cause.DEACTIVATION:
        given_up = waiting is not None and (waiting.kind, waiting.address) == (
            asdu.kind,
            one.address,
        )
        return Answer(replies=(mirrored(asdu, Cause.DEACTIVATED, negative=not given_up),))
    if one.element.select:
        return _selection(station, asdu, one, now)
    if station.points.select_s > 0 and not _was_selected(waiting, asdu.kind, one, now):
        return Answer(replies=(mirrored(asdu, Cause.CONFIRMATION, negative=True),))
    return _setting(station, asdu, now) if asdu.kind in SETTINGS else _switch(asdu)


def _selection(station: Station, asdu: Asdu, one: Information, now: datetime) -> Answer:
    assert isinstance(one.element, Setting | Switch)
    told = _told(station, one, now) if isinstance(one.element, Setting) else None
    sound = told is None or (told.quality is Quality.GOOD and station.accepts(told))
    taken = station.points.select_s > 0 and sound and not asdu.test
    until = now + timedelta(seconds=station.points.select_s)
    selected = Selected(kind=asdu.kind, address=one.address, element=one.element, until=until)
    replies = (mirrored(asdu, Cause.CONFIRMATION, negative=not taken),)
    return Answer(replies=replies, selected=selected if taken else None)


def _was_selected(waiting: Selected | None, kind: int, one: Information, now: datetime) -> bool:
    """Whether this very command was selected and its time has not run out."""
    if waiting is None or now > waiting.until:
        return False
    element = one.element
    assert isinstance(element, Setting | Switch)
    same = replace(element, select=True) == waiting.element
    return same and (waiting.kind, waiting.address) == (kind, one.address)


def _setting(station: Station, asdu: Asdu, now: datetime) -> Answer:
    """A set-point: refused when its time tag is none, or when it is not acceptable; told on all the same."""
    told = _told(station, asdu.objects[0], now)
    confirmed = told.quality is Quality.GOOD and not asdu.test and station.accepts(told)
    replies = (mirrored(asdu, Cause.CONFIRMATION, negative=not confirmed),)
    return Answer(replies=replies, told=None if asdu.test else told)


def _told(station: Station, one: Information, now: datetime) -> Setpoint:
    assert isinstance(one.element, Setting)
    stamp = now if one.tag is None else one.tag.instant(station.points.utc_offset)
    return Setpoint(
        p_set_kw=one.element.value * station.points.kw_per_unit,
        measured_at=stamp or now,
        sequence=station.sequence,
        quality=Quality.GOOD if stamp else Quality.INVALID,
    )


def _switch(asdu: Asdu) -> Answer:
    (one,) = asdu.objects
    assert isinstance(one.element, Switch)
    replies = (mirrored(asdu, Cause.CONFIRMATION, negative=asdu.test),)
    if asdu.test:
        return Answer(replies=replies)
    return Answer(replies=replies, asked=Mode.AUTO if one.element.on else Mode.REMOTE)


def _clock(points: StationPoints, asdu: Asdu, now: datetime) -> Answer:
    """The other clock is compared and never taken over: this one has its own source. The answer shows this clock."""
    (one,) = asdu.objects
    own = Information(address=0, element=one.element, tag=tag_of(now, points.utc_offset))
    reply = Asdu(
        kind=asdu.kind,
        cause=Cause.CONFIRMATION,
        station=points.station,
        originator=asdu.originator,
        objects=(own,),
        test=asdu.test,
    )
    theirs = one.tag.instant(points.utc_offset) if one.tag else None
    if theirs is None:
        return Answer(replies=(mirrored(asdu, Cause.CONFIRMATION, negative=True),))
    return Answer(replies=(reply,), clock_apart=theirs - now)


def _interrogated(station: Station, asdu: Asdu, now: datetime) -> Answer:
    (one,) = asdu.objects
    assert isinstance(one.element, Inquiry)
    if one.element.qualifier != WHOLE_STATION:
        return Answer(replies=(mirrored(asdu, Cause.CONFIRMATION, negative=True),))
    named = Asdu(
        kind=asdu.kind,
        cause=Cause.CONFIRMATION,
        station=station.points.station,
        originator=asdu.originator,
        objects=asdu.objects,
        test=asdu.test,
    )
    values = (
        told_values(station.points, station.telemetry, now, Cause.INTERROGATED)
        if station.telemetry
        else ()
    )
    return Answer(replies=(named, *values, mirrored(named, Cause.TERMINATION, negative=False)))


def _information(address: int, element: Measured | Point, tag: TimeTag | None) -> Information:
    return Information(address=address, element=element, tag=tag)
