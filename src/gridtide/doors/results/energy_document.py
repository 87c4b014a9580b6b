"""The document of `gridtide energy`: flows, tokens and answers, the ladder and claims."""

from typing import Any

from gridtide.fleet.energy_facts import EnergyFacts
from gridtide.settle.claims import claims_of
from gridtide.settle.energy_flows import Flow, imbalance
from gridtide.settle.ladder import ladder_of
from gridtide.simulate.answer_energy import Answers

J_PER_KWH = 3.6e6


def flows_document(flows: tuple[Flow, ...]) -> dict[str, Any]:
    """flows: each with from, to, kwh and mark. imbalance: the largest share missing at any place between."""
    return {
        "flows": [
            {"from": flow.source, "to": flow.target, "kwh": flow.kwh, "mark": str(flow.mark)}
            for flow in flows
        ],
        "imbalance": imbalance(flows),
    }


def answers_document(found: tuple[Answers, ...], facts: EnergyFacts) -> dict[str, Any]:
    """services: each alone. joules_per_token, kwh_per_thousand_answers: at the meter, over all that state tokens or
    answer at all; null without. ladder: of the service with most tokens, at the accelerators; empty without."""
    with_tokens = [one for one in found if one.tokens > 0]
    tokens = sum(one.tokens for one in with_tokens)
    token_j = J_PER_KWH * sum(one.meter_kwh for one in with_tokens) / tokens if tokens > 0 else None
    chief = max(with_tokens, key=lambda one: one.tokens, default=None)
    chief_kwh = None if chief is None else 1000.0 * chief.meter_kwh / chief.answers
    answers = sum(one.answers for one in found)
    return {
        "joules_per_token": token_j,
        "kwh_per_thousand_answers": 1000.0 * sum(one.meter_kwh for one in found) / answers
        if answers > 0
        else None,
        "services": [_service(one) for one in found],
        "ladder": [] if chief is None else _ladder(chief, facts),
        "claims": [
            {"claim": one.claim, "assumptions": list(one.assumptions), "figures": dict(one.figures)}
            for one in claims_of(chief_kwh, token_j)
        ],
    }


def _service(one: Answers) -> dict[str, Any]:
    def per_token(kwh: float | None) -> float | None:
        return None if kwh is None or one.tokens == 0 else J_PER_KWH * kwh / one.tokens

    return {
        "service": one.service,
        "model": one.model.name if one.model else None,
        "answers": one.answers,
        "tokens": one.tokens if one.tokens > 0 else None,
        "it_kwh": one.it_kwh,
        "meter_kwh": one.meter_kwh,
        "joules_per_token": per_token(one.meter_kwh),
        "joules_per_token_it": per_token(one.it_kwh),
        "joules_per_token_accelerators": per_token(one.accelerator_kwh),
        "kwh_per_thousand_answers": 1000.0 * one.meter_kwh / one.answers if one.answers else None,
    }


def _ladder(one: Answers, facts: EnergyFacts) -> list[dict[str, Any]]:
    if one.model is None or one.accelerator_kwh is None:
        return []
    now = J_PER_KWH * one.accelerator_kwh / one.tokens
    steps = ladder_of(now, "modelled", one.model, facts.models.get(one.model.name), facts)
    return [
        {
            "rung": step.rung,
            "joules_per_token": step.joules_per_token,
            "source": step.source,
            "mark": step.mark,
        }
        for step in steps
    ]
