"""Accelerators and models that are known beforehand, and what a case makes of them."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.case.machines import accelerators, serving_models, sources, training_curves
from gridtide.finding import BadInput
from gridtide.fleet.serving_model import (
    first_token_s,
    it_kw_per_accelerator,
    requests_per_s,
    sequences_at,
    serving_w,
)
from gridtide.loop.world import Telemetry
from gridtide.simulate.truth import truth_of
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.zeus_caps import ZeusCaps
from gridtide.testing.courses import course_of

TINY = (Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml").read_text()
CHAT = """
[network]
origins = ["users"]

[[network.latency]]
origin = "users"
site = "here"
ms = 5.0

[[site.pool]]
name = "serving"
accelerator = "H100"
accelerators = 64
for_services = 64
burst_reserve = {reserve}

[[service]]
name = "chat"
model = "{model}"
prompt_tokens = 1155
tokens_per_request = 400
latency_max_s = 2.0
value_per_request = 0.01

[[service.place]]
site = "here"
pool = "serving"
sequences = {sequences:g}
home = 1.0

[[demand]]
service = "chat"
origin = "users"
mean_per_s = 12.0
swing = 0.6
"""


def case(folder: Path, model: str, sequences: float, reserve: float) -> Path:
    """One day with a service on eight-GPU servers."""
    head, tail = TINY.split("[[class]]", 1)
    chat = CHAT.format(model=model, sequences=sequences, reserve=reserve)
    pool = chat[chat.index("[[site.pool]]") : chat.index("[[service]]")]
    rest = chat.replace(pool, "")
    (folder / "case.toml").write_text(head + pool + "[[class]]" + tail + rest)
    return folder / "case.toml"


def told(path: Path) -> tuple[Telemetry, np.ndarray, np.ndarray]:
    """Telemetry, demand and IT power of an accelerator of the reference course."""
    study = load_case(path)
    truth = truth_of(study)
    course = course_of(study, "run-at-once")
    at = len(study.fleet.places) - 1
    service = study.services[0]
    need = truth.requests_per_s[0, 0] / service.requests_per_accelerator_s[at]
    return course.telemetry, need, np.asarray(service.it_kw_per_accelerator[at])


def test_known_fits_are_those_of_the_published_table() -> None:
    """Vectors of the fits, through the nouns: 8B at 8 and 256, 405B at 8; 16 requests a second on one replica,
    the line's 99.925 sequences bent by the square."""
    small, large = (
        serving_models()[name, "H100"] for name in ("Llama-3.1-8B", "Llama-3.1-405B-FP8")
    )
    for model, sequences, power_w in ((small, 8, 490.1), (small, 256, 684.3), (large, 8, 406.7)):
        expected_kw = (73.5 + 1.74 * power_w) / 1000.0
        assert it_kw_per_accelerator(model, sequences) == pytest.approx(expected_kw, abs=2e-4)
    assert sequences_at(small, 16.0, 400) == pytest.approx(99.925, rel=0.013)
    assert requests_per_s(small, sequences_at(small, 16.0, 400), 400) == pytest.approx(16.0)
    assert sequences_at(small, 1e6, 400) == 691.0
    assert first_token_s(small, 100.0, 0.0) == pytest.approx(0.01562 + 7.21e-5, abs=1e-5)
    assert all(sources().values())
    assert all(one.parked_kw < one.training_kw for one in accelerators().values())


def test_every_figure_of_an_accelerator_says_how_it_is_known() -> None:
    """Idle below training, training within the rated power, each with a mark; and where it comes from."""
    for one in accelerators().values():
        assert one.idle_w < one.training_w <= one.rated_w
        figures = {"idle_w", "training_w", "rated_w", "server"}
        figures |= set() if one.lowest_cap_w is None else {"lowest_cap_w"}
        assert set(one.marks) == figures
        assert set(one.marks.values()) <= {"measured", "quoted", "assumed"}
        assert one.source


def test_a_rack_of_gb200_draws_what_vendors_quote() -> None:
    """72 accelerators at their rated power: 120 to 132 kW; eight H100 within 2 % of the vendor's 10.2 kW."""
    rack, server = accelerators()["GB200"], accelerators()["H100"]
    assert 120.0 <= 72 * (rack.rest_w + rack.slope * rack.rated_w) / 1000.0 <= 132.0
    eight_kw = 8 * (server.rest_w + server.slope * server.rated_w) / 1000.0
    assert eight_kw == pytest.approx(10.2, rel=0.02)


@pytest.mark.real
def test_the_known_curves_are_those_of_the_published_files(data_dir: Path) -> None:
    """To the digits that stand in machines.toml."""
    sweep = EmeraldSweep(path=data_dir / "emerald_phoenix" / "dvfs_sweep.csv").read()
    caps = ZeusCaps(path=data_dir / "gpu_power" / "zeus_training_caps.parquet").read()
    for known in training_curves():
        alike = [
            one
            for one in (*sweep, *caps)
            if one.accelerator == known.accelerator
            and len(one.setting) == len(known.setting)
            and np.allclose(one.speed, known.speed, atol=6e-4)
            and np.allclose(one.power_w, known.power_w, atol=0.06)
        ]
        assert alike, known.workload


def test_a_model_that_a_logistic_misses_has_a_table_of_power_that_never_falls(
    tmp_path: Path,
) -> None:
    """Within 2 % of the points measured at 16, 64 and 384 sequences; refused where the measured power falls again; the
    twin draws what the table says."""
    large = serving_models()["gpt-oss-120b", "H100"]
    assert list(large.power_table[1]) == sorted(large.power_table[1])
    for sequences, watts in ((16, 496.2), (64, 582.0), (384, 629.4), (10_000, 629.4)):
        assert serving_w(large, sequences) == pytest.approx(watts, rel=0.02)
    seen, _, _ = told(case(tmp_path, "gpt-oss-120b", 64.0, 0.2))
    drawn_w = (seen.answering_kw[0, -1] * 1000.0 - large.rest_w) / large.slope
    assert np.all((drawn_w >= large.power_table[1][0] - 1e-6) & (drawn_w <= serving_w(large, 64.0)))
    with pytest.raises(BadInput, match="8 to 384, where gpt-oss-120b was measured"):
        load_case(case(tmp_path, "gpt-oss-120b", 500.0, 0.2))


@pytest.mark.parametrize(
    ("sequences", "power_w", "rate", "joules"),
    [(7.98, 486.4, 1069.6, 0.455), (690.9, 685.1, 9602.8, 0.0713)],
)
def test_the_small_model_meets_both_measured_points(
    sequences: float, power_w: float, rate: float, joules: float
) -> None:
    """Power, tokens a second and energy of a token within 3 per cent; between the points the published fit
    holds within its own error, and the rate never falls with fuller batches."""
    small = serving_models()["Llama-3.1-8B", "H100"]
    drawn_w = (it_kw_per_accelerator(small, sequences) * 1000.0 - small.rest_w) / small.slope
    made = requests_per_s(small, sequences, 1.0)
    assert drawn_w == pytest.approx(power_w, rel=0.03)
    assert made == pytest.approx(rate, rel=0.03)
    assert drawn_w / made == pytest.approx(joules, rel=0.03)
    grid = np.linspace(8, 691, 200)
    rates = np.asarray([requests_per_s(small, float(n), 1.0) for n in grid])
    assert (np.diff(rates) > 0).all()
    fit = grid / (0.00667 + 0.0000895 * grid)
    assert (np.abs(rates / fit - 1.0)[grid <= 256] < 0.017).all()
    assert [sequences_at(small, float(r), 1.0) for r in rates] == pytest.approx(grid.tolist())


@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Llama-3.1-405B-FP8", "Qwen3-235B-A22B-FP8"])
def test_the_twin_draws_what_the_plan_counts_while_nothing_is_squeezed(
    model: str, tmp_path: Path
) -> None:
    """Demand with its reserve, at the power of the sequences in flight; only a trickle gets a few machines more."""
    telemetry, need, it_kw = told(case(tmp_path, model, 64.0, 0.2))
    free = need * 1.2 <= 64.0
    assert free.any()
    served_kw, counted_kw = telemetry.service_kw[0, 0][free], (need * 1.2 * it_kw)[free]
    assert (served_kw >= counted_kw * (1.0 - 1e-9)).all()
    assert np.isclose(served_kw, counted_kw, rtol=1e-9).mean() > 0.9


def test_fuller_batches_on_fewer_accelerators_draw_less(tmp_path: Path) -> None:
    """The same demand with more sequences in flight takes less power."""
    energy = []
    for sequences in (32.0, 64.0, 128.0):
        (tmp_path / str(sequences)).mkdir()
        telemetry, _, _ = told(case(tmp_path / str(sequences), "Llama-3.1-8B", sequences, 0.1))
        energy.append(float(telemetry.service_kw[0, 0].sum()))
    assert energy[0] > energy[1] > energy[2]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("sequences = 64", "sequences = 5000", "8 to 691, where Llama-3.1-8B was measured"),
        ("sequences = 64", "", "requests_per_accelerator_s or time_to_first_token_s is missing"),
        ("sequences = 64", "sequences = 64\ntime_to_first_token_s = 1", "both stated and modelled"),
        ("prompt_tokens = 1155", "", "prompt_tokens"),
        ("Llama-3.1-8B", "Llama-9", "Llama-9 on H100"),
        ('"H100"', '"Z9"', "parked_kw_per_accelerator"),
    ],
)
def test_what_is_not_known_is_asked_for(before: str, after: str, said: str, tmp_path: Path) -> None:
    """Each fault names its key and its limit."""
    path = case(tmp_path, "Llama-3.1-8B", 64, 0.1)
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(BadInput, match=said):
        load_case(path)


def test_a_reader_learns_what_is_assumed(tmp_path: Path) -> None:
    """The notes name the fit and the machine."""
    notes = load_case(case(tmp_path, "Llama-3.1-8B", 64, 0.1)).notes
    assert any("ML.ENERGY" in note for note in notes)
    assert any(note.startswith("H100: 0.204 kW parked") for note in notes)


@pytest.mark.parametrize(
    ("name", "accelerators", "power", "iteration_ms", "most"),
    [
        ("Llama-3.1-8B", 1, (480.2, 214.0, 1.21, 5.50), (6.67, 0.0895), 691),
        ("Llama-3.1-405B-FP8", 8, (394.0, 241.3, 1.01, 5.86), (30.97, 0.2903), 255),
        ("Qwen3-235B-A22B-FP8", 8, (455.4, 54.6, 2.0, 6.81), (25.95, 0.1375), 511),
    ],
)
def test_the_catalogue_holds_the_published_fits_and_where_they_end(
    name: str,
    accelerators: int,
    power: tuple[float, ...],
    iteration_ms: tuple[float, float],
    most: float,
) -> None:
    """Logistic and iteration time of three models on H100; all steepnesses lie within 0.3 to 3."""
    model = serving_models()[name, "H100"]
    assert model.accelerators == accelerators
    assert (model.least_w, model.range_w, model.steepness, model.middle) == power
    assert 1e3 * model.first_s == pytest.approx(iteration_ms[0])
    assert 1e3 * model.per_sequence_s[0] == pytest.approx(iteration_ms[1])
    assert (model.sequences_from, model.sequences_to) == (8.0, most)
    assert 0.3 <= model.steepness <= 3.0
