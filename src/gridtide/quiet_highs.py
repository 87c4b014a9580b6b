"""HiGHS as this house asks it: silent, one thread, a fixed seed, so that the same program gives the same bytes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highspy._core import _Highs


Setting = bool | int | float | str


def quiet_highs(solver: str, *more: tuple[str, Setting]) -> "_Highs":
    """A solver without a program. more: further options, each with its setting."""
    from highspy._core import _Highs

    highs = _Highs()  # the public subclass greets on stdout before it can be told to be silent
    options: tuple[tuple[str, Setting], ...] = (
        ("output_flag", False),
        ("solver", solver),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", 0),
        *more,
    )
    for option, setting in options:
        highs.setOptionValue(option, setting)
    return highs
