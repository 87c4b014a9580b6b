"""Which series a policy had to take at their point forecast though it wanted to know more of them."""

from collections.abc import Iterable

from gridtide.simulate.course import Course


def unspread_of(courses: Iterable[Course]) -> list[str]:
    """A sentence a policy that lacked courses or quantiles of some series; none where nothing was lacking."""
    return [_said(course) for course in courses if course.unspread]


def _said(course: Course) -> str:
    plans = max(count for _, count in course.unspread)
    series = ", ".join(f"{name} ({count})" for name, count in course.unspread)
    return (
        f"{course.policy} took the point forecast of series of which no courses or quantiles could be told, "
        f"in up to {plans} plans: {series}."
    )
