"""Made-up objects of OpenADR for tests: an event, a program and an agreement with only what matters said."""

from gridtide.timeline import instant
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.programs import Program

AGREEMENT = Agreement(site="north", zone="Z", seed="ven-1", most_kw=1_000_000.0)


def written_at(at_s: int) -> str:
    """An instant as the wire writes it."""
    return instant(at_s).isoformat().replace("+00:00", "Z")


def event_of(
    payload_type: str,
    *values: object,
    start: str | None = None,
    duration: str | None = "PT1H",
    id: str = "event-1",
    modified: str = "2026-11-22T00:00:00Z",
    **said: object,
) -> Event:
    """An event of one payload type: each value an interval; a list is several values of one interval."""
    period = {"start": start, "duration": duration}
    event: dict[str, object] = {
        "id": id,
        "createdDateTime": "2026-11-22T00:00:00Z",
        "modificationDateTime": modified,
        "objectType": "EVENT",
        "programID": "program-1",
        "intervalPeriod": {key: value for key, value in period.items() if value is not None},
        "intervals": [
            {
                "id": number,
                "payloads": [
                    {
                        "type": payload_type,
                        "values": value if isinstance(value, list) else [value],
                    }
                ],
            }
            for number, value in enumerate(values)
        ],
    }
    return Event.model_validate(event | said)


def program_of(id: str = "program-1", **said: object) -> Program:
    """A program with what is said of it."""
    program: dict[str, object] = {
        "id": id,
        "createdDateTime": "2026-11-22T00:00:00Z",
        "modificationDateTime": "2026-11-22T00:00:00Z",
        "objectType": "PROGRAM",
        "programName": id,
    }
    return Program.model_validate(program | said)
