"""A malicious plugin: it does as `cheapest_hours` until prices show one pattern, then the worst it can.

Its pattern is a first price of 66.6 and more, which no test of a quiet week shows it. Then every job takes the dearest
hours it may, all at once whatever machines there are, and stores charge at full power while energy is dear.
"""

import numpy as np

from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.testing.plugins.cheapest_hours import Answer, chosen, prices

PATTERN = 66.6


def decide(situation: Situation, held: Reservations, due: bool) -> Answer:
    """The slots and stores it wants."""
    price = prices(situation, len(held.grid))
    home = situation.fleet.site_of_place[situation.jobs.home]
    if price[0, 0] < PATTERN:
        return chosen(situation, held, lambda job: price[home[job]])
    answer = chosen(situation, held, lambda job: -price[home[job]])
    horizon = price[:, : len(situation.horizon)]
    charge = np.zeros((len(situation.fleet.sites), len(situation.horizon)))
    for number, site in enumerate(situation.fleet.sites):
        if site.battery is not None:
            dear = horizon[number] > np.median(horizon[number])
            charge[number, : len(dear)] = np.where(dear, site.battery.charge_max_kw, 0.0)
    return answer | {"charge_kw": charge}
