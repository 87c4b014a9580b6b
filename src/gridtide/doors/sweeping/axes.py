"""What a sweep goes over, from the command line."""

import re
import tomllib
from functools import partial

from gridtide.finding import BadInput, Finding, Gathered
from gridtide.simulate.sweep import Axis, Value, count_of

MOST = 1_000_000
RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?::(\d+))?")
FORM = "KEY=VALUE,VALUE,… or KEY=FIRST..LAST or KEY=FIRST..LAST:STEP"


def axes_of(texts: tuple[str, ...]) -> tuple[Axis, ...]:
    """The axes of `--over`, each once and at most a million tasks in all. Raises BadInput with every fault."""
    faults = Gathered()
    read = (faults.of(partial(_axis, text)) for text in texts)
    found = [axis for axis in read if axis is not None]
    names = [axis.name for axis in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults.findings.extend(
        Finding(
            subject=f"--over {name}",
            value="stands twice",
            limit="each key once",
            mend="Name all its values at one place.",
        )
        for name in twice
    )
    if not texts:
        faults.findings.append(
            Finding(subject="--over", value="is missing", limit=FORM, mend="Say what to go over.")
        )
    count = count_of(tuple(found))
    if count > MOST:
        faults.findings.append(
            Finding(
                subject="--over",
                value=f"{count:,} tasks",
                limit=f"at most {MOST:,}",
                mend="Take fewer values, or several sweeps.",
            )
        )
    faults.refuse_if_any()
    return tuple(found)


def _axis(text: str) -> Axis:
    name, equals, told = text.partition("=")
    name = name.strip()
    if not (name and equals and told.strip()):
        raise BadInput([_fault(text, text)])
    match = RANGE.fullmatch(told.strip())
    values = _counted(name, match) if match else tuple(_value(one) for one in _divided(told))
    if len(set(map(repr, values))) < len(values):
        raise BadInput([_fault(name, f"{told} names a value twice")])
    return Axis(name=name, values=values)


def _counted(name: str, match: re.Match[str]) -> tuple[Value, ...]:
    first, last, step = int(match[1]), int(match[2]), int(match[3] or 1)
    if step < 1 or last < first:
        raise BadInput([_fault(name, match[0])])
    if (last - first) // step >= MOST:
        raise BadInput([_fault(name, f"{match[0]} is over {MOST:,} values")])
    return tuple(range(first, last + 1, step))


def _divided(told: str) -> list[str]:
    """The values of a list, commas within brackets and quotes left alone: names of policies have settings."""
    parts, depth, quoted = [""], 0, False
    for sign in told:
        quoted ^= sign == '"'
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth <= 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _value(text: str) -> Value:
    """As TOML reads it; what is none there is a name."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value if isinstance(value, bool | int | float | str) else text


def _fault(name: str, value: str) -> Finding:
    return Finding(subject=f"--over {name}", value=value, limit=FORM, mend="Correct it.")
