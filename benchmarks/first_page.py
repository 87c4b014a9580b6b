"""How long from starting `gridtide serve --demo` to its first page, and to the first frame of its feed.

    python benchmarks/first_page.py [--times 5]

Prints one JSON document, medians over the starts. Exit 1 where the page takes more than 3 s.
"""

import argparse
import json
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
    page_s, frame_s = (statistics.median(one) for one in zip(*found, strict=True))
    told = {
        "starts": asked.times,
        "page_s": round(page_s, 2),
        "page_max_s": round(max(one for one, _ in found), 2),
        "frame_s": round(frame_s, 2),
        "target_s": TARGET_S,
    }
    print(json.dumps(told, indent=2))
    sys.exit(0 if page_s <= TARGET_S else 1)


def started() -> tuple[float, float]:
    """Seconds from the start of the process to the page, and to a frame with its sites."""
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
            page_s = time.monotonic() - begun_s
            _wait_for_frame(url, token)
            return page_s, time.monotonic() - begun_s
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for_frame(url: str, token: str) -> None:
    asked = urllib.request.Request(f"{url}/api/feed", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        for line in answer:
            if line.startswith(b"data: ") and b'"sites"' in line:
                return


if __name__ == "__main__":
    main()
