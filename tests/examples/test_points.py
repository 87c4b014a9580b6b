"""The benchmark of operating points, on two days of its example."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_points_prints_what_they_save(tmp_path: Path) -> None:
    """With and without them, promises alike, and work is done at a slower point."""
    text = (ROOT / "examples" / "slower_work.toml").read_text()
    short = text.replace("end = 2026-03-06T", "end = 2026-03-04T").replace(
        "count = 160", "count = 40"
    )
    (tmp_path / "short.toml").write_text(short)
    words = [sys.executable, "benchmarks/points.py", str(tmp_path / "short.toml")]
    done = subprocess.run(
        [*words, "--policies", "coordinated"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert [row.split()[0] for row in rows] == [
        *["run-at-once"],
        *["coordinated"] * 2,
        "coordinated:",
    ]
    assert all("missed 0" in row for row in rows[:3])
    assert "full 100%" in rows[1] and "250 W" in rows[2]
    assert "points save " in rows[3] and "-" not in rows[3]
