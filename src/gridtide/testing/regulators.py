"""What every regulator must keep: a newcomer's test inherits this."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridtide.decide.regulate import (
    Band,
    Building,
    Gangs,
    Means,
    Outside,
    Real,
    Regulated,
    Regulator,
    RegulatorState,
    Resting,
    Store,
    band_for,
    standing_still,
)

EVERY_S = 4
HOUR = 900
OTHER_KW = 1500.0
ENDLESS_S = 1e9
POINTS = 8
MANY = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
"""Every regulator on the shelf inherits the same tests."""


def regulating_site(seed: int, store_share: float = 0.3, nodes: int = 0) -> Means:
    """A site of 10 MW of IT: forty gangs of several sizes that may go down to 0.4 to 0.8 of their power, and a store of
    one hour with so large a share of its load."""
    chance = np.random.default_rng(seed)
    highest = chance.uniform(40.0, 320.0, 40)
    lowest = highest * chance.uniform(0.4, 0.8, 40)
    usual = 0.5 * (highest + lowest)
    gangs = Gangs(
        lowest_kw=lowest,
        highest_kw=highest,
        usual_kw=usual,
        weight=chance.uniform(0.5, 2.0, 40),
        points_kw=np.linspace(lowest, highest, POINTS, axis=1),
        speeds=np.tile(np.linspace(0.75, 1.0, POINTS), (40, 1)),
        accelerators=chance.integers(1, 65, 40),
        waits=np.zeros(40, dtype=np.bool_),
    )
    power = store_share * 9000.0
    store = Store(
        give_max_kw=power, take_max_kw=power, least_kwh=0.05 * power, most_kwh=power, into=0.955, out_of=0.955
    )  # fmt: skip
    return Means(
        store=store if store_share else Store(),
        gangs=gangs,
        resting=Resting(node_kw=3.0, fewest=0, most=nodes, usual=nodes // 2),
        building=Building(capacity_kw=10_000.0, outdoor_c=14.0, plant=0),
    )


def waiting_site(seed: int) -> Means:
    """The same site without a store, a dozen of whose gangs are jobs that wait."""
    means = regulating_site(seed, 0.0)
    waits = np.arange(len(means.gangs)) >= 28
    return replace(means, gangs=replace(means.gangs, waits=waits))


def ramped(wanted_kw: Real, from_kw: float, ramp_kw_per_s: float) -> Real:
    """What is aimed at second by second, never faster than a ramp."""
    aimed = np.empty(len(wanted_kw))
    for second, kw in enumerate(wanted_kw.tolist()):
        from_kw += min(max(kw - from_kw, -ramp_kw_per_s), ramp_kw_per_s)
        aimed[second] = from_kw
    return aimed


def adverse_signal(seed: int, kind: int) -> Real:
    """An hour of signals, pu: at a rail, from rail to rail at some period, a walk, or rails of random lengths."""
    chance = np.random.default_rng(seed)
    if kind == 0:
        return np.full(HOUR, chance.choice([-1.0, 1.0]))
    if kind == 1:
        period = int(chance.integers(2, 450))
        share = chance.uniform(0.1, 0.9)
        return np.where(np.arange(HOUR) % period < share * period, 1.0, -1.0)
    if kind == 2:
        return np.clip(np.cumsum(chance.normal(0.0, 0.1, HOUR)), -1.0, 1.0)
    turns = chance.random(HOUR) < chance.uniform(0.002, 0.3)
    return np.where(np.cumsum(turns) % 2 == 0, 1.0, -1.0)


def quiet(seconds: int) -> Outside:
    """Nothing unforeseen, and a meter without noise."""
    steady = np.full(seconds, OTHER_KW)
    return Outside(other_kw=steady, planned_kw=steady, noise=np.zeros(seconds))


def hour_of(
    regulator: Regulator, means: Means, signal: Real, state: RegulatorState, asked_kw: float
) -> tuple[Band, Regulated]:
    """An hour in the widest band within what is asked."""
    band = band_for(
        means, regulator.law, state.stored_kwh, OTHER_KW, len(signal) / HOUR, (asked_kw, asked_kw)
    )
    request = np.where(signal > 0.0, signal * band.up_kw, signal * band.down_kw)
    base = np.full(len(signal), band.base_kw)
    seconds = len(signal) * EVERY_S
    return band, regulator.respond(request, base, EVERY_S, means, state, quiet(seconds))


class RegulatorPromises:
    """A newcomer's test: `class TestMine(RegulatorPromises): regulator = Mine()`."""

    regulator: ClassVar[Regulator]

    def start(self, means: Means, soc: float = 0.5) -> RegulatorState:
        """A site at its base point."""
        store = means.store
        stored = store.least_kwh + soc * (store.most_kwh - store.least_kwh)
        return standing_still(means, stored, OTHER_KW, np.full(len(means.gangs), ENDLESS_S))

    @settings(MANY, max_examples=40)
    @given(
        seed=st.integers(0, 2**20),
        kind=st.integers(0, 3),
        soc=st.floats(0.0, 1.0),
        share=st.floats(0.0, 0.4),
    )
    def test_the_worst_signal_inside_a_band_breaks_nothing(
        self, seed: int, kind: int, soc: float, share: float
    ) -> None:
        """Store and gangs stay within their bounds, and the meter within the band but for the seconds of a turn."""
        means = regulating_site(seed, share if share > 0.05 else 0.0)
        state = self.start(means, soc)
        band, seen = hour_of(self.regulator, means, adverse_signal(seed, kind), state, 1e9)
        store = means.store
        assert (seen.stored_kwh >= min(store.least_kwh, state.stored_kwh) - 1e-6).all()
        assert (seen.stored_kwh <= max(store.most_kwh, state.stored_kwh) + 1e-6).all()
        told = seen.state.told_gangs
        assert (told >= means.gangs.lowest_kw - 1e-9).all()
        assert (told <= means.gangs.highest_kw + 1e-9).all()
        assert band.end_least_kwh <= band.end_most_kwh
        assert band.lowest_kw <= band.base_kw <= band.highest_kw

    @settings(MANY, max_examples=40)
    @given(
        seed=st.integers(0, 2**20),
        kind=st.integers(0, 3),
        soc=st.floats(0.0, 1.0),
        share=st.floats(0.0, 0.4),
    )
    def test_what_a_band_offers_is_delivered_through_its_hour(
        self, seed: int, kind: int, soc: float, share: float
    ) -> None:
        """Once actuators have had time to act, the meter stands where the signal asks, whatever the signal."""
        means = regulating_site(seed, share if share > 0.05 else 0.0)
        signal = adverse_signal(seed, kind)
        state = self.start(means, soc)
        band, seen = hour_of(self.regulator, means, signal, state, 1e9)
        request = np.where(signal > 0.0, signal * band.up_kw, signal * band.down_kw)
        error = np.abs(band.base_kw - seen.meter_kw - np.repeat(request, EVERY_S))
        held = np.ones(HOUR, dtype=np.bool_)
        for back in range(1, 4):
            held[back:] &= signal[back:] == signal[:-back]
        settled = np.repeat(held, EVERY_S)
        settled[: 4 * EVERY_S] = False
        widest = max(band.up_kw, band.down_kw, 1.0)
        assert (error[settled] <= 0.01 * widest + 1.0).all()
        assert (seen.short_kw <= 0.01 * widest).all()

    @settings(MANY, max_examples=15)
    @given(seed=st.integers(0, 2**20), cut=st.integers(1, HOUR - 1))
    def test_a_block_is_the_same_as_its_ticks_one_by_one(self, seed: int, cut: int) -> None:
        """The same compiled function serves a live tick and a block of many: bytes are equal."""
        means, signal = regulating_site(seed), adverse_signal(seed, 2)
        state = self.start(means)
        request, base = 800.0 * signal, np.full(HOUR, 9000.0)
        whole = self.regulator.respond(request, base, EVERY_S, means, state, quiet(HOUR * EVERY_S))
        meter = []
        for part in (slice(0, cut), *(slice(at, at + 1) for at in range(cut, min(cut + 5, HOUR)))):
            seen = self.regulator.respond(
                request[part], base[part], EVERY_S, means, state, quiet(len(request[part]) * EVERY_S)
            )  # fmt: skip
            meter.append(seen.meter_kw)
            state = seen.state
        told = np.concatenate(meter)
        assert (told == whole.meter_kw[: len(told)]).all()

    @settings(MANY, max_examples=25)
    @given(
        seed=st.integers(0, 2**20),
        kind=st.integers(0, 3),
        stored=st.booleans(),
        share=st.floats(0.002, 0.2),
    )
    def test_a_set_point_that_jumps_is_followed_no_faster_than_the_ramp_of_the_band(
        self, seed: int, kind: int, stored: bool, share: float
    ) -> None:
        """What is aimed at moves by the ramp each second at most and gets there; the meter goes with it."""
        means = regulating_site(seed, 0.3 if stored else 0.0)
        state = self.start(means)
        plain = band_for(means, self.regulator.law, state.stored_kwh, OTHER_KW, 1.0, (1e9, 1e9))
        ramp = share * max(plain.up_kw, plain.down_kw, 1.0) / EVERY_S
        slow, signal = replace(means, ramp_kw_per_s=ramp), adverse_signal(seed, kind)
        band, seen = hour_of(self.regulator, slow, signal, state, 1e9)
        assert band.ramp_kw_per_s == ramp
        request = np.where(signal > 0.0, signal * band.up_kw, signal * band.down_kw)
        aimed = ramped(np.repeat(band.base_kw - request, EVERY_S), band.base_kw, ramp)
        by_cycle = seen.meter_kw[EVERY_S - 1 :: EVERY_S]
        most = ramp * EVERY_S + 0.01 * max(band.up_kw, band.down_kw) + 1.0
        assert np.abs(np.diff(by_cycle)).max() <= most
        turned = np.abs(np.diff(aimed, prepend=aimed[0]))
        still = np.convolve(turned > 0.0, np.ones(4 * EVERY_S), "full")[: len(aimed)] == 0.0
        still[: 4 * EVERY_S] = False
        off = np.abs(seen.meter_kw - aimed)[still]
        assert (off <= 0.01 * max(band.up_kw, band.down_kw) + 1.0).all()

    def test_nodes_at_rest_carry_what_lasts_and_gangs_the_rest(self) -> None:
        """Half an hour of drawing more: nodes wake one after the other, a lag later, and gangs are left with less."""
        without, with_them = regulating_site(9, 0.0), regulating_site(9, 0.0, nodes=200)
        signal, asked = np.full(HOUR, -1.0), 300.0
        plain = hour_of(self.regulator, without, signal, self.start(without), asked)[1]
        rested = hour_of(self.regulator, with_them, signal, self.start(with_them), asked)[1]
        awake = rested.state.told_nodes
        assert ((awake >= 0) & (awake <= 200) & (awake == np.rint(awake))).all()
        assert awake[0] > with_them.resting.usual
        assert rested.state.told_gangs[0].sum() < plain.state.told_gangs[0].sum()

    def test_a_waiting_job_starts_only_where_gangs_reach_no_farther(self) -> None:
        """Gangs end one after the other while the signal asks for more: waiting ones replace them within their lag, and
        never so many that the least power of all lies above what it was."""
        means = waiting_site(12)
        state, gangs = self.start(means), means.gangs
        ending = np.where(np.arange(40) < 12, np.linspace(300.0, 2000.0, 40), ENDLESS_S)
        state = replace(state, left_s=ending)
        band, seen = hour_of(self.regulator, means, np.full(HOUR, -0.9), state, 600.0)
        begins = seen.state.begins_s[gangs.waits]
        assert np.isfinite(begins).any()
        assert (begins[np.isfinite(begins)] > 64.0 + 300.0).all()
        there = (seen.state.left_s > 0.0) & (seen.state.begins_s < np.inf)
        assert gangs.lowest_kw[there].sum() <= gangs.there_kw(gangs.lowest_kw) + 1e-6
        never = np.where(gangs.waits, 0.0, ending)
        alone = hour_of(
            self.regulator, means, np.full(HOUR, -0.9), replace(state, left_s=never), 600.0
        )[1]
        wanted = band.base_kw + 0.9 * band.down_kw
        assert (
            np.abs(seen.meter_kw[-600:] - wanted).max()
            < np.abs(alone.meter_kw[-600:] - wanted).max()
        )

    def test_a_job_that_waits_stays_untouched_while_gangs_reach(self) -> None:
        """Nothing ends and the offer stands: whatever the signal, no waiting job is started."""
        means = waiting_site(12)
        state = self.start(means)
        for kind in range(4):
            _, seen = hour_of(self.regulator, means, adverse_signal(5, kind), state, 400.0)
            assert np.isinf(seen.state.begins_s[means.gangs.waits]).all()
            assert (seen.state.points[means.gangs.waits] == -1).all()

    def test_what_is_told_are_points_and_every_accelerator_its_part(self) -> None:
        """Each gang stands at a point of its menu, and its accelerators share the power there."""
        means, signal = regulating_site(2), adverse_signal(2, 2)
        _, seen = hour_of(self.regulator, means, signal, self.start(means), 900.0)
        gangs, state = means.gangs, seen.state
        slot = int(state.scalars[-1] - 1) % len(state.told_gangs)
        each = np.arange(len(gangs))
        assert (state.told_gangs[slot] == gangs.points_kw[each, state.points]).all()
        own = np.add.reduceat(state.caps_kw.astype(np.float64), gangs.nodes[0][:-1])
        assert np.allclose(own, state.told_gangs[slot], rtol=1e-6)

    def test_what_is_not_asked_is_not_done(self) -> None:
        """Without a request the meter stands at its base point and the store in its middle."""
        means = regulating_site(3)
        state = self.start(means)
        band, seen = hour_of(self.regulator, means, np.zeros(HOUR), state, 1000.0)
        assert np.abs(seen.meter_kw - band.base_kw).max() <= 1e-3 * band.base_kw
        assert abs(seen.state.stored_kwh - state.stored_kwh) <= 0.01 * state.stored_kwh

    def test_a_building_whose_cooling_is_not_as_modelled_is_followed_all_the_same(self) -> None:
        """A tenth more cooling than the model says: the meter's own reading brings the response back."""
        means = regulating_site(5)
        wrong = replace(means, building=replace(means.building, cooling_share=1.1))
        signal = np.full(HOUR, 0.3)
        band, seen = hour_of(self.regulator, wrong, signal, self.start(wrong), 1000.0)
        off = band.base_kw - seen.meter_kw - 0.3 * band.up_kw
        assert np.abs(off[-900:]).max() <= 0.02 * band.up_kw
