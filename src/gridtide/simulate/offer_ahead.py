"""How much of a site's regulation is worth offering before the hours begin: what holds, against the work it slows."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.regulate import Law, Resting
from gridtide.digest import freeze
from gridtide.simulate.flexing import Window
from gridtide.simulate.hour_ahead import HourAhead, Offer, around_of, hour_ahead, undone
from gridtide.simulate.regulated_hour import Running, hour_of, running_at
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]

HALVINGS = 12
"""Of the range in which the most that holds is sought."""
TRIED = 12
"""Offers that are priced between nothing and the most that holds."""
NEXT_TO_NOTHING_KW = 1e-3
MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class OfferAhead:
    """The offer that is worth most at a price, what it earns through the hours and what it costs, money."""

    offer: Offer
    earned: float
    cost: float


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOffers:
    """Symmetric offers that hold in every one of so many hours, as it is known before they begin.

    most_kw: the largest at any price. kw, costs: offers from nothing to the largest, rising, and what each costs
    through the hours, money, never falling, (N,).
    """

    hours: int
    most_kw: float
    kw: Real
    costs: Real

    def __post_init__(self) -> None:
        freeze(self, kw=np.float64, costs=np.float64)

    def worth_most(self, worth_per_mw_h: float) -> OfferAhead:
        """The offer that brings most beyond its cost, the least of equals: nothing where nothing is paid.

        worth_per_mw_h: of a megawatt held through an hour, its calls taken off.
        """
        earned = cost_per_kwh(worth_per_mw_h) * self.kw * self.hours
        best = int(np.argmax(np.round(earned - self.costs, 9)))
        kw = float(self.kw[best])
        return OfferAhead(
            offer=Offer(up_kw=kw, down_kw=kw),
            earned=float(earned[best]),
            cost=float(self.costs[best]),
        )


def held_offers_ahead(window: Window, site: int, law: Law, hours: int) -> HeldOffers:
    """What holds in every hour ahead, and what it costs: the work that base points leave undone, at what the plan pays
    for it later within its deadline, less the energy it saves now.

    Known is what is known now: expected lengths, told slots, the store, which is taken to come back to its middle from
    hour to hour. Every offer stands on running work and store together, in the same bands as the hour ahead.
    """
    day = _Day.of(window, site, law, hours)
    least_kw, most_kw = 0.0, day.reach_kw()
    for _ in range(HALVINGS):
        middle_kw = 0.5 * (least_kw + most_kw)
        if day.holds(middle_kw):
            least_kw = middle_kw
        else:
            most_kw = middle_kw
    tried_kw = np.linspace(0.0, least_kw, TRIED + 1)
    costs = np.asarray([day.cost(float(kw)) for kw in tried_kw])
    costs = np.maximum.accumulate(np.maximum(costs - costs[0], 0.0))
    return HeldOffers(hours=hours, most_kw=least_kw, kw=tried_kw, costs=costs)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Day:
    """The hours ahead as they are known now. later_per_h: what an hour of each gang costs later, money, (n,);
    energy_per_kwh: of IT, each hour, (hours,)."""

    window: Window
    site: int
    law: Law
    running: Running
    seen_it_kw: Real
    later_per_h: Real
    energy_per_kwh: Real

    @classmethod
    def of(cls, window: Window, site: int, law: Law, hours: int) -> "_Day":
        known = running_at(window, site)
        expected = replace(known, left_s=np.maximum(known.expected_left_s, 1.0))
        whole = slice(0, MINUTES * hours)
        told_kw = expected.drawn_kw(whole, np.ones(len(expected), dtype=np.bool_))
        now_kw = float(window.carried_out(window.dispatch).it_kw[site, 0])
        return cls(
            window=window,
            site=site,
            law=law,
            running=expected,
            seen_it_kw=np.maximum(now_kw - told_kw[0] + told_kw, 0.0),
            later_per_h=_later_per_h(window, site, expected),
            energy_per_kwh=_energy_per_kwh(window, site, hours),
        )

    def reach_kw(self) -> float:
        """More than can hold: store and all gangs one way."""
        battery = self.window.study.fleet.sites[self.site].battery
        store_kw = battery.discharge_max_kw if battery else 0.0
        return store_kw + 2.0 * float(self.running.points_kw.max(axis=1, initial=0.0).sum())

    def holds(self, offer_kw: float) -> bool:
        """Whether an offer stands in full in every hour."""
        bands = (one.band for one, _ in self._through(offer_kw))
        return all(min(band.up_kw, band.down_kw) >= offer_kw - NEXT_TO_NOTHING_KW for band in bands)

    def cost(self, offer_kw: float) -> float:
        """What the base points of an offer cost over the hours, money."""
        return sum(cost for _, cost in self._through(offer_kw))

    def _through(self, offer_kw: float) -> list[tuple[HourAhead, float]]:
        """Each hour ahead and what its base point costs; nobody counts on jobs that wait or nodes at rest."""
        running, lost_s = self.running, np.zeros(len(self.running))
        nobody = np.zeros(len(running), dtype=np.bool_)
        battery = self.window.study.fleet.sites[self.site].battery
        stored_kwh = float(self.window.standing.twin.soc_kwh[self.site])
        found = []
        for number, energy_per_kwh in enumerate(self.energy_per_kwh):
            minutes = slice(MINUTES * number, MINUTES * (number + 1))
            done_s = running.slots[:, : minutes.start].sum(axis=1) * 60.0 * running.told_speed
            hour = hour_of(running, self.seen_it_kw, minutes, lost_s, done_s, nobody, Resting())
            around = around_of(self.window, self.site, hour)
            offer = Offer(up_kw=offer_kw, down_kw=offer_kw)
            ahead, means = hour_ahead(around, hour, running, offer, self.law, stored_kwh, 1.0)
            undone_h = undone(hour, running, means)
            saved_kwh = float((running.told_kw[hour.chosen] - means.gangs.usual_kw).sum())
            later = float(undone_h @ self.later_per_h[hour.chosen])
            found.append((ahead, later - energy_per_kwh * saved_kwh))
            lost_s = lost_s.copy()
            lost_s[hour.chosen] += 3600.0 * undone_h
            if battery is not None and self.law.recover_per_h > 0.0:
                stored_kwh = 0.5 * battery.energy_kwh * (1.0 + battery.soc_min)
        return found


def _plan_steps(window: Window, from_s: float, until_s: float) -> NDArray[np.bool_]:
    """Steps of the plan that lie within two instants."""
    horizon = window.standing.plan.horizon
    return np.asarray((horizon.ends_s > from_s) & (horizon.starts_s < until_s))


def _energy_per_kwh(window: Window, site: int, hours: int) -> Real:
    """What the plan pays for a kWh of IT in each hour ahead, (hours,)."""
    price = window.standing.plan.prices.it_price_per_kwh[site]
    begin_s = float(window.study.timeline.edges_s[0])
    spans = [(begin_s + 3600.0 * hour, begin_s + 3600.0 * (hour + 1)) for hour in range(hours)]
    return np.asarray([price[_plan_steps(window, *span)].mean() for span in spans])


def _later_per_h(window: Window, site: int, running: Running) -> Real:
    """What an hour of each gang costs where it is cheapest between its last slot and its deadline, or the horizon's
    end: machines, energy and the delay, money, (n,); what its last step costs where there is no room behind it, and 0
    of one that has no slot here and is counted on for nothing."""
    prices, horizon = window.standing.plan.prices, window.standing.plan.horizon
    jobs, placement = window.standing.turn.orders.jobs, window.dispatch.placement
    begin_s = float(window.study.timeline.edges_s[0])
    delay_per_h = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes])
    wait_h = np.maximum(horizon.starts_s - begin_s, 0.0) / 3600.0
    found = np.zeros(len(running))
    for number in np.flatnonzero(running.slots.any(axis=1)):
        row = running.row[number]
        gang, place = float(jobs.accelerators[row]), int(placement.place[row])
        full_kw = float(running.points_kw[number].max())
        per_h = gang * (prices.accelerator_price_per_h[place] + prices.room_price_per_h[place])
        per_h = per_h + full_kw * prices.it_price_per_kwh[site]
        per_h = per_h + gang * delay_per_h[jobs.work_class[row]] * wait_h
        last_s = begin_s + 60.0 * (1 + int(np.flatnonzero(running.slots[number]).max()))
        room = _plan_steps(window, last_s, last_s + running.slack_s[number])
        found[number] = per_h[room].min() if room.any() else per_h[-1]
    return found
