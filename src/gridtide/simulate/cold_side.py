"""Halls and stores of cold in the twin: what is carried out early or late, as far as hall, store and plant allow."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.extra_cooling import ExtraCooling, no_extra_cooling
from gridtide.fleet.building import capacities_kw, plants_of
from gridtide.fleet.extra_cooling import can_shift_cooling
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.thermal import ColdStore, Hall

Real = NDArray[np.float64]
NO_HALL = Hall(air_kj_per_k=0.0, mass_kj_per_k=0.0, between_kw_per_k=0.0)
NO_STORE = ColdStore(energy_kwh=0.0, charge_max_kw=0.0, discharge_max_kw=0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cooled:
    """What was carried out beyond the heat of the moment, with the power it took, and what it came to: air of halls
    in °C, NaN without one, and cold in stores in kWh of heat, (S, T), of no sites where no site has either."""

    extra: ExtraCooling
    air_c: Real
    cold_kwh: Real


@dataclass(kw_only=True, eq=False)
class ColdSide:
    """The cold side of every site, from where its halls are kept and its stores begin.

    Promise: air stays within the temperatures of its hall and changes no faster than it may, a store gives nothing
    it has not, a plant carries out no more than it can, and nothing is carried out early for which the meter has no
    room; what could not be done shows in what was carried out.
    """

    fleet: Fleet
    air_c: Real
    mass_c: Real
    cold_kwh: Real

    @classmethod
    def of(cls, fleet: Fleet) -> "ColdSide":
        """At the start of a course; of no sites where no site has a hall or a store."""
        sites = fleet.sites if can_shift_cooling(fleet) else ()
        set_c = np.asarray([site.hall.set_c if site.hall else np.nan for site in sites])
        stores = [site.cold_store or NO_STORE for site in sites]
        begins = np.asarray([store.start_share * store.energy_kwh for store in stores])
        return cls(fleet=fleet, air_c=set_c, mass_c=set_c.copy(), cold_kwh=begins)

    def apart(self) -> "ColdSide":
        """The same halls and stores, to which something else may now happen."""
        return replace(
            self,
            air_c=self.air_c.copy(),
            mass_c=self.mass_c.copy(),
            cold_kwh=self.cold_kwh.copy(),
        )

    @property
    def hall_c(self) -> Real:
        """Temperatures of air and mass now, (2, S)."""
        return np.stack([self.air_c, self.mass_c])

    def advance(
        self, it_kw: Real, orders: ExtraCooling, outdoor_c: Real, spare_kw: Real, hours: Real
    ) -> Cooled:
        """Carry orders out over steps of these hours. spare_kw: what each meter may draw more, (S, T)."""
        if not len(self.air_c):
            none = np.zeros((0, 0))
            return Cooled(extra=no_extra_cooling(), air_c=none, cold_kwh=none)
        from gridtide.kernels import extra_cooling as kernel

        shape = it_kw.shape
        asked_kw = (
            orders.heat_kw[..., : shape[1]] if orders.power_kw.size else np.zeros((2, *shape))
        )
        heat_kw = np.zeros((2, *shape))
        power_kw, air_c, cold_kwh = np.zeros((3, *shape))
        kernel.run_cooling(
            # copies: frozen and fresh arrays would each be given a compiled loop of their own
            np.array(it_kw, order="C"),
            np.array(asked_kw, order="C"),
            (capacities_kw(self.fleet), np.array(outdoor_c, order="C"), plants_of(self.fleet)),
            np.ascontiguousarray(np.maximum(spare_kw, 0.0)),
            _halls(self.fleet),
            _stores(self.fleet),
            (self.air_c, self.mass_c, self.cold_kwh),
            hours,
            (heat_kw, power_kw, air_c, cold_kwh),
        )
        extra = ExtraCooling(heat_kw=heat_kw, power_kw=power_kw)
        return Cooled(extra=extra, air_c=air_c, cold_kwh=cold_kwh)


def _halls(fleet: Fleet) -> tuple[Real, Real, Real, Real, Real, Real]:
    halls = [site.hall or NO_HALL for site in fleet.sites]
    return (
        np.asarray([hall.air_kj_per_k for hall in halls]),
        np.asarray([hall.mass_kj_per_k for hall in halls]),
        np.asarray([hall.between_kw_per_k for hall in halls]),
        np.asarray([hall.coolest_c for hall in halls]),
        np.asarray([hall.warmest_c for hall in halls]),
        np.asarray([hall.change_max_k_per_h for hall in halls]),
    )


def _stores(fleet: Fleet) -> tuple[Real, Real, Real, Real]:
    stores = [site.cold_store or NO_STORE for site in fleet.sites]
    return (
        np.asarray([store.energy_kwh for store in stores]),
        np.asarray([store.charge_max_kw for store in stores]),
        np.asarray([store.discharge_max_kw for store in stores]),
        np.asarray([store.loss_share_per_day for store in stores]),
    )
