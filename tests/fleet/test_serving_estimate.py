"""A replica by formulas: near the replay for independent requests, later with more load and with clumps."""

from itertools import pairwise

import numpy as np
import pytest

from gridtide.case.machines import serving_models
from gridtide.finding import BadInput
from gridtide.fleet.burstiness import burstiness
from gridtide.fleet.request_mix import RequestMix
from gridtide.fleet.serving_estimate import estimated
from gridtide.simulate.serving_check import checked, largest_rate_per_s

MODEL = serving_models()["Llama-3.1-8B", "H100"]


def chat(count: int = 6000, clump: int = 1) -> RequestMix:
    """Prompts and answers with the means and spread of chat, so many at each instant."""
    chance = np.random.default_rng(5)
    instants = np.cumsum(chance.exponential(0.2 * clump, count // clump))
    return RequestMix(
        name="chat",
        arrival_s=np.repeat(instants, clump),
        prompt_tokens=1 + chance.gamma(1.1, 1050.0, count).astype(np.int64),
        answer_tokens=1 + chance.gamma(1.7, 124.0, count).astype(np.int64),
    )


def test_independent_requests_are_told_within_the_limits() -> None:
    """10 % for means and the p95 time of a token, 25 % for the p95 first token, at 0.3 and 0.6; energy within 2 %."""
    mix = chat()
    for one in checked(MODEL, mix, largest_rate_per_s(MODEL, mix))[:2]:
        assert one.hit, one
        assert one.energy_j[0] == pytest.approx(one.energy_j[1], rel=0.02)


def test_more_load_never_means_earlier_answers() -> None:
    """Means and tails rise with the rate, energy of a token falls."""
    mix = chat()
    seen = [estimated(MODEL, mix, rate) for rate in (1.0, 3.0, 6.0, 9.0)]
    for less, more in pairwise(seen):
        assert all(np.asarray(less.first_token_s) <= np.asarray(more.first_token_s))
        assert all(np.asarray(less.per_token_s) <= np.asarray(more.per_token_s))
        assert less.decode_j_per_token > more.decode_j_per_token
        assert less.accelerator_w < more.accelerator_w


def test_clumps_make_first_tokens_late() -> None:
    """Ten at a time: measured as ten at once, and later than the same requests alone."""
    together = chat(clump=10)
    assert burstiness(together).counts_at_once == pytest.approx(10.0)
    assert burstiness(chat()).counts_at_once == pytest.approx(1.0)
    alone_s = estimated(MODEL, chat(), 3.0).first_token_s[0]
    assert estimated(MODEL, together, 3.0).first_token_s[0] > 2.0 * alone_s


def test_a_mix_that_cannot_be_used_is_refused_with_its_faults() -> None:
    """Answers of no token, and answers of one."""
    mix = chat(20)
    for tokens, said in ((0, "answer_tokens"), (1, "more than one token")):
        wrong = RequestMix(
            name="wrong",
            arrival_s=mix.arrival_s,
            prompt_tokens=mix.prompt_tokens,
            answer_tokens=np.full(20, tokens),
        )
        with pytest.raises(BadInput, match=said):
            estimated(MODEL, wrong, 1.0)
