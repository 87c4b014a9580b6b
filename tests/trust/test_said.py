"""Sentences that know what they say: English to everybody, and a key and figures for another language."""

import json
import string
from datetime import UTC, datetime

import pytest

from gridtide.digest import digest
from gridtide.trust.said import Said, at_instant, listed, say, value_of
from gridtide.trust.sentences import SENTENCES


def places(text: str) -> set[str]:
    """What stands in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", SENTENCES)
def test_chinese_says_no_figure_that_english_does_not(key: str) -> None:
    """And it is another text."""
    english, chinese = SENTENCES[key]
    assert places(chinese) <= places(english)
    assert chinese != english


def test_a_sentence_is_its_english_text_to_everybody_who_does_not_ask() -> None:
    """Equal, digested and written down as that: a record that holds it is as it was."""
    said = listed([say("edit_left", job="J-1"), "as it was"])
    assert said == "J-1 stays as it is told; as it was"
    assert digest((said,)) == digest((str(said),))
    assert json.dumps(said) == json.dumps(str(said))


def test_a_sentence_holds_sentences_lists_and_instants() -> None:
    """All plain for JSON; a text that nobody knows more of stands as it is, braces too."""
    at = datetime(2026, 3, 7, 14, tzinfo=UTC)
    said = say("edit_begins", job="{by}", at=at_instant(at, "Asia/Shanghai"))
    assert isinstance(said, Said) and said == "{by} begins at Sat 7 Mar 22:00"
    clock = {"at": "2026-03-07T14:00:00+00:00", "clock": "Asia/Shanghai"}
    assert value_of(said) == {"key": "edit_begins", "of": {"job": "{by}", "at": clock}}
    assert value_of("plain") is None
