"""What a building draws through a year, again, one site and one step at a time, as its rules read.

The physics is the house's own, uncompiled; the loop and what is allowed of an order are written anew. What
`kernels/facility_year.py` must find as well, and what its speed is held against.
"""

from dataclasses import dataclass

from gridtide.physics.cold_store import cold_after_kwh
from gridtide.physics.heat_plant import aired_share, extra_plant_kw, heat_plant_kw, most_heat_kw
from gridtide.physics.pue import facility_power_kw, heat_of_it_kw
from gridtide.physics.room import heat_for_rise_kw, room_after_c


@dataclass(kw_only=True)
class PlainBuilding:
    """One building and what it keeps. hall: (air and mass in kJ/K, kW/K between them), limits: (coolest, warmest,
    change in K/h); cold_store: (kWh, most in, most out, loss a day); battery: (kWh, least, into, out of, most); reuse:
    (share of IT power whose heat others get, coefficient of the pump that lifts it)."""

    capacity_kw: float
    plant: int
    meter_max_kw: float
    hall: tuple[float, float, float]
    limits: tuple[float, float, float]
    cold_store: tuple[float, float, float, float]
    battery: tuple[float, float, float, float, float]
    reuse: tuple[float, float]
    air_c: float
    mass_c: float
    cold_kwh: float
    charge_kwh: float

    def step(
        self, it_kw: float, outdoor_c: float, asked: tuple[float, float, float], hours: float
    ) -> float:
        """Power at the meter, kW. asked: of hall, cold store and battery, kW per kW of IT capacity."""
        place = (self.capacity_kw, outdoor_c, self.plant)
        drawn = facility_power_kw(it_kw, *place)
        heat, left = heat_of_it_kw(it_kw, self.capacity_kw, self.plant), self._left_kw(it_kw)
        drawn += heat_plant_kw(left, *place) - heat_plant_kw(heat, *place)
        drawn += (heat - left) / (self.reuse[1] - 1.0)
        drawn += self._cool_more(it_kw, outdoor_c, asked[0], asked[1], drawn, hours)
        full, least, into, out_of, most = self.battery
        flow = asked[2] * self.capacity_kw
        if flow > 0.0:
            room = (full - self.charge_kwh) / into / hours
            flow = max(0.0, min(flow, most, room, self.meter_max_kw - drawn))
            self.charge_kwh += flow * into * hours
        else:
            held = (self.charge_kwh - least) * out_of / hours
            flow = -max(0.0, min(-flow, most, held, drawn))
            self.charge_kwh += flow / out_of * hours
        return drawn + flow

    def _cool_more(
        self, it_kw: float, outdoor_c: float, hall: float, store: float, drawn: float, hours: float
    ) -> float:
        """Cool beyond the load, or less, as far as all allow; what the plant draws for it, kW."""
        into_hall = self._for_hall(hall * self.capacity_kw, hours)
        into_store = self._for_store(store * self.capacity_kw, hours)
        heat = self._left_kw(it_kw)
        place = (self.capacity_kw, outdoor_c, self.plant)
        both = into_hall + into_store
        share = 1.0
        if both > 0.0:
            share = min(share, max(0.0, most_heat_kw(*place) - heat) / both)
            extra = extra_plant_kw(heat, both, *place)
            if extra > 0.0:
                share = min(share, max(0.0, self.meter_max_kw - drawn) / extra)
        elif both < 0.0:
            share = min(share, aired_share(self.plant) * heat / -both)
        self.air_c, self.mass_c = room_after_c(
            self.air_c, self.mass_c, -share * into_hall, hours, *self.hall
        )
        self.cold_kwh = cold_after_kwh(self.cold_kwh, share * into_store, hours, self.cold_store[3])
        return extra_plant_kw(heat, share * both, *place)

    def _left_kw(self, it_kw: float) -> float:
        """Heat that nobody else gets, kW."""
        return heat_of_it_kw(it_kw, self.capacity_kw, self.plant) - self.reuse[0] * it_kw

    def _for_hall(self, asked_kw: float, hours: float) -> float:
        """What keeps the air within its limits behind the step, nearest to the asked, kW of heat."""
        coolest, warmest, change = self.limits
        low = max(coolest, self.air_c - change * hours)
        high = max(low, min(warmest, self.air_c + change * hours))
        rests, _ = room_after_c(self.air_c, self.mass_c, 0.0, hours, *self.hall)
        least = heat_for_rise_kw(rests - high, hours, *self.hall)
        most = heat_for_rise_kw(rests - low, hours, *self.hall)
        return min(most, max(least, asked_kw))

    def _for_store(self, asked_kw: float, hours: float) -> float:
        """What the chilled water can take and give, nearest to the asked, kW of heat."""
        full, most_in, most_out, loss = self.cold_store
        left = cold_after_kwh(self.cold_kwh, 0.0, hours, loss)
        per_kw = cold_after_kwh(0.0, 1.0, hours, loss)
        taken = min(most_in, max(0.0, full - left) / per_kw)
        given = min(most_out, max(0.0, left) / per_kw)
        return min(taken, max(-given, asked_kw))
