"""A VEN that hands in what events ask to be reported, at our VTN: when it is due, once, late, or not any more."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import vtn_served

from gridtide.sources.openadr.access import Access, Patience
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.handing_in import Reporter
from gridtide.sources.openadr.ven import Ven
from gridtide.sources.report_table import ReportTable
from gridtide.testing.openadr import AGREEMENT

serving, served = vtn_served.serving, vtn_served.served

HEAD = "start,end,resource,power_kw,baseline_kw,shed_kw,state\n"
QUARTERS = "".join(
    f"2026-11-22T{9 + at // 4:02}:{at % 4 * 15:02}:00Z,2026-11-22T{9 + (at + 1) // 4:02}:{(at + 1) % 4 * 15:02}:00Z,"
    f"{hall},{60 + at},100,{20 + at},{'RUNNING_CURTAILED' if at < 4 else 'RUNNING_NORMAL'}\n"
    for hall in ("hall 1", "hall 2")
    for at in range(12)
)


class Fails(httpx2.BaseTransport):
    """Passes requests on; of reports it loses the request, or the answer, as often as it is told to."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self.inner = inner
        self.lost_requests = self.lost_answers = 0
        self.posts = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """An answer, or a line that broke before or after it was made."""
        is_report = request.method == "POST" and request.url.path == "/reports"
        if is_report and self.lost_requests:
            self.lost_requests -= 1
            return httpx2.Response(503, request=request)
        answer = self.inner.handle_request(request)
        self.posts += is_report
        if is_report and self.lost_answers:
            self.lost_answers -= 1
            raise httpx2.ReadTimeout("no answer", request=request)
        return answer


@pytest.fixture
def line(served: Any) -> Fails:
    """What lies between VEN and VTN."""
    return Fails(served.web._transport)


Reporting = Callable[..., Reporter]


@pytest.fixture
def reporting(served: Any, line: Fails, tmp_path: Path) -> Iterator[Reporting]:
    """Makes a reporter over a table; a second one is what stands after a restart."""
    made: list[Connection] = []
    table = tmp_path / "site.csv"
    table.write_text(HEAD + QUARTERS)

    def reporter(**said: Any) -> Reporter:
        access = Access(
            url="http://testserver",
            client_id="ven-a",
            client_secret=vtn_served.SECRETS["ven-a"],
            plain_http=True,
        )
        connection = Connection(access, served.clock, Patience(first_wait_s=0.01), line)
        made.append(connection)
        ven = Ven(connection=connection, agreement=AGREEMENT, name="north", targets=("a",))
        ven.poll()
        return Reporter(ven=ven, figures=ReportTable(path=table, resource="north").read, **said)

    yield reporter
    for connection in made:
        connection.close()


def asking(served: Any, *descriptors: dict[str, object], hours: int = 2) -> dict[str, Any]:
    """An event of some hours from 09:00 that asks for reports."""
    operator = served.party("operator")
    program = operator.make("/programs", programName="metering")
    event: dict[str, Any] = operator.make(
        "/events",
        programID=program["id"],
        intervalPeriod={"start": "2026-11-22T09:00:00Z", "duration": "PT1H"},
        intervals=[
            {"id": at, "payloads": [{"type": "SIMPLE", "values": [0]}]} for at in range(hours)
        ],
        reportDescriptors=list(descriptors),
    )
    return event


def told(served: Any) -> list[tuple[str, str, list[list[object]]]]:
    """What business logic finds: type, resource and the values of each interval, of every report."""
    return [
        (
            report["reportName"].split()[0],
            resource["resourceName"],
            [
                [value for one in interval["payloads"] for value in one["values"]]
                for interval in resource["intervals"]
            ],
        )
        for report in served.party("operator").list("/reports")
        for resource in report["resources"]
    ]


HOURLY = {"numIntervals": 1, "startInterval": 0, "frequency": 1, "repeat": 2}


def test_reports_are_handed_in_on_the_schedule_that_the_event_asks_for(
    served: Any, reporting: Reporting
) -> None:
    """Usage by the hour, a baseline of all at the end, what could be shed ahead, states; each at its own time."""
    asking(
        served,
        {"payloadType": "USAGE", "units": "KWH", "aggregate": True, **HOURLY},
        {"payloadType": "BASELINE"},
        {"payloadType": "LOAD_SHED_DELTA_AVAILABLE", "historical": False, "aggregate": True},
        {"payloadType": "OPERATING_STATE", **HOURLY},
    )
    reporter = reporting()
    counts = []
    for _ in range(3):
        counts.append(len(reporter.hand_in().reports))
        assert reporter.hand_in().reports == (), "nothing twice"
        served.later(timedelta(hours=1))
    assert counts == [1, 2, 3]
    found = told(served)
    assert ("LOAD_SHED_DELTA_AVAILABLE", "AGGREGATED_REPORT", [[40.0, "OK"], [48.0, "OK"]]) in found
    assert ("USAGE", "AGGREGATED_REPORT", [[123.0, "OK"]]) in found
    assert ("USAGE", "AGGREGATED_REPORT", [[131.0, "OK"]]) in found
    assert ("BASELINE", "hall 2", [[100.0, "OK"], [100.0, "OK"]]) in found
    assert ("OPERATING_STATE", "hall 1", [["RUNNING_CURTAILED"]]) in found
    assert ("OPERATING_STATE", "hall 1", [["RUNNING_NORMAL"]]) in found
    assert reporter.next_s(10**10) == 10**10


def test_the_next_report_is_waited_for_to_the_second(served: Any, reporting: Reporting) -> None:
    """Between two polls too."""
    asking(served, {"payloadType": "USAGE", **HOURLY})
    reporter = reporting()
    far_s = int(served.clock.now().timestamp()) + 86_400
    assert reporter.next_s(far_s) == int(served.clock.now().timestamp()) + 3600


def test_a_report_whose_sending_failed_is_sent_later_and_ever_less_often(
    served: Any, reporting: Reporting, line: Fails
) -> None:
    """Waits double from 15 s; the fault is said once; nothing is lost."""
    asking(served, {"payloadType": "USAGE", "aggregate": True, **HOURLY})
    reporter = reporting()
    served.later(timedelta(hours=1))
    line.lost_requests = 3
    waits, faults = [], []
    for _ in range(3):
        now_s = int(served.clock.now().timestamp())
        faults.append(len(reporter.hand_in().findings))
        assert reporter.hand_in().reports == (), "not before its time"
        waits.append(reporter.next_s(now_s + 3000) - now_s)
        served.later(timedelta(seconds=waits[-1]))
    assert (waits, faults) == ([15, 30, 60], [1, 0, 0])
    assert len(reporter.hand_in().reports) == 1
    assert told(served) == [("USAGE", "AGGREGATED_REPORT", [[123.0, "OK"]])]


def test_a_report_is_never_doubled_by_an_answer_that_was_lost_or_by_a_restart(
    served: Any, reporting: Reporting, line: Fails
) -> None:
    """What the VTN has already is asked for before it is sent again."""
    asking(served, {"payloadType": "USAGE", "aggregate": True, **HOURLY})
    reporter = reporting()
    served.later(timedelta(hours=1))
    line.lost_answers = 1
    assert len(reporter.hand_in().findings) == 1
    served.later(timedelta(minutes=1))
    assert reporter.hand_in().reports == ()
    again = reporting()
    assert again.hand_in().reports == ()
    assert line.posts == len(told(served)) == 1
    served.later(timedelta(hours=1))
    assert len(again.hand_in().reports) == 1, "what is late is made up for"


def test_a_deleted_event_ends_its_reports(served: Any, reporting: Reporting) -> None:
    """Those not yet handed in are not any more."""
    event = asking(served, {"payloadType": "USAGE", **HOURLY, "repeat": -1})
    reporter = reporting()
    served.later(timedelta(hours=1))
    assert len(reporter.hand_in().reports) == 1
    served.party("operator").ask("DELETE", f"/events/{event['id']}")
    served.later(timedelta(hours=1))
    reporter.ven.poll()
    assert reporter.hand_in().reports == ()


def test_figures_that_are_late_are_waited_for_and_then_told_as_missing(
    served: Any, reporting: Reporting
) -> None:
    """Five minutes unless it is said otherwise; never a number that nobody measured."""
    asking(served, {"payloadType": "USAGE", "aggregate": True, **HOURLY, "repeat": 9}, hours=9)
    reporter = reporting(wait_s=300)
    served.later(timedelta(hours=4))
    assert len(reporter.hand_in().reports) == 3, "the fourth hour is in no row yet"
    served.later(timedelta(minutes=4))
    assert reporter.hand_in().reports == ()
    served.later(timedelta(minutes=1))
    assert len(reporter.hand_in().reports) == 1
    assert told(served)[-1] == ("USAGE", "AGGREGATED_REPORT", [["MISSING"]])


def test_what_the_site_does_not_report_is_said_once_and_the_rest_goes_on(
    served: Any, reporting: Reporting
) -> None:
    """An unknown type, another unit, a column that is not there."""
    asking(
        served,
        {"payloadType": "STORAGE_CHARGE_LEVEL"},
        {"payloadType": "USAGE", "units": "THERMS"},
        {"payloadType": "UP_REGULATION_AVAILABLE"},
        {"payloadType": "DEMAND"},
    )
    reporter = reporting(wait_s=0)
    served.later(timedelta(hours=2))
    first, second = reporter.hand_in(), reporter.hand_in()
    assert (len(first.reports), len(first.findings)) == (1, 3)
    assert second.reports == () and second.findings == ()


def test_only_resources_that_carry_a_target_of_the_descriptor_are_reported(
    served: Any, reporting: Reporting
) -> None:
    """Targets of resources are the operator's to write."""
    asking(served, {"payloadType": "DEMAND", "targets": ["cooled by air"]})
    reporter = reporting()
    node = reporter.ven.register()
    made = reporter.ven.register_resource(node, "hall 2")
    reporter.ven.register_resource(node, "hall 1")
    body = {
        "objectType": "BL_RESOURCE_REQUEST",
        "clientID": "ven-a",
        "resourceName": "hall 2",
        "venID": node.id,
        "targets": ["cooled by air"],
    }
    answer = served.party("operator").ask("PUT", f"/resources/{made.id}", body)
    assert answer.status_code == 200, answer.text
    served.later(timedelta(hours=2))
    assert len(reporter.hand_in().reports) == 1
    assert [resource for _, resource, _ in told(served)] == ["hall 2"]


def test_a_forecast_of_usage_is_told_before_its_first_interval(
    served: Any, reporting: Reporting, tmp_path: Path
) -> None:
    """`historical: false` asks for what is to come, from the column of the forecast."""
    rows = "start,end,forecast_kw\n2026-11-22T09:00:00Z,2026-11-22T11:00:00Z,80\n"
    (tmp_path / "site.csv").write_text(rows)
    asking(served, {"payloadType": "USAGE", "historical": False})
    (tmp_path / "site.csv").write_text(rows)
    reporter = reporting()
    (tmp_path / "site.csv").write_text(rows)
    (report,) = reporter.hand_in().reports
    assert report.payload_descriptors is not None
    assert report.payload_descriptors[0].reading_type == "FORECAST"
    assert told(served) == [("USAGE", "north", [[80.0, "OK"], [80.0, "OK"]])]


def test_a_table_that_is_just_being_written_hands_nothing_in_and_is_read_again(
    served: Any, reporting: Reporting, tmp_path: Path
) -> None:
    """Its fault is said, and nothing half is told."""
    asking(served, {"payloadType": "USAGE", **HOURLY})
    reporter = reporting()
    served.later(timedelta(hours=1))
    whole = (tmp_path / "site.csv").read_text()
    (tmp_path / "site.csv").write_text(HEAD)
    first = reporter.hand_in()
    assert first.reports == () and len(first.findings) == 1
    (tmp_path / "site.csv").write_text(whole)
    assert len(reporter.hand_in().reports) == 1
