"""Token by token: every request is answered whole, alone as fast as the hardware, and time and memory add up."""

import numpy as np
import pytest

from gridtide.case.machines import serving_models
from gridtide.finding import BadInput
from gridtide.fleet.request_mix import RequestMix, at_rate, dispersion, rate_per_s
from gridtide.simulate.token_replay import replayed

MODEL = serving_models()["Llama-3.1-8B", "H100"]


def requests(count: int, rate: float, seed: int = 1) -> RequestMix:
    """Independent arrivals with prompts and answers of some spread."""
    chance = np.random.default_rng(seed)
    return RequestMix(
        name="drawn",
        arrival_s=np.cumsum(chance.exponential(1.0 / rate, count)),
        prompt_tokens=chance.integers(10, 2000, count),
        answer_tokens=chance.integers(1, 400, count),
    )


def test_a_request_alone_is_as_fast_as_the_hardware() -> None:
    """Its prompt and one iteration, then one iteration a token."""
    mix = RequestMix(
        name="two", arrival_s=np.asarray([0.0, 900.0]),
        prompt_tokens=np.asarray([1000, 5000]), answer_tokens=np.asarray([101, 11]),
    )  # fmt: skip
    seen = replayed(MODEL, mix)
    alone_s = MODEL.first_s + sum(MODEL.per_sequence_s)
    assert seen.first_token_s == pytest.approx([0.04 + alone_s, 0.2 + alone_s])
    assert seen.per_token_s == pytest.approx([alone_s, alone_s])
    assert seen.prefill_j == pytest.approx([0.04 * 665.0, 0.2 * 665.0])


def test_more_load_means_later_tokens_and_less_idle_time() -> None:
    """The same requests pressed together; shares of time add up to one; the same bytes twice."""
    mix = requests(2000, 1.0)
    seen = [replayed(MODEL, at_rate(mix, rate)) for rate in (2.0, 6.0, 10.0)]
    for one in seen:
        assert np.isfinite(one.first_token_s).all()
        assert one.reading + one.decoding + one.idle == pytest.approx(1.0)
    assert (
        seen[0].first_token_s.mean() < seen[1].first_token_s.mean() < seen[2].first_token_s.mean()
    )
    assert seen[0].idle > seen[1].idle >= seen[2].idle
    again = replayed(MODEL, at_rate(mix, 10.0))
    assert (again.first_token_s == seen[2].first_token_s).all()


def test_little_memory_keeps_requests_waiting_and_two_replicas_help() -> None:
    """Every request is still answered; a request larger than the memory is refused by name."""
    from dataclasses import replace

    mix = requests(500, 4.0)
    small = replace(MODEL, memory_tokens=5000.0)
    tight, wide = replayed(small, mix), replayed(MODEL, mix)
    assert np.isfinite(tight.first_token_s).all()
    assert tight.put_back > 0 == wide.put_back
    assert tight.first_token_s.mean() > wide.first_token_s.mean()
    assert replayed(small, mix, replicas=2).first_token_s.mean() < tight.first_token_s.mean()
    with pytest.raises(BadInput, match="too long"):
        replayed(replace(MODEL, memory_tokens=1500.0), mix)


def test_independent_arrivals_are_no_burstier_in_any_window() -> None:
    """Dispersion of counts near one; stretching moves windows and changes nothing else."""
    mix = requests(20_000, 5.0)
    _, varies = dispersion(mix, np.ones(20_000))
    assert varies[:12] == pytest.approx(1.0, abs=0.2)
    _, same = dispersion(at_rate(mix, 0.5), np.ones(20_000))
    assert rate_per_s(at_rate(mix, 0.5)) == pytest.approx(0.5)
    assert same[:12] == pytest.approx(varies[:12], rel=1e-3)
