"""Physics for compiled loops: registers the scalar functions themselves, so each is written once."""

from numba.extending import register_jitable

from gridtide.physics import (
    battery,
    cooling,
    heat_plant,
    operating_point,
    pue,
    server,
    serving_power,
    serving_queue,
    tapered_battery,
    transformer,
    ups,
    weather,
    wind,
)

for _function in (
    ups.ups_loss_kw,
    transformer.transformer_loss_kw,
    cooling.plant_cop,
    cooling.mechanical_share,
    cooling.chiller_curves,
    heat_plant.heat_plant_slope,
    heat_plant.heat_plant_kw,
    pue.fan_share,
    pue.heat_of_it_kw,
    pue.facility_power_kw,
    pue._slopes,
    pue.marginal_facility_power,
    operating_point.seconds_at_speed,
    operating_point.work_in_seconds,
    battery.soc_after_kwh,
    battery.charge_room_kw,
    battery.discharge_room_kw,
    tapered_battery.tapered_charge_max_kw,
    tapered_battery.tapered_discharge_max_kw,
    tapered_battery.tapered_stored_kwh,
    tapered_battery._steps_within,
    tapered_battery.tapered_hour_in_kwh,
    tapered_battery.tapered_hour_out,
    weather.wet_bulb_c,
    wind.wind_power_share,
    server.server_share_w,
    serving_power.serving_power_w,
    serving_queue.fluid_batch,
):
    register_jitable(_function)
