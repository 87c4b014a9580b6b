"""Long questions are answered one after the other beside the loop, each once."""

import asyncio
import threading

import pytest

from gridtide.doors.api.aside import WAIT_MOST, Aside
from gridtide.doors.api.problems import Refused


def test_who_asks_the_same_gets_the_same_answer_and_a_fault_is_asked_again() -> None:
    """Solved once however many ask; what failed is tried anew."""
    aside, solved = Aside(), list[str]()

    def solve() -> dict[str, object]:
        solved.append("once")
        return {"cost": 1}

    def fail() -> dict[str, object]:
        raise ValueError("no plan")

    async def ask() -> None:
        answers = await asyncio.gather(*(aside.of("a", solve) for _ in range(5)))
        assert answers == [{"cost": 1}] * 5 and solved == ["once"]
        for _ in range(2):
            with pytest.raises(ValueError, match="no plan"):
                await aside.of("b", fail)
        assert await aside.of("b", solve) == {"cost": 1}

    asyncio.run(ask())


def test_too_many_questions_at_once_are_put_off_and_no_two_are_solved_together() -> None:
    """One at a time; who comes when the line is full is told to come again."""
    aside, goes, inside = Aside(), threading.Event(), list[int]()
    together = list[int]()

    def solve() -> dict[str, object]:
        inside.append(1)
        together.append(len(inside))
        goes.wait()
        inside.pop()
        return {}

    async def ask() -> None:
        waiting = [asyncio.ensure_future(aside.of(n, solve)) for n in range(WAIT_MOST + 1)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as put_off:
            await aside.of("one more", solve)
        assert put_off.value.status == 429
        goes.set()
        await asyncio.gather(*waiting)

    asyncio.run(ask())
    assert set(together) == {1}
