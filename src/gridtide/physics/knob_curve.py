"""Speed or power of an accelerator under a measured knob: a cap in watts or a locked clock in megahertz."""


def at_setting(setting: float, settings: tuple[float, ...], values: tuple[float, ...]) -> float:
    """A measured value at a setting of a knob, straight between what was measured, in the unit of `values`.

    settings: rising, one or more, [W] or [MHz]. Below the lowest and above the highest the end value stands: nothing
    is drawn out further, and a cliff stays as steep as it was measured. `setting_covers` says where that is.
    Reference: the sweeps in tests/sources/test_knob_curves.py.
    """
    if setting <= settings[0]:
        return values[0]
    for index in range(1, len(settings)):
        if setting <= settings[index]:
            share = (setting - settings[index - 1]) / (settings[index] - settings[index - 1])
            return values[index - 1] + share * (values[index] - values[index - 1])
    return values[-1]


def setting_covers(setting: float, settings: tuple[float, ...]) -> bool:
    """Whether a setting [W] or [MHz] lies within the rising settings that were measured."""
    return settings[0] <= setting <= settings[-1]
