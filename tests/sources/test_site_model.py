"""A site model as a file: the same bytes, read back whole, refused when anything in it was changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.fleet.changeover import Changeover
from gridtide.sources.site_model import read_site_model, written
from gridtide.testing.learned_sites import plain_model


def file(folder: Path, **changes: object) -> Path:
    """The plain model, with top-level keys changed after it was written."""
    path = folder / "model.json"
    content = json.loads(written(plain_model(400.0, rest_kw=7.0)))
    path.write_text(json.dumps({**content, **changes}))
    return path


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every number of it, and its digest stays the same."""
    model = plain_model(400.0, rest_kw=7.0)
    found, said = read_site_model(file(tmp_path))
    assert digest(found) == digest(model)
    assert written(found) == written(model)
    assert said == json.loads(written(model))["digest"]


def test_a_changeover_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With its limits of temperature and humidity; limits the wrong way round are refused."""
    plain = plain_model(400.0)
    change = Changeover(wet_share=0.0, returns_below_c=17.0, leaves_above_c=20.0)
    model = replace(plain, site_map=replace(plain.site_map, changeover=change))
    path = tmp_path / "model.json"
    path.write_text(written(model))
    assert digest(read_site_model(path)[0]) == digest(model)
    wrong = replace(change, returns_below_c=21.0)
    path.write_text(written(replace(plain, site_map=replace(plain.site_map, changeover=wrong))))
    with pytest.raises(BadInput, match="returns_below_c"):
        read_site_model(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"highest_mhz": 1500.0}, "digest"),
        ({"highest_mhz": "fast"}, "highest_mhz"),
        ({"highest_mhz": -1.0}, "highest_mhz"),
        ({"more": 1}, "more"),
        ({"version": 1}, "version"),
        ({"digest": None}, "digest"),
        ({"coefficients": {}}, "digest"),
    ],
)
def test_a_file_that_was_changed_is_refused_by_name(
    changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=said):
        read_site_model(file(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind": "gridtide site model"}'])
def test_what_is_no_model_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"model\.json"):
        read_site_model(path)


def test_a_file_with_a_true_digest_and_false_parts_is_refused_with_all_faults(
    tmp_path: Path,
) -> None:
    """Marks that fall, a table of another size, a coefficient out of bounds."""
    from gridtide.sources.site_model import _digest_of

    path = file(tmp_path)
    content = json.loads(path.read_text())
    content.pop("digest")
    content["rest"]["at_outdoor_c"] = [15.0, 0.0, 30.0]
    content["rest"]["kw"] = content["rest"]["kw"][:2]
    content["coefficients"]["idle_share"] = 2.0
    path.write_text(json.dumps({**content, "digest": _digest_of(content)}))
    with pytest.raises(BadInput) as caught:
        read_site_model(path)
    named = [one.subject for one in caught.value.findings]
    assert [name.split()[1] for name in named] == [
        "rest.kw",
        "rest.at_outdoor_c",
        "coefficients.idle_share",
    ]
