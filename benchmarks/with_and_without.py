"""A case without something and with it, policy by policy: what that something saves."""

import argparse
from collections.abc import Callable
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.simulate.study import Study

Row = Callable[[Study, str, str], float]
"""Run a study, named so, by a policy; print a line; give the cost."""


def compare(
    doc: str, without: Callable[[Study], Study], names: tuple[str, str], what: str, row: Row
) -> None:
    """Ask for a case and policies, run it without and with, at once and by each policy, and print what is saved.

    doc: what the command is for, in its first line. names: of a line without and with.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--policies", default="coordinated,perfect-foresight")
    options = parser.parse_args()
    study = load_case(options.case)
    plain = without(study)
    row(plain, names[0], "run-at-once")
    for policy in options.policies.split(","):
        before, after = row(plain, names[0], policy), row(study, names[1], policy)
        print(
            f"{policy}: {what} save {before - after:,.2f} {study.currency}, {1 - after / before:.2%}"
        )
