"""Public claims about the energy of answers as arithmetic, so that what they imply can be seen."""

from dataclasses import dataclass

HOURS = 24.0
ASSISTANT_KWH_PER_DAY = 500_000.0
ANSWERS_PER_DAY = 200e6
HOME_KWH_PER_DAY = 29.0
HOMES = 17_000.0
BRAIN_W = 20.0
WORDS_PER_S = 150.0 / 60.0
TOKENS_PER_WORD = 4.0 / 3.0
PRESS = "press of March 2024: over half a million kWh a day for about 200 million requests; 29 kWh a US home and day"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What is said, what it rests on, and what follows by arithmetic: figures by name, each with its unit in it."""

    claim: str
    assumptions: tuple[str, ...]
    figures: tuple[tuple[str, float], ...]


def claims_of(kwh_per_thousand: float | None, joules_per_token: float | None) -> tuple[Claim, ...]:
    """The claims, held against an answer and a token of a case at the meter where it has them."""
    return (_assistant(kwh_per_thousand), _homes(), _brain(joules_per_token))


def _assistant(kwh_per_thousand: float | None) -> Claim:
    implied_wh = 1000.0 * ASSISTANT_KWH_PER_DAY / ANSWERS_PER_DAY
    figures = [
        ("kwh_per_day", ASSISTANT_KWH_PER_DAY),
        ("answers_per_day", ANSWERS_PER_DAY),
        ("wh_per_answer_implied", implied_wh),
        ("mean_kw", ASSISTANT_KWH_PER_DAY / HOURS),
    ]
    if kwh_per_thousand is not None:
        figures += [
            ("wh_per_answer_here", kwh_per_thousand),
            ("kwh_per_day_at_this_case", ANSWERS_PER_DAY * kwh_per_thousand / 1000.0),
            ("times_this_case", implied_wh / kwh_per_thousand),
        ]
    return Claim(
        claim="an assistant draws 500 MWh a day",
        assumptions=(f"quoted, {PRESS}", "an answer here is that of this case, at its meter"),
        figures=tuple(figures),
    )


def _homes() -> Claim:
    return Claim(
        claim="that is what 17,000 homes draw",
        assumptions=(f"quoted, {PRESS}",),
        figures=(
            ("kwh_per_home_and_day", HOME_KWH_PER_DAY),
            ("homes", ASSISTANT_KWH_PER_DAY / HOME_KWH_PER_DAY),
            ("homes_claimed", HOMES),
            ("kwh_per_home_and_day_implied", ASSISTANT_KWH_PER_DAY / HOMES),
        ),
    )


def _brain(joules_per_token: float | None) -> Claim:
    per_token = BRAIN_W / (WORDS_PER_S * TOKENS_PER_WORD)
    figures = [
        ("brain_w", BRAIN_W),
        ("brain_kwh_per_day", BRAIN_W * HOURS / 1000.0),
        ("brains_of_500_mwh_a_day", 1000.0 * ASSISTANT_KWH_PER_DAY / (BRAIN_W * HOURS)),
        ("brain_joules_per_spoken_token", per_token),
    ]
    if joules_per_token is not None:
        figures += [
            ("joules_per_token_here", joules_per_token),
            ("brain_over_this_case", per_token / joules_per_token),
        ]
    return Claim(
        claim="a brain does it with 20 W",
        assumptions=(
            "assumed: a whole brain counts, speaking 150 words a minute, 4/3 tokens a word",
            "a spoken token and a generated one are no equal work; the figure compares power alone",
        ),
        figures=tuple(figures),
    )
