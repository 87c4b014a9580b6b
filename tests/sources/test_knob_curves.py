"""Tables of power caps and clocks: one's own, the Phoenix sweep, the traces of Zeus."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.fleet.copied import constant_multiple
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark
from gridtide.physics.clock_and_cap import throughput_under_cap
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.knob_table import KnobTable
from gridtide.sources.zeus_caps import ZeusCaps

HEAD = "accelerator,workload,cap_w,speed,power_w,mark,source\n"
OWN = (
    HEAD
    + "H100,train,700,9.1,665,measured,bench of May\nH100,train,500,7.9,490,measured,bench of May\n"
)


def read(folder: Path, text: str) -> tuple[KnobCurve, ...]:
    """The curves of a table with this text."""
    path = folder / "knobs.csv"
    path.write_text(text)
    return KnobTable(path=path).read()


def test_a_table_of_ones_own_counts_speed_from_its_highest_setting(tmp_path: Path) -> None:
    """In any unit of speed."""
    (curve,) = read(tmp_path, OWN)
    assert (curve.knob, curve.mark, curve.uncapped_w) == (Knob.CAP, Mark.MEASURED, 665.0)
    np.testing.assert_allclose(curve.speed, [7.9 / 9.1, 1.0])
    (clocked,) = read(tmp_path, OWN.replace("cap_w", "clock_mhz"))
    assert clocked.knob is Knob.CLOCK


def test_every_fault_of_a_table_is_said_at_once(tmp_path: Path) -> None:
    """A mark nobody knows, power of nothing, an unnamed work."""
    bad = OWN.replace("665,measured", "0,certain").replace("H100,train,500", "H100,,500")
    with pytest.raises(BadInput) as refused:
        read(tmp_path, bad)
    said = {str(finding.subject).rsplit(" ", 1)[-1] for finding in refused.value.findings}
    assert said == {"power_w", "mark", "workload"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("700,9.1,665", "0.7,9.1,0.665", "a number from 10 to 10,000"),
        ("700,9.1,665", "700,9.1,665000", "a number from 10 to 10,000"),
        ("700,9.1,665", "700,9.1,5320", "at most 1.5 times the cap"),
    ],
)
def test_power_in_other_units_is_named(before: str, after: str, said: str, tmp_path: Path) -> None:
    """Kilowatts, milliwatts, the power of a whole server of eight."""
    with pytest.raises(BadInput, match=said):
        read(tmp_path, OWN.replace(before, after))


def test_settings_twice_and_mixed_marks_are_refused(tmp_path: Path) -> None:
    """One row a setting, one mark a curve."""
    bad = OWN.replace(",500,", ",700,").replace("490,measured", "490,assumed")
    with pytest.raises(BadInput, match=r"one row a setting[\s\S]*one mark for a curve"):
        read(tmp_path, bad)


def test_copies_that_claim_to_be_measured_are_refused(tmp_path: Path) -> None:
    """A second curve that is the first one times a constant in every cell; marked assumed it stands."""
    rows = [("train", 1.0), ("serve", 1.3)]
    text = HEAD + "".join(
        f"H100,{name},{cap},{factor * speed},{power},MARK,bench\n"
        for name, factor in rows
        for cap, speed, power in ((700, 9.1, 665), (500, 7.9, 490), (300, 5.2, 299))
    )
    with pytest.raises(
        BadInput, match="serve on H100: speed at every setting is 1 times that of train"
    ):
        read(tmp_path, text.replace("MARK", "measured"))
    assert len(read(tmp_path, text.replace("MARK", "assumed"))) == 2


@pytest.mark.real
def test_the_phoenix_sweep_holds_its_published_figures(data_dir: Path) -> None:
    """Speed and watts as the reference prints them; the three inference rows are one measurement."""
    sweep = EmeraldSweep(path=data_dir / "emerald_phoenix" / "dvfs_sweep.csv").read()
    curves = {one.workload: one for one in sweep}
    assert [name for name in curves if name.startswith("infer")] == ["infer_llama_8b_48g"]
    told = {
        "ft_llama_8b_dolly": ((0.241, 0.807, 0.904, 0.951, 0.980, 1.0), (100, 196, 244, 288, 321, 346)),
        "infer_llama_8b_48g": ((0.225, 0.781, 0.871, 0.931, 0.976, 1.0), (98, 195, 242, 289, 333, 368)),
        "pt_mpt_7b_fast": ((0.175, 0.626, 0.787, 0.874, 0.935, 1.0), (100, 198, 247, 296, 343, 388)),
        "pt_mpt_13b_lg": ((0.191, 0.624, 0.781, 0.860, 0.921, 1.0), (102, 196, 245, 291, 337, 382)),
    }  # fmt: skip
    for name, (speed, power_w) in told.items():
        np.testing.assert_allclose(curves[name].speed, speed, atol=6e-4)
        np.testing.assert_allclose(curves[name].power_w, power_w, atol=0.6)


@pytest.mark.real
def test_the_traces_of_zeus_hold_their_published_figures(data_dir: Path) -> None:
    """ResNet-50 at its largest batch and BERT; the median over all 68 configurations, and the closed form near it."""
    curves = {
        (one.accelerator, one.workload): one
        for one in ZeusCaps(path=data_dir / "gpu_power" / "zeus_training_caps.parquet").read()
    }
    resnet = curves["V100", "resnet50 imagenet 360 adadelta"]
    told = [1, 0.982, 0.950, 0.914, 0.842, 0.684, 0.516]
    np.testing.assert_allclose(resnet.speed[::-1], told, atol=6e-4)
    bert = curves["V100", "bert_base_uncased sentiment140 128 adamw"]
    np.testing.assert_allclose(
        bert.speed[::-1], [1, 0.978, 0.928, 0.889, 0.833, 0.695, 0.533], atol=6e-4
    )
    bert = curves["RTX6000", "bert_base_uncased sentiment140 128 adamw"]
    np.testing.assert_allclose(
        bert.speed[::-1], [1, 0.958, 0.938, 0.891, 0.827, 0.731, 0.623, 0.411], atol=6e-4
    )
    median = curves["V100", "median"]
    energy = median.power_w / median.speed / median.uncapped_w
    np.testing.assert_allclose(energy[:0:-1], [1, 0.953, 0.895, 0.845, 0.806, 0.796], atol=5e-3)
    for cap_w, speed in zip(median.setting, median.speed, strict=True):
        if cap_w >= 0.42 * 250.0:
            closed = throughput_under_cap(cap_w / 250.0, 0.371, 0.108)
            assert closed == pytest.approx(speed, abs=0.015)


@pytest.mark.real
def test_a_published_table_of_capped_latencies_is_no_measurement(data_dir: Path) -> None:
    """Prefill of the capped H100 is 1.30 times the uncapped one in every cell that both have."""
    frame = pl.read_parquet(data_dir / "gpu_power" / "splitwise_llm.parquet")
    keys = ["model", "prompt_tokens", "batch_size", "output_tokens", "tensor_parallel"]
    plain = frame.filter(hardware="h100-80gb").unique(keys)
    capped = frame.filter(hardware="h100-80gb-pcap").unique(keys)
    both = plain.join(capped, on=keys, suffix="_capped").sort(keys)
    assert len(both) >= 57
    for column, factor in (("prefill_ms", 1.3), ("decode_ms_per_token", 1.0)):
        found = constant_multiple(both[column].to_numpy(), both[f"{column}_capped"].to_numpy())
        assert found == pytest.approx(factor, rel=1e-3)
