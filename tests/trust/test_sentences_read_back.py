"""What rooms, devices and doors say reaches a reader of Chinese: read back from the English text that was handed on."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gridtide
from gridtide.trust.heard import ANY, form_of, heard
from gridtide.trust.phrases import PHRASES
from gridtide.trust.said import CHINESE, in_chinese, say, value_of
from gridtide.trust.sentences import SENTENCES

HOUSE = Path(next(iter(gridtide.__path__)))
FIGURE = re.compile(r"\{(\w+)\}")
SAY_TO_PEOPLE = (
    "doors/api/access.py",
    "doors/api/aside.py",
    "doors/api/bodies.py",
    "doors/api/guarded.py",
    "doors/api/opening.py",
    "doors/api/origin.py",
    "doors/api/reading.py",
    "doors/api/tabs.py",
    "doors/what_if_words.py",
    "loop/clocks_apart.py",
    "loop/contents.py",
    "loop/desk.py",
    "loop/editing.py",
    "loop/hall_by_chiller.py",
    "loop/held_import.py",
    "loop/led_boards.py",
    "loop/newcomers.py",
    "loop/on_trial.py",
    "loop/points_at_place.py",
    "loop/serving_split.py",
    "loop/set_points/led_place.py",
    "loop/set_points/slowable.py",
    "loop/set_points/watched_meter.py",
    "loop/set_points/way.py",
    "loop/set_points/work_part.py",
    "loop/standing_in.py",
    "loop/telling.py",
    "loop/verifying_plants.py",
    "loop/within_limits.py",
    "trust/approve.py",
    "trust/at_once.py",
    "trust/edit.py",
    "trust/edited.py",
    "trust/envelope.py",
    "trust/explain.py",
    "trust/guard.py",
    "trust/impossible.py",
    "trust/modes.py",
    "trust/own_past.py",
    "trust/quarantine.py",
    "trust/second_source.py",
    "wire/slurm/allowed.py",
    "wire/slurm/begins.py",
    "wire/slurm/checkpoint.py",
    "wire/slurm/hints.py",
    "wire/slurm/pauses.py",
    "wire/slurm/pausing.py",
    "wire/slurm/run_limits.py",
    "devices/far_site.py",
    "devices/power_agent.py",
    "devices/slurm_cli.py",
    "devices/kubernetes/api.py",
    "devices/kubernetes/device.py",
    "devices/kubernetes/holding.py",
    "devices/modbus/battery.py",
    "devices/modbus/chiller.py",
    "devices/modbus/line.py",
    "devices/modbus/plant.py",
)
NOT_SAID = re.compile(
    r"^(\{\}.?)*( ?\{\})+$|Basic realm|error=|-src |camera=|How many at most|The id of a decision|[A-Z]+ (\+|-|out)"
    r"|%Y|device's table|of the cluster\.$|the extra `|pip install|a key that nothing reads|the name of a partition"
    r"|at most 63|86400 s|comment, |kubectl|[cC]ontact|timed out|gridtide knows|names no context|planner taken back"
    r"|^\{\} (import|spare) \{\}"
)
"""Headers, formats, settings that a start refuses, and what is compared."""
PARTS = re.compile(
    r"^(\{\} to \{\} UTC|policy \{\} \{\}|there is no \{\} \{\}|from \{\} \(\{\}\)|\{\} runs at .*|0 to \{\}"
    r"|\{\} (of|to|after) \{\}|(store|differ|more|the sweeper) .*|\{\} when called, kW|offered beyond .*\{\}, kW"
    r"|\{\} would itself .*|\{\} holds .*|\{\}: \{\} \{\}|a forecast from .*|\{\}; (look|set its) .*|\{\} at \{\}:\{\}"
    r"|\{\}: no word .*|\{\}, kW of heat)$"
)
"""Parts whose whole has more figures than they; the tests below say these whole."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of two blanks or more in a file, but for docstrings: its line, and `{}` where a figure stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values
    }
    inner |= {
        id(one.value)
        for one in ast.walk(tree)
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    for one in ast.walk(tree):
        if id(one) in inner:
            continue
        if isinstance(one, ast.JoinedStr):
            said = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in one.values
            )
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            said = FIGURE.sub("{}", one.value)
        else:
            continue
        if said.strip().count(" ") >= 2:
            yield one.lineno, said


SKELETONS = tuple(
    FIGURE.sub("{}", english)
    for english in (*PHRASES, *(one.english for one in SENTENCES.values()))
)


def is_read(said: str) -> bool:
    """Whether a text is read whole, or is a part of a longer one that is."""
    part = said.strip(" ,:;")
    whole = heard(part.replace("{}", "7")) is not None
    return whole or any(part in skeleton for skeleton in SKELETONS)


@pytest.mark.parametrize("name", SAY_TO_PEOPLE)
def test_whatever_a_file_says_to_people_is_read_back(name: str) -> None:
    """Every text in it, with figures put into its places, has a Chinese form."""
    lacking = [
        f"{name}:{line}: {said}"
        for line, said in texts(HOUSE / name)
        if not (NOT_SAID.search(said) or PARTS.search(said) or is_read(said))
    ]
    assert lacking == []


@pytest.mark.parametrize("english", [*PHRASES, *(one.english for one in SENTENCES.values())])
def test_both_languages_hold_the_same_figures(english: str) -> None:
    """Chinese may leave one out, as a plural or a clock, and uses no other; nothing of it is two English words."""
    chinese = PHRASES.get(english) or next(
        one.chinese for one in SENTENCES.values() if one.english == english
    )
    assert set(FIGURE.findall(chinese)) <= set(FIGURE.findall(english))
    own = re.sub(r"`[^`]*`|--?[\w-]+ \w+|'[^']*'|\{\w+\}", "", chinese)
    assert re.search(r"[a-z]+ [a-z]+ [a-z]+", own) is None


WHOLE = {
    "frozen: nothing new is told": "已冻结：不下达新指令",
    "Move up to 16,145 kW at Nantong, 31,067 kW at Zhangbei (100.0% of the fleet)": (
        "最多移动 Nantong 16,145 kW，Zhangbei 31,067 kW（占机群 100.0%）"
    ),
    "j1: end 5, allowed 4": "j1：结束 5，允许 4",
    "price_per_mwh of DE: 3 values from 2026-01-01 00:00 UTC outside -500 to 4000": (
        "DE 的 price_per_mwh：自 2026-01-01 00:00 UTC 起 3 个数值超出 -500 至 4000"
    ),
    "store says 90.0 kWh, it can hold 10.0 to 20.0 kWh 60 s after 15.0": (
        "储能自报 90.0 kWh，而 60 s 前为 15.0，现可存 10.0 至 20.0 kWh"
    ),
    "differ from what a, b say": "与 a, b 所述不符",
    "a device: no word of what came of 12, told at 10:00; look at 12, whose answer is waited for": (
        "a device：12 于 10:00 下达，结果未知；请查看 12，正等待其答复"
    ),
    "offered beyond what work can draw less, kW 5.000": "报价超出作业可少用的功率 5.000 kW",
    "Beijing 2": None,
    "a night at the opera": None,
}


@pytest.mark.parametrize("english", WHOLE)
def test_a_sentence_is_read_whole_and_what_nobody_knows_stays(english: str) -> None:
    """Figures of figures are read too; names and what people wrote are nobody's sentence."""
    assert in_chinese(english) == (WHOLE[english] or english)


def test_what_explains_a_job_is_said_in_chinese() -> None:
    """A paragraph: place, hour, reason, limit, price and how old it was, the hour as Chinese writes it."""
    said = in_chinese(
        "j1 runs at Z instead of its home N from Sat 7 Mar 22:00 (Asia/Shanghai), because later slots there are cheaper"
        " than earlier ones: 3.00 CNY expected instead of 5.00 at once at home. Its deadline kept it from cheaper slots"
        " (slack on arrival 3.0 h). Price: a market, published Fri 6 Mar 12:00, 3.0 h before the decision."
    )
    assert "3月7日 22:00" in said and "截止时间使其无法用更便宜的时段（到达时余量 3.0 h）" in said
    assert re.search(r"[a-z]+ [a-z]+ [a-z]+", said) is None


@given(st.sampled_from(sorted(set(SENTENCES) - set(ANY))), st.data())
def test_what_was_said_is_heard_as_it_was_meant(key: str, data: st.DataObject) -> None:
    """With figures that are no words, in Chinese the same by what it knows and by what is read of it."""
    names = FIGURE.findall(SENTENCES[key].english)
    figures = {name: str(data.draw(st.integers(1, 9_999))) for name in names}
    said = say(key, **figures)
    assert value_of(said) is not None
    assert in_chinese(str(said)) == in_chinese(said)


@pytest.mark.parametrize("name", ["batch May 2", "inference May 2", "nantong Mar 7", "info Jun 3"])
def test_a_name_is_no_day_and_no_number(name: str) -> None:
    """Although it holds a month, or begins as `inf` and `nan` do; alone or inside a sentence."""
    assert in_chinese(name) == name
    assert in_chinese(f"{name} has ended") == f"{name} 已结束"


COSTLY = (
    "to aa runs 1 until aa: 1Fri a a, 1 more1 sayaa kW, aa (1is aa: aais aa aa from a UTC; 1Wed 1 kW1unti"
    "l 1 draws aa broke: a s1 bytes1 until 1: aan admin1 until 1, a of aa in allaa Nov 1 is aaWed aa; 1: "
    "aa, a ona: 1outside aat most 1 at a kWaaChange a import1 simplexajob aaplace a of aa to aaafter 1job"
    " 1 at aa no morea a 1made_kw a and aHiGHS 1job 1a 1 s1 1 Jul 1 from 1with 1 or a`1 to 1 Jan 1)1 at 1"
    " Nov a daysaafrom 1 until 1 to 1 kW1 1 then1 of 1a number1 until aajobs of aa is not 1 UTC; 1 at hom"
    "e1begin aa, 1: aa aa: ais aa until 1 of aa %1, 1job 1HiGHS 1 at aa"
)
"""Words of many sentences between figures, which can be taken apart in many ways."""


def test_a_text_made_to_be_taken_apart_in_many_ways_is_soon_left() -> None:
    """Twelve times as long as one sentence; what people wait for answers by the same processor."""
    begun_s = time.process_time()
    assert isinstance(
        in_chinese(". ".join(COSTLY.replace("aa", two * 2) for two in "abcdefghijkl")), str
    )
    assert time.process_time() - begun_s < 1.0


@given(st.text(max_size=400))
def test_no_text_of_an_attacker_is_costly_or_fails(text: str) -> None:
    """Whatever comes is text again; a form is one pass."""
    assert isinstance(in_chinese(text + " at at; at, at. " * 9), str)


def test_two_figures_that_touch_are_refused() -> None:
    """Nobody could read where one ends."""
    with pytest.raises(ValueError, match="touch"):
        form_of("key", "{one}{other}")
    assert set(PHRASES) <= set(CHINESE)
