"""Do devices that are told single acts lead to the same decisions as the twin? Digest for digest, over whole cases.

    python benchmarks/live_and_twin.py [CASE …] [--days N]

Each case (the bundled week and some of examples/) once in the twin and once by a
control room over simulated devices on a driven clock. A row a case: decisions of both, how many are equal, acts told.
"""

import argparse
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.testing.two_worlds import both_worlds

ROOT = Path(__file__).parents[1]
CASES = (
    ROOT / "src" / "gridtide" / "case" / "demo" / "case.toml",
    ROOT / "examples" / "elastic_two_sites.toml",
    ROOT / "examples" / "events.toml",
    ROOT / "examples" / "plants.toml",
    ROOT / "examples" / "cold_store.toml",
)


def main() -> None:
    """A row a case; ends with 1 where any decision differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", type=Path, default=CASES)
    parser.add_argument("--days", type=float, default=None)
    asked = parser.parse_args()
    print("case,decisions_twin,decisions_live,equal,first_difference,acts,chain_whole")
    differs = False
    for path in asked.case:
        study = load_case(path)
        steps = (
            None
            if asked.days is None
            else round(asked.days * 86_400 / (study.timeline.step_s or 1))
        )
        found = both_worlds(study, steps)
        equal = sum(one == other for one, other in zip(found.twin, found.live, strict=False))
        cells = (
            study.name,
            len(found.twin),
            len(found.live),
            equal,
            found.first_difference or "none",
        )
        acts = " ".join(f"{count} {fate}" for fate, count in sorted(found.acts.items()))
        print(*cells, acts, "yes" if found.whole else "no", sep=",", flush=True)
        differs |= found.first_difference is not None
    raise SystemExit(int(differs))


if __name__ == "__main__":
    main()
