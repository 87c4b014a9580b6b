"""What every planner promises; a newcomer's test inherits this class."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from gridtide.decide.objective import Objective
from gridtide.decide.plan import PARTS, Plan, Planner
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study

OBJECTIVE = Objective(carbon_price_per_t=20.0, demand_charge_share=0.05)
NEAR = 1e-6


def situations() -> Iterator[Situation]:
    """Small seeded situations: a quiet day, a crowded one, negative prices, no jobs at all."""
    for seed, jobs, negative in ((1, 20, False), (2, 90, False), (3, 40, True), (4, 1, False)):
        study = small_study(seed, hours=24, jobs=jobs, accelerators=48, negative_prices=negative)
        twin = Twin.of(study, truth_of(study))
        mandate = mandate_of(study, "persistence")
        situation, _ = see(mandate, twin, twin.now + timedelta(0))
        yield situation


class PlannerPromises:
    """Give `planner(objective)` that returns the planner under test."""

    def planner(self, objective: Objective) -> Planner:
        """The planner under test."""
        raise NotImplementedError("return the planner under test")

    def test_a_plan_covers_the_horizon_it_was_asked_for(self) -> None:
        """Made at as_of, for every step, finite everywhere."""
        for situation, plan in self._plans():
            assert plan.made_at == situation.as_of
            assert digest(plan.horizon) == digest(situation.horizon)
            for series in (plan.it_kw, plan.facility_kw, plan.import_kw, plan.soc_kwh):
                assert series.shape == (len(situation.fleet.sites), len(situation.horizon))
                assert np.isfinite(series).all()

    def test_quantities_are_pairs_of_non_negative_numbers(self) -> None:
        """Directions are two columns, never a sign."""
        for _, plan in self._plans():
            for series in (
                plan.import_kw, plan.export_kw, plan.charge_kw, plan.discharge_kw,
                plan.unused_supply_kw, plan.class_accelerators, plan.shares,
            ):  # fmt: skip
                assert (series >= -NEAR).all()

    def test_limits_hold(self) -> None:
        """Import, accelerators, stores and shares stay within what there is."""
        for situation, plan in self._plans():
            fleet = situation.fleet
            most = np.asarray([site.contract.import_max_kw for site in fleet.sites])
            assert (plan.import_kw <= most[:, None] + NEAR).all()
            busy = fleet.menu.by_place(plan.class_accelerators.sum(axis=0))
            assert (busy <= fleet.accelerators[:, None] + NEAR).all()
            assert (plan.shares.sum(axis=2) <= 1.0 + NEAR).all()
            for index, site in enumerate(fleet.sites):
                most_kwh = site.battery.energy_kwh if site.battery else 0.0
                assert (plan.soc_kwh[index] <= most_kwh + NEAR).all()

    def test_prices_split_into_their_causes(self) -> None:
        """The parts of a price sum to it, and a scarce accelerator never has a negative price."""
        for _, plan in self._plans():
            assert plan.prices.parts.shape[0] == len(PARTS)
            assert np.allclose(plan.prices.parts.sum(axis=0), plan.prices.it_price_per_kwh)
            assert (plan.prices.accelerator_price_per_h >= -NEAR).all()

    def test_the_bound_is_no_higher_than_the_cost(self) -> None:
        """A plan that claims to be better than anything can be claims too much."""
        for _, plan in self._plans():
            assert plan.certificate.lower_bound <= plan.certificate.cost + NEAR * (
                1.0 + abs(plan.certificate.cost)
            )
            assert plan.certificate.method

    def test_the_same_situation_gets_the_same_bytes_and_stays_as_it_was(self) -> None:
        """Pure: no clock, no chance, no change of what it was given."""
        for situation in situations():
            before = digest(situation)
            planner = self.planner(OBJECTIVE)
            first, second = planner.plan(situation), planner.plan(situation)
            assert digest(first) == digest(second)
            assert digest(situation) == before

    def _plans(self) -> Iterator[tuple[Situation, Plan]]:
        for situation in situations():
            yield situation, self.planner(OBJECTIVE).plan(situation)
