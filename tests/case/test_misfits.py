"""Files beside a case say what is wrong in the words of a person, whichever file it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from gridtide.case.baselines import programmes
from gridtide.case.grid_rules import rules_with
from gridtide.case.members import read_members
from gridtide.case.misfits import misfits
from gridtide.case.name import Name
from gridtide.case.protection import protected_loads
from gridtide.case.settle_terms import settle_terms
from gridtide.finding import BadInput

BAD: tuple[tuple[Callable[[Path], Any], str, dict[str, str]], ...] = (
    (
        protected_loads,
        '[[load]]\nname = "hall"\npower_kw = 5\n',
        {"load[1].load_kw": "is missing", "load[1].power_kw": "is no key of this table"},
    ),
    (
        settle_terms,
        '[[tariff]]\nsite = "here"\nmarket = "m"\ntransformer_kva = -1\n[certificates]\npath = "x"\n',
        {"tariff[1].transformer_kva": "-1", "certificates.matching": "is missing"},
    ),
    (rules_with, '[[mode]]\nname = 3\nbogus = 1\n', {"mode[1].name": "3", "mode[1].bogus": "is no key of this table"}),
    (read_members, '[[member]]\nname = ""\noffer = [[nan, 5]]\n', {"member[1].name": "''"}),
    (read_members, '[[member]]\nname = "a"\noffer = [[nan, 5]]\n', {"member[1].offer[1][1]": "nan"}),
    (read_members, "", {"member": "is missing"}),
    (programmes, '[ours]\ntitle = "x"\n', {"ours.status": "is missing", "ours.select": "is missing"}),
)  # fmt: skip


@pytest.mark.parametrize(("read", "text", "wanted"), BAD)
def test_each_fault_is_said_with_its_place_and_no_word_of_a_library(
    read: Callable[[Path], Any], text: str, wanted: dict[str, str], tmp_path: Path
) -> None:
    """Places are counted from 1; a list is not short of a table whose own faults are said."""
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        read(file)
    said = {
        one.subject.removeprefix(f"{file} ").removeprefix("own.toml "): one.value
        for one in refused.value.findings
    }
    assert wanted.items() <= said.items()
    words = " ".join(str(one) for one in refused.value.findings)
    assert not any(
        word in words
        for word in (
            "Field required",
            "Input should",
            "Extra inputs",
            "Tuple",
            "String",
            "datetime.",
        )
    )


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "\u202egub", "\x00", "a\tb"])
def test_a_name_ends_no_line_and_turns_no_text_around(name: str) -> None:
    """Names stand in notes, tables and pages as they are written; what is said of them is spelled out."""
    (found,) = misfits(refused({"name": name}), "case.toml", "Mend it.")
    assert found.limit == "a name without control characters and marks that turn text around"
    assert found.value == repr(name)


def test_names_of_people_who_do_not_write_english_are_names() -> None:
    """Chinese, accents and blanks stand."""
    for name in ("张北", "São Paulo / AZ 2", "Oberägeri"):
        assert Named(name=name).name == name


class Named(BaseModel):
    """Something with a name."""

    name: Name


def refused(values: dict[str, str]) -> ValidationError:
    """What a schema says of values that it refuses."""
    with pytest.raises(ValidationError) as fault:
        Named(**values)
    return fault.value
