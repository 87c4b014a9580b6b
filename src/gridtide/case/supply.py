"""What the wind, the sun and the water of a site can make: under weather of record, or under made-up weather."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.case.river_plant import river_share
from gridtide.case.schema import CaseFile, SignalTable, SiteTable
from gridtide.case.wind_plant import WindPlant, wind_plant_of
from gridtide.decide.reading import KIND_OF_SUPPLY
from gridtide.finding import BadInput, Finding
from gridtide.fleet.site import SupplyKind
from gridtide.physics.solar import day_of_year, module_power_share, share_through_clouds
from gridtide.physics.sun import seen_sun_deg
from gridtide.physics.wind import hub_wind_m_per_s
from gridtide.signals.signal import Kind, Signal, on
from gridtide.sources.synthetic import Climate, Synthetic
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
WEATHER_OF = {
    SupplyKind.WIND: (Kind.WIND_SPEED,),
    SupplyKind.RIVER: (Kind.RIVER_FLOW,),
    SupplyKind.SOLAR: (Kind.CLOUD, Kind.TEMPERATURE, Kind.WIND_SPEED),
}


def supply_of(
    site: SiteTable,
    case: CaseFile,
    signals: tuple[Signal, ...],
    wide: Timeline,
    of_record: Timeline,
) -> Iterator[Signal]:
    """What a kW of the site's own wind, sun and water could make, 0 to 1, as signals named by the site.

    signals: what the case has read. wide: steps of made-up weather. of_record: steps of weather that was read,
    as far back as a forecaster learns. Raises BadInput where weather of record lacks what is needed.
    """
    zone = site.weather_zone or site.zone
    kinds = sorted({supply.kind for supply in site.supply})
    plant = wind_plant_of(site)
    made_up = next(
        (table for table in case.signal if table.zone == zone and table.source == "synthetic"), None
    )
    for kind in kinds:
        if made_up is None or kind is SupplyKind.RIVER:
            yield _of_record(site, zone, kind, plant, signals, of_record)
        else:
            yield _made_up(site, kind, plant, case, climate_of(made_up), wide)


def _made_up(
    site: SiteTable,
    kind: SupplyKind,
    plant: WindPlant,
    case: CaseFile,
    climate: Climate,
    wide: Timeline,
) -> Signal:
    source = Synthetic(
        zone=site.name,
        timeline=wide,
        seed=case.case.seed,
        clock_offset_h=offset_h(site.clock, case),
    )
    if kind is SupplyKind.WIND:
        return source.wind(climate, plant.share)
    return source.solar(climate, site.latitude, site.longitude)


def _of_record(
    site: SiteTable,
    zone: str,
    kind: SupplyKind,
    plant: WindPlant,
    signals: tuple[Signal, ...],
    wide: Timeline,
) -> Signal:
    airy = plant.in_air and kind is SupplyKind.WIND
    needs = (*WEATHER_OF[kind], *((Kind.TEMPERATURE,) if airy else ()))
    weather = {need: _series(need, zone, signals, wide) for need in needs}
    lacking = [str(need) for need, values in weather.items() if np.isnan(values).all()]
    if lacking:
        raise BadInput(
            [
                Finding(
                    subject=f"supply of {site.name}",
                    value=f"no {' and no '.join(lacking)} of {zone}",
                    limit=f"{', '.join(needs)} for {kind}",
                    mend="Read these kinds for the weather zone, or name another weather_zone.",
                )
            ]
        )
    if kind is SupplyKind.RIVER:
        values, said = river_share(site, weather[Kind.RIVER_FLOW])
    elif kind is SupplyKind.WIND:
        values, said = wind_shares(weather, plant)
    else:
        values, said = solar_shares(weather, (site.latitude, site.longitude), wide)
    return Signal(
        kind=KIND_OF_SUPPLY[kind],
        zone=site.name,
        timeline=wide,
        values=values,
        source=f"modelled from the weather of {zone}",
        notes=(said,),
    )


def _series(kind: Kind, zone: str, signals: tuple[Signal, ...], wide: Timeline) -> Real:
    values = np.full(len(wide), np.nan)
    for signal in signals:
        if signal.kind is kind and signal.zone == zone:
            values = np.where(np.isnan(values), on(signal, wide), values)
    return values


def wind_shares(weather: dict[Kind, Real], plant: WindPlant) -> tuple[Real, str]:
    """What a plant makes of the wind at 10 m, over rated power, NaN where weather lacks; and how that was found."""
    speed = weather[Kind.WIND_SPEED]
    air = weather.get(Kind.TEMPERATURE, np.zeros(len(speed)))
    known = np.isfinite(speed + air)
    shares = [
        plant.share(hub_wind_m_per_s(float(blows)), float(warm)) if there else np.nan
        for blows, warm, there in zip(speed, air, known, strict=True)
    ]
    said = f"wind at 10 m carried to 100 m by the power law (0.14), {plant.words}"
    return np.asarray(shares, dtype=np.float64), said


def solar_shares(
    weather: dict[Kind, Real], place: tuple[float, float], wide: Timeline
) -> tuple[Real, str]:
    """What modules make under clouds of record, over their power, NaN where weather lacks; and how that was found.

    place: latitude and longitude, degrees.
    """
    middle_s = wide.starts_s + np.diff(wide.edges_s) / 2.0
    columns = (weather[kind] for kind in WEATHER_OF[SupplyKind.SOLAR])
    shares = [
        module_power_share(
            day_of_year(float(at)),
            place[0],
            seen_sun_deg(float(at), *place),
            share_through_clouds(float(cloud)),
            (float(warm), float(blows)),
        )
        if np.isfinite(cloud + warm + blows)
        else np.nan
        for at, cloud, warm, blows in zip(middle_s, *columns, strict=True)
    ]
    said = "clear sky by the sun's place, dimmed by cloud cover, on modules tilted by the latitude"
    return np.asarray(shares, dtype=np.float64), said


def climate_of(table: SignalTable) -> Climate:
    """The climate that a table of made-up series describes."""
    return Climate(
        temperature_c=table.temperature_c,
        day_swing_c=table.day_swing_c,
        humidity=table.humidity,
        wind_m_per_s=table.wind_m_per_s,
        windy_at_night=table.windy_at_night,
    )


def offset_h(clock: str, case: CaseFile) -> float:
    """Local time minus UTC at the start of a case, hours."""
    offset = case.case.start.astimezone(ZoneInfo(clock)).utcoffset() or timedelta(0)
    return offset.total_seconds() / 3600.0
