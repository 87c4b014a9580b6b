"""How a case says what a request takes more whose user was answered elsewhere before."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput

EXAMPLE = Path(__file__).parents[2] / "examples" / "slower_answers.toml"
BURSTS = "burstiness = 1.2\n"


def written(tmp_path: Path, more: str) -> Path:
    """The example with something more said of its service."""
    text = EXAMPLE.read_text()
    assert BURSTS in text
    path = tmp_path / "case.toml"
    path.write_text(text.replace(BURSTS, BURSTS + more))
    return path


def test_the_share_of_a_prompt_that_is_cached_leads_to_seconds(tmp_path: Path) -> None:
    """By hand: half of 1,155 tokens at 7 us on the eight accelerators of a replica; a note says so."""
    study = load_case(written(tmp_path, "cached_prompt_share = 0.5\n"))
    (service,) = study.services
    assert service.lost_cache_s.tolist() == [pytest.approx(0.03234)]
    assert any("0.03234 s of an accelerator" in note for note in study.notes)


def test_what_is_stated_wins_and_nothing_is_lost_unless_said(tmp_path: Path) -> None:
    """Seconds as stated; none where the case says neither."""
    (stated,) = load_case(written(tmp_path, "lost_cache_s = 0.2\n")).services
    (silent,) = load_case(written(tmp_path, "")).services
    assert stated.lost_cache_s.tolist() == [0.2] and silent.lost_cache_s.tolist() == [0.0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("cached_prompt_share = 0.5\nlost_cache_s = 0.2\n", "one of the two"),
        ("cached_prompt_share = 1.5\n", "cached_prompt_share"),
        ("lost_cache_s = -1\n", "lost_cache_s"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, more: str, said: str) -> None:
    """Both at once, a share above one, a time below none."""
    with pytest.raises(BadInput, match=said):
        load_case(written(tmp_path, more))


def test_a_place_without_a_model_needs_the_seconds_themselves(tmp_path: Path) -> None:
    """Nobody knows how long a prompt takes there."""
    path = written(tmp_path, "cached_prompt_share = 0.5\n")
    text = path.read_text().replace(
        "sequences = 64\n", "requests_per_accelerator_s = 2.0\ntime_to_first_token_s = 0.2\n"
    )
    path.write_text(text)
    with pytest.raises(BadInput, match="State lost_cache_s"):
        load_case(path)
