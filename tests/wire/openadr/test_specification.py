"""The codec has every field of the official document, and no other."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gridtide.wire.openadr import (
    events,
    notifications,
    notifiers,
    problems,
    programs,
    reports,
    resources,
    subscriptions,
    text,
    tokens,
    values,
    vens,
)

HERE: dict[str, Any] = {
    "program": programs.Program,
    "programRequest": programs.ProgramRequest,
    "report": reports.Report,
    "reportRequest": reports.ReportRequest,
    "event": events.Event,
    "eventRequest": events.EventRequest,
    "subscription": subscriptions.Subscription,
    "subscriptionRequest": subscriptions.SubscriptionRequest,
    "ven": vens.Ven,
    "BlVenRequest": vens.BlVenRequest,
    "VenVenRequest": vens.VenVenRequest,
    "resource": resources.Resource,
    "BlResourceRequest": resources.BlResourceRequest,
    "VenResourceRequest": resources.VenResourceRequest,
    "interval": values.Interval,
    "intervalPeriod": values.IntervalPeriod,
    "valuesMap": values.ValuesMap,
    "point": values.Point,
    "eventPayloadDescriptor": values.EventPayloadDescriptor,
    "reportPayloadDescriptor": values.ReportPayloadDescriptor,
    "reportDescriptor": values.ReportDescriptor,
    "notification": notifications.Notification,
    "clientCredentialRequest": tokens.TokenRequest,
    "clientCredentialResponse": tokens.TokenAnswer,
    "authError": tokens.TokenRefusal,
    "authServerInfo": tokens.TokenServer,
    "problem": problems.Problem,
    "notifiersResponse": notifiers.Notifiers,
    "mqttNotifierBindingObject": notifiers.MqttNotifier,
    "mqttNotifierAuthenticationAnonymous": notifiers.Anonymous,
    "mqttNotifierAuthenticationOauth2BearerToken": notifiers.BearerToken,
    "mqttNotifierAuthenticationCertificate": notifiers.Certificate,
    "notifierOperationsTopics": notifiers.OperationTopics,
    "notifierTopicsResponse": notifiers.NotifierTopics,
}
MERELY_CHOICES = {"venRequest", "resourceRequest", "objectMetadata"}


@pytest.fixture(scope="module")
def schemas(data_dir: Path) -> dict[str, Any]:
    """The schemas of the official document, which lies beside the data."""
    document = yaml.safe_load((data_dir.parent / "openadr" / "openadr3.yaml").read_text())
    return dict(document["components"]["schemas"])


def _fields(schemas: dict[str, Any], schema: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Names of all properties and of the required ones, parents' too."""
    known, needed = set(schema.get("properties", {})), set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        whole = schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        more_known, more_needed = _fields(schemas, whole)
        known, needed = known | more_known, needed | more_needed
    return known, needed


@pytest.mark.real
def test_every_object_of_the_document_is_there(schemas: dict[str, Any]) -> None:
    """An object that a later edition adds would show here."""
    objects = {name for name, schema in schemas.items() if schema.get("type", "object") == "object"}
    assert objects - MERELY_CHOICES == set(HERE)


@pytest.mark.real
@pytest.mark.parametrize("name", sorted(HERE))
def test_an_object_has_the_fields_of_the_document(schemas: dict[str, Any], name: str) -> None:
    """All of them, no other, and what a writer must give is what must be given here."""
    known, needed = _fields(schemas, schemas[name])
    fields = HERE[name].model_fields
    here = {field.alias or key: field for key, field in fields.items()}
    assert set(here) == known
    required = {key for key, field in here.items() if field.is_required()}
    assert needed - {"objectType"} <= required <= needed


@pytest.mark.real
def test_the_letters_of_durations_and_scopes_are_those_of_the_document(
    schemas: dict[str, Any], data_dir: Path
) -> None:
    """The pattern of a duration and the names of the scopes."""
    assert text.DURATION.pattern.replace(r"\Z", "$") == schemas["duration"]["pattern"]
    document = yaml.safe_load((data_dir.parent / "openadr" / "openadr3.yaml").read_text())
    flow = document["components"]["securitySchemes"]["oAuth2ClientCredentials"]["flows"]
    assert set(tokens.SCOPES) == set(flow["clientCredentials"]["scopes"])
