"""Which series a policy had to take at their point forecast though it wanted to know more of them."""

from collections.abc import Iterable

from gridtide.simulate.course import Course


def unspread_of(courses: Iterable[Course]) -> list[str]:
    """A sentence a policy that lacked courses or quantiles of some series; none where nothing was lacking."""
    return [unspread_said(course.policy, course.unspread) for course in courses if course.unspread]


def unspread_said(policy: str, unspread: tuple[tuple[str, int], ...]) -> str:
    """What a policy took at its point forecast. unspread: series, and in how many plans; at least one."""
    plans = max(count for _, count in unspread)
    series = ", ".join(f"{name} ({count})" for name, count in unspread)
    return (
        f"{policy} took the point forecast of series of which no courses or quantiles could be told, "
        f"in up to {plans} plans: {series}."
    )
