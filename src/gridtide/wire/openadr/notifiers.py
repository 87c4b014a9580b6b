"""Notifiers: by which ways a VTN tells of changes, and under which topics."""

from typing import Annotated, Literal

from pydantic import Field, StrictStr

from gridtide.wire.openadr.text import Truth, Unsaid, Uri, Wire


class Anonymous(Wire):
    """A broker that asks nobody who they are."""

    method: Literal["ANONYMOUS"]


class BearerToken(Wire):
    """A broker that takes the token of the VTN as password. username: a text, or `{clientID}`."""

    method: Literal["OAUTH2_BEARER_TOKEN"]
    username: StrictStr


class Certificate(Wire):
    """A broker that asks for a certificate; all three texts are in PEM."""

    method: Literal["CERTIFICATE"]
    ca_cert: StrictStr
    client_cert: StrictStr
    client_key: StrictStr


class MqttNotifier(Wire):
    """Where an MQTT broker is and how to speak with it."""

    uris: Annotated[tuple[Uri, ...], Field(alias="URIS")]
    serialization: Literal["JSON"]
    authentication: Annotated[Anonymous | BearerToken | Certificate, Field(discriminator="method")]


class Notifiers(Wire):
    """The ways there are."""

    webhook: Annotated[Truth, Field(alias="WEBHOOK")]
    mqtt: Annotated[Unsaid[MqttNotifier], Field(alias="MQTT")] = None


class OperationTopics(Wire):
    """Topic of each kind of change. create is left out for a single object, all where a VTN has none."""

    create: Annotated[Unsaid[StrictStr], Field(alias="CREATE")] = None
    update: Annotated[StrictStr, Field(alias="UPDATE")]
    delete: Annotated[StrictStr, Field(alias="DELETE")]
    all: Annotated[Unsaid[StrictStr], Field(alias="ALL")] = None


class NotifierTopics(Wire):
    """Topics of one kind of object."""

    topics: OperationTopics
