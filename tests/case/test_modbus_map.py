"""A make's register map from a file: as the page shows it, and with every fault at once."""

import re
from pathlib import Path

import pytest

from gridtide.case.modbus_map import read_modbus_map
from gridtide.finding import BadInput
from gridtide.wire.modbus.makes import MARKER

PAGE = Path(__file__).resolve().parents[2] / "docs" / "modbus-devices.md"


def shown() -> str:
    """The map on the page."""
    (text,) = re.findall(r"```toml\n(make.*?)```", PAGE.read_text(), re.DOTALL)
    return str(text)


def test_the_map_on_the_page_is_one(tmp_path: Path) -> None:
    """As it stands there; the marker of our own maps too."""
    (tmp_path / "map.toml").write_text(shown())
    found = read_modbus_map(tmp_path / "map.toml")
    assert (found.make, found.kind, found.word_order) == (
        "Example Storage 250",
        "battery",
        "low first",
    )
    assert found.registers["power"].scale == 0.1 and found.actuated
    assert f"`marker` ({MARKER})" in PAGE.read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "battery"', 'kind = "toaster"', ("kind: 'toaster'",)),
        ('kind = "int32"', 'kind = "int24"', ("registers.power.kind: 'int24'",)),
        ("low = -250", "low = nan", ("registers.power.low: nan", "registers.setpoint.low: nan")),
        ("unit = 1", "unit = 1\ncolour = 1", ("colour: is no key",)),
        ("scale = 0.5", "scale = 0", ("register soc, scale: 0.0",)),
        ("writable = true", "writable = false", ("register setpoint", "register lease")),
    ],
)
def test_a_fault_of_a_map_is_said_with_place_and_limit(
    tmp_path: Path, old: str, new: str, said: tuple[str, ...]
) -> None:
    """All of them at once."""
    (tmp_path / "map.toml").write_text(shown().replace(old, new))
    with pytest.raises(BadInput) as caught:
        read_modbus_map(tmp_path / "map.toml")
    words = "\n".join(map(str, caught.value.findings))
    for part in said:
        assert part in words


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Absent, or no TOML."""
    (tmp_path / "map.toml").write_text("registers = [")
    for name in ("map.toml", "other.toml"):
        with pytest.raises(BadInput):
            read_modbus_map(tmp_path / name)
