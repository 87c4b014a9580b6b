"""Numbers of options: `nan` and `inf` compare as no number does, so no limit would ever hold them back."""

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A finite number within its range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; a usage error where it is none, not finite, or outside."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number
