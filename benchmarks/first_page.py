"""How long from starting `gridtide serve --demo` to its first page, and to the first frame of its feed.

    python benchmarks/first_page.py [--times 5]

Prints one JSON document, medians over the starts; beside seconds on the wall those of processors (page_cpu_s,
frame_cpu_s), which a busy machine changes little. Exit 1 where the page takes more than 3 s.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request

TARGET_S = 3.0


def main() -> None:
    """Start, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    found = [started() for _ in range(asked.times)]
    medians = [statistics.median(one) for one in zip(*found, strict=True)]
    page_s, page_cpu_s, frame_s, frame_cpu_s = medians
    told = {
        "starts": asked.times,
        "page_s": round(page_s, 2),
        "page_max_s": round(max(one[0] for one in found), 2),
        "page_cpu_s": round(page_cpu_s, 2),
        "frame_s": round(frame_s, 2),
        "frame_cpu_s": round(frame_cpu_s, 2),
        "target_s": TARGET_S,
    }
    print(json.dumps(told, indent=2))
    sys.exit(0 if page_s <= TARGET_S else 1)


def started() -> tuple[float, float, float, float]:
    """Seconds from the start of the process to the page, on the wall and of processors, and to a frame with its
    sites."""
    begun_s = time.monotonic()
    words = [sys.executable, "-u", "-m", "gridtide", "serve", "--demo", "--port", "0"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            token = process.stdout.readline().strip().partition("#token=")[2]
            with urllib.request.urlopen(f"{url}/", timeout=60) as answer:
                assert answer.status == 200 and b"<html" in answer.read()
            page = time.monotonic() - begun_s, _cpu_s(process.pid)
            _wait_for_frame(url, token)
            return *page, time.monotonic() - begun_s, _cpu_s(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _cpu_s(pid: int) -> float:
    """Seconds of processors that a process has had."""
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _wait_for_frame(url: str, token: str) -> None:
    asked = urllib.request.Request(f"{url}/api/feed", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        for line in answer:
            if line.startswith(b"data: ") and b'"sites"' in line:
                return


if __name__ == "__main__":
    main()
