"""Which flags of `gridtide study` go together: one question a call."""

from collections.abc import Mapping

from gridtide.finding import Finding

FILE = "a .toml file"
OF: Mapping[str, tuple[str, ...]] = {
    FILE: (),
    "--modes": ("--fleet", "--out", "--report", "--export"),
    "--year": ("--bus", "--connection", "--flex"),
}
"""What each question may be asked with, beside --page and --json."""
OF_ONE_MOMENT = ("--bus", "--short-circuit")


def odd_flags(given: Mapping[str, bool]) -> list[Finding]:
    """What is at fault with flags that stand together. given: each flag, and whether it stands there."""
    stand = [name for name, is_given in given.items() if is_given]
    asked = [name for name in stand if name in OF]
    if len(asked) > 1:
        return [
            Finding(
                subject=" and ".join(asked),
                value="are asked at once",
                limit="one question a call",
                mend="Ask one after the other.",
            )
        ]
    fits = OF[asked[0]] if asked else OF_ONE_MOMENT
    beyond = [name for name in stand if name not in (*asked, *fits)]
    if not beyond:
        return []
    if asked:
        value, mend = f"not with {asked[0]}", "Ask in a command of its own."
    else:
        leads = next(name for name, flags in OF.items() if beyond[0] in flags)
        value, mend = f"stands without {leads}", f"Write {leads} beside it."
    return [
        Finding(subject=", ".join(beyond), value=value, limit="flags of one question", mend=mend)
    ]
