"""Plain pictures of measurement and model: dots, lines, axes with units. Used by the scripts beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 34, 46
LEGEND_LINE = 15
COLOURS = ("#1f6feb", "#d1642b", "#2e8b57", "#8250c4", "#b8860b", "#c2255c")
INK, FAINT = "#333", "#e3e3e3"
TICKS = 5


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points of one colour: measured ones as dots, a model as a line. A series without a name stands in no legend."""

    x: Sequence[float]
    y: Sequence[float]
    name: str = ""
    kind: Literal["dots", "line", "dashes"] = "line"
    colour: int = 0


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One pair of axes. across, up: what they show, with unit. lowest_up: where the upward axis begins."""

    title: str
    across: str
    up: str
    series: Sequence[Series]
    lowest_up: float | None = None
    legend: Literal["low", "high"] = "low"


def picture(charts: Sequence[Chart], columns: int = 2) -> str:
    """Charts side by side as one SVG."""
    rows = math.ceil(len(charts) / columns)
    wide, high = columns * WIDTH, rows * HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
        f' font-family="system-ui, sans-serif" font-size="11" fill="{INK}">',
        f'<rect width="{wide}" height="{high}" fill="#fff"/>',
    ]
    for number, chart in enumerate(charts):
        row, column = divmod(number, columns)
        parts.append(f'<g transform="translate({column * WIDTH},{row * HEIGHT})">')
        parts += _drawn(chart)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about five steps."""
    rough = (high - low) / TICKS or 1.0
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * many for many in (1.0, 2.0, 2.5, 5.0, 10.0) if size * many >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _drawn(chart: Chart) -> list[str]:
    xs = [x for one in chart.series for x in one.x]
    ys = [y for one in chart.series for y in one.y]
    low = min(ys) if chart.lowest_up is None else chart.lowest_up
    across, up = ticks(min(xs), max(xs)), ticks(low, max(ys))

    def at_x(x: float) -> float:
        return LEFT + (x - across[0]) / (across[-1] - across[0]) * (WIDTH - LEFT - RIGHT)

    def at_y(y: float) -> float:
        return HEIGHT - BOTTOM - (y - up[0]) / (up[-1] - up[0]) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<text x="{LEFT}" y="18" font-size="13" font-weight="600">{escape(chart.title)}</text>'
    ]
    for x in across:
        parts.append(_line((at_x(x), at_y(up[0])), (at_x(x), at_y(up[-1]))))
        parts.append(_text(at_x(x), HEIGHT - BOTTOM + 15, f"{x:g}", "middle"))
    for y in up:
        parts.append(_line((at_x(across[0]), at_y(y)), (at_x(across[-1]), at_y(y))))
        parts.append(_text(LEFT - 6, at_y(y) + 4, f"{y:g}", "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, chart.across, "middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text transform="translate(14,{middle:.1f}) rotate(-90)" text-anchor="middle">{escape(chart.up)}</text>'
    )
    for one in chart.series:
        points = [(at_x(x), at_y(y)) for x, y in zip(one.x, one.y, strict=True)]
        parts += _points(one, points)
    return parts + _legend(chart)


def _points(one: Series, points: Sequence[tuple[float, float]]) -> list[str]:
    colour = COLOURS[one.colour % len(COLOURS)]
    if one.kind == "dots":
        return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in points]
    dashed = ' stroke-dasharray="5 4"' if one.kind == "dashes" else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dashed}/>']


def _legend(chart: Chart) -> list[str]:
    """Names inside the axes, at the right: low where curves rise, high where they fall."""
    named = [one for one in chart.series if one.name]
    first = TOP + 12 if chart.legend == "high" else HEIGHT - BOTTOM - 8 - LEGEND_LINE * (len(named) - 1)  # fmt: skip
    parts = []
    for number, one in enumerate(named):
        y = first + LEGEND_LINE * number
        sample = [(WIDTH - RIGHT - 24.0, y - 4.0), (WIDTH - RIGHT - 8.0, y - 4.0)]
        parts += _points(one, sample[:1] if one.kind == "dots" else sample)
        parts.append(_text(WIDTH - RIGHT - 30, y, one.name, "end"))
    return parts


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
        f' stroke="{FAINT}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
