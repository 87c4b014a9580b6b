"""What each service to the grid gained through a year, week by week, from the folder that is_it_worth.py keeps.

    python benchmarks/plots/services_year.py FOLDER [--out docs/images/services-year.svg]

Prints the weeks that gained most of each service; draws what each gained until then.
"""

import argparse
import json
from itertools import accumulate, pairwise
from pathlib import Path

from svg import Chart, Series, picture


def net(course: dict[str, dict[str, float]]) -> float:
    """Everything that a course cost less everything that it earned, as is_it_worth.py counts it."""
    inside = sum(sum(course[part].values()) for part in ("delay", "lost"))
    return sum(course["paid"].values()) - sum(course["earned"].values()) + course["wear"] + inside  # type: ignore[operator]


def main() -> None:
    """Read, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images/services-year.svg"))
    asked = parser.parse_args()
    files = sorted(asked.folder.glob("week-*.json"))
    weeks = [json.loads(path.read_text())["courses"] for path in files]
    numbers = [int(path.name[5:7]) + 1 for path in files]
    series = []
    for colour, (before, name) in enumerate(pairwise(weeks[0])):
        gained = [net(week[before]) - net(week[name]) for week in weeks]
        best = max(range(len(gained)), key=lambda one: gained[one])
        print(f"{name}: {sum(gained):,.0f} AUD, {gained[best]:,.0f} of it in week {numbers[best]}")
        told = [value / 1000.0 for value in accumulate(gained)]
        series.append(Series(x=numbers, y=told, name=name, colour=colour))
    charts = [
        Chart(
            title=title, across="week of the year", up="thousand AUD until then", series=some, lowest_up=lowest,
        )
        for title, some, lowest in (
            ("Gained from energy and its charges", series[:3], -100.0),
            ("Gained further from what the grid pays for", series[3:], -50.0),
        )
    ]  # fmt: skip
    asked.out.write_text(picture(charts))


if __name__ == "__main__":
    main()
