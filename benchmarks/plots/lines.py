"""A model as a line, and reference figures as dots that say how far the model is from them."""

from collections.abc import Callable, Sequence

import numpy as np
from svg import Series

Vectors = Sequence[tuple[float, float]]
Model = Callable[[float], float]


def dots(vectors: Vectors, model: Model, name: str, colour: int, legend: str = "") -> Series:
    """Reference figures; prints how far the model is from them. legend: what the picture calls them, if anything."""
    off = max(abs(model(x) / y - 1.0) for x, y in vectors)
    print(f"{name}: {len(vectors)} vectors, at most {100 * off:.2f} % off")
    xs, ys = [x for x, _ in vectors], [y for _, y in vectors]
    return Series(x=xs, y=ys, name=legend, kind="dots", colour=colour)


def line(low: float, high: float, model: Model, name: str, colour: int) -> Series:
    """The model over a range."""
    fine = np.linspace(low, high, 121).tolist()
    return Series(x=fine, y=[model(x) for x in fine], name=name, colour=colour)
