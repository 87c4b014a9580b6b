"""The feed, the metrics and the paths of the Carbon Aware SDK as the service has them, behind its guard."""

import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from api_served import served
from room_stand_in import StandIn
from service_process import service

from gridtide.loop.room import Frame

TUESDAY = datetime(2026, 3, 3, 4, tzinfo=UTC)


class InMarch(StandIn):
    """A room whose loop is in the bundled week, whatever the clock on the wall says."""

    def newest(self) -> Frame:
        """What is so then."""
        return Frame(number=3, at=TUESDAY, values={"sites": []})


def test_what_is_expected_is_so_from_the_instant_of_the_loop_on() -> None:
    """A week that is lived fast, or long ago, is asked at its own instant, not at that of the wall."""
    with served(InMarch()) as here:
        answer = here.get("/emissions/forecasts/current?location=Nantong&windowSize=60")
        assert answer.status_code == 200
        assert answer.json()[0]["generatedAt"] == TUESDAY.isoformat()
        newest = here.get("/emissions/bylocation?location=Nantong").json()
        assert newest[0]["time"] == "2026-03-03T03:45:00+00:00"
        assert here.get("/emissions/bylocation?location=Nantong", who="").status_code == 401


def test_who_listens_when_the_service_ends_is_told(tmp_path: Path) -> None:
    """By a signal: the end is an event, the answer is complete, and nothing is an error."""
    with service(tmp_path) as here:
        here.wait_until_ready()
        asked = urllib.request.Request(
            f"{here.url}/api/feed", headers={"Authorization": f"Bearer {here.tokens['viewer']}"}
        )
        with urllib.request.urlopen(asked) as answer:
            heard = [answer.readline() for _ in range(3)]
            rest: list[bytes] = []
            reads = threading.Thread(target=lambda: rest.append(answer.read()))
            reads.start()
            assert here.ended() == 0
            reads.join()
        assert heard[1] == b"event: frame\n"
        assert rest[0].endswith(b'event: end\ndata: {"reason":"the service stops"}\n\n')
        assert [line for line in here.log if line["level"] == "error"] == []
