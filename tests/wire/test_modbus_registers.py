"""Values in registers: what is written comes back, what cannot be believed is not, and a map says all its faults."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.makes import BATTERY, CHILLER, METER, UPS
from gridtide.wire.modbus.registers import (
    FORMS,
    Register,
    RegisterError,
    RegisterKind,
    decoded,
    encoded,
)
from gridtide.wire.modbus.words import WordOrder

KINDS = st.sampled_from(list(FORMS))
ORDERS: st.SearchStrategy[WordOrder] = st.sampled_from(["high first", "low first"])


@given(KINDS, ORDERS, st.sampled_from([1.0, 0.1, -0.01, 10.0]), st.floats(-3000, 3000))
def test_a_value_comes_back_within_one_unit_of_its_register(
    kind: RegisterKind, order: WordOrder, scale: float, value: float
) -> None:
    """Whatever kind, order and scale can hold; what they cannot is refused and never wrapped round."""
    register = Register(address=0, kind=kind, low=-3000, high=3000, scale=scale)
    try:
        words = encoded(register, order, value)
    except RegisterError as error:
        assert "does not fit" in str(error)
        return
    assert len(words) == register.length
    wide = replace(register, low=-4000, high=4000)
    step = abs(scale) if kind != "float32" else 1e-3
    assert abs(decoded(wide, order, words) - value) <= step


@given(KINDS, ORDERS, st.lists(st.integers(0, 65535), min_size=2, max_size=2))
def test_whatever_stands_in_registers_is_a_value_in_range_or_refused(
    kind: RegisterKind, order: WordOrder, words: list[int]
) -> None:
    """NaN, infinite and absurd values never come through."""
    register = Register(address=0, kind=kind, low=-500, high=500, unit="kW")
    try:
        value = decoded(register, order, words[: register.length])
    except RegisterError as error:
        assert "kW" in str(error)
    else:
        assert math.isfinite(value) and -500 <= value <= 500


def test_a_wrong_order_of_words_is_named() -> None:
    """The value that the other order gives, and what to mend."""
    register = Register(address=0, kind="float32", low=0, high=5000, unit="kW")
    words = encoded(register, "low first", 640.0)
    with pytest.raises(RegisterError, match="it would read 640: mend word_order"):
        decoded(register, "high first", words)


@pytest.mark.parametrize("value", [-1.0, 5001.0, float("nan"), float("inf")])
def test_what_is_outside_the_range_is_not_written(value: float) -> None:
    """Floor and ceiling, before anything is told."""
    register = Register(address=0, kind="float32", low=0, high=5000, unit="kW")
    with pytest.raises(RegisterError, match="outside 0 to 5000 kW"):
        encoded(register, "high first", value)


def test_our_own_maps_are_sound() -> None:
    """Each kind of device has one; set-point and lease are written at once."""
    assert {found.kind for found in (METER, BATTERY, UPS, CHILLER)} == {
        "meter",
        "battery",
        "ups",
        "chiller",
    }
    for found in (BATTERY, UPS, CHILLER):
        told, lease = found.registers["setpoint"], found.registers["lease"]
        assert told.address + told.length == lease.address
    assert not METER.actuated


def test_a_map_says_all_its_faults() -> None:
    """Missing, overlapping, not writable, in another unit, out of any range."""
    wrong = {
        "power": Register(address=0, kind="float32", low=0, high=1, unit="W"),
        "soc": Register(address=1, kind="float32", low=5, high=1, unit="kWh", scale=0.0),
        "setpoint": Register(address=70_000, kind="int16", low=0, high=1, unit="kW"),
    }
    with pytest.raises(BadInput) as caught:
        DeviceMap(make="odd", kind="ups", registers=wrong, unit=300)
    said = "\n".join(map(str, caught.value.findings))
    for part in (
        "register reserve: is missing",
        "register power, unit: W",
        "register soc, low, high",
        "register soc, scale",
        "register setpoint, address",
        "register setpoint, writable",
        "register soc, address: 1; behind register power",
        "unit: 300",
    ):
        assert part in said, part
