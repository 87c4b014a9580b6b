"""One scenario reckoned: its course, its money, and what of it pays to move."""

from dataclasses import dataclass

import numpy as np

from gridtide.digest import freeze
from gridtide.invest.pathway.assumptions import Real
from gridtide.invest.pathway.calibration import Calibrated
from gridtide.invest.pathway.coordination import Paying, flexible_share, paying
from gridtide.invest.pathway.course import Course, course_of
from gridtide.invest.pathway.outlook import Outlook, Scenario
from gridtide.invest.pathway.worth import Worth, worth_of

WORLD = "World"
"""All regions together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reckoned:
    """flexible: share of what is drawn that can wait or slow down, (Y, R)."""

    scenario: Scenario
    course: Course
    worth: Worth
    paying: tuple[Paying, ...]
    flexible: Real

    def __post_init__(self) -> None:
        freeze(self, flexible=np.float64)


def reckoned(scenario: Scenario, outlook: Outlook, known: Calibrated) -> Reckoned:
    """A scenario of an outlook through its calibration."""
    course = course_of(scenario.drivers, known)
    worth = worth_of(scenario, course, outlook.joules_per_token)
    return Reckoned(
        scenario=scenario,
        course=course,
        worth=worth,
        paying=paying(scenario, worth, outlook.classes, outlook.called_hours),
        flexible=flexible_share(course, outlook.classes),
    )
