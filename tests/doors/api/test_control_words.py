"""The files of the control room: small, ours alone, and every word in both languages."""

import re
from pathlib import Path

import gridtide
from gridtide.doors.api.formulas import FORMULAS
from gridtide.doors.api.names import CHINESE, ENGLISH, NAMES, plain

PAGE = Path(next(iter(gridtide.__path__))) / "static" / "control"
KEY = re.compile(r"(?:^|[\s{,])([A-Za-z_]+): \"", re.MULTILINE)


def keys(language: str) -> set[str]:
    """Of the words of a language."""
    text = (PAGE / "words.js").read_text(encoding="utf-8")
    begin = text.index(f"  {language}: {{")
    return set(KEY.findall(text[begin : text.index("\n  },", begin)])) - {language}


def test_every_word_is_there_in_english_and_chinese() -> None:
    """And there are many."""
    assert keys("en") == keys("zh")
    assert len(keys("zh") | set(CHINESE)) > 100
    missing = {key for key in CHINESE if key != key.lower()} - set(ENGLISH)
    assert missing == set(), "a key that is no words by itself needs English"


def test_every_word_is_used_and_every_word_used_is_there() -> None:
    """By the page, its modules, or as the name of something that the room says."""
    files = [path for path in sorted(PAGE.rglob("*")) if path.suffix in (".js", ".html")]
    text = "".join(
        path.read_text(encoding="utf-8").partition("\nlet language")[2]
        if path.name == "words.js"
        else path.read_text(encoding="utf-8")
        for path in files
    )
    figures = (PAGE / "figures.js").read_text(encoding="utf-8")
    formulas = {f"{name}Formula" for name in re.findall(r"\bof\(\"(\w+)\"", figures)}
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    panels = re.findall(r"data-label=\"(\w+)\" data-from", html)
    formulas |= {f"{name}Formula" for name in panels}
    unused = {key for key in keys("en") - formulas if not re.search(rf"[\"`]{key}\b", text)}
    asked = set(re.findall(r"word\(\"(\w+)\"\)|data-(?:word|label)=\"(\w+)\"", text))
    assert unused == set()
    of_the_page = {key for key in ENGLISH if key != key.lower()} - formulas
    about = {f"{key}About" for key in ("freeze", "thaw", "letGo")}
    assert {key for key in of_the_page - about if not re.search(rf"\b{key}\b", text)} == set()
    said = keys("en") | set(CHINESE) | {f"{key}Formula" for key in FORMULAS}
    assert {one or other for one, other in asked} <= said
    assert {one or other for one, other in asked} <= keys("en") | set(ENGLISH)
    assert formulas - said == set()


def test_every_kind_of_alarm_that_the_docs_name_has_a_chinese_name() -> None:
    """What stands at the head of an alarm."""
    text = (PAGE.parents[3] / "docs" / "live.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"`alarms\[\]` \| `kind` \((.*?), or the fate", text)
    assert set(re.findall(r"`([\w-]+)`", row)) - set(CHINESE) == set()


def test_names_reach_the_page_as_text_alone() -> None:
    """No way of reading text as markup stands in our files; charts say their hints as plain text."""
    for path in sorted(PAGE.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, path.name
    assert 'renderMode: "richText"' in (PAGE / "charts.js").read_text(encoding="utf-8")


def test_the_page_is_small() -> None:
    """Its own files stay within a hundred kibibytes."""
    assert sum(path.stat().st_size for path in PAGE.rglob("*") if path.is_file()) <= 100 * 1024


def test_a_key_says_in_english_what_it_is() -> None:
    """Units keep their letters; every key that has a Chinese name has an English one."""
    assert plain("import_kwh") == "import kWh"
    assert plain("price_per_mwh") == "price/MWh"
    assert plain("age_s") == "age"
    assert plain("notReached") == "notReached"
    assert set(NAMES["en"]) >= set(CHINESE)


def test_every_formula_is_said_in_both_languages() -> None:
    """In a sentence, of a number that has a name, a panel of the page, or a path."""
    for key, formula in FORMULAS.items():
        assert key.startswith("/api/") or key in CHINESE
        assert formula.english.endswith(".") and formula.chinese.endswith("。")
        assert not set(formula.chinese) & set(".;")
