"""What gridtide restrains in Kubernetes: of each kind one field of its spec, and how its subjects are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from gridtide.wire.kubernetes.scalars import is_name, is_namespace

Value: TypeAlias = bool | int | str | None
Object: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of object. versions: of its API that gridtide understands, newest first. switch: the field of `spec` that
    restrains it. free: what the switch is where nobody restrains; None where every object has its own."""

    group: str
    versions: tuple[str, ...]
    plural: str
    namespaced: bool
    switch: str
    free: Value


JOB = Kind(
    group="batch", versions=("v1",), plural="jobs", namespaced=True, switch="suspend", free=False
)
WORKLOAD = Kind(
    group="kueue.x-k8s.io",
    versions=("v1", "v1beta2", "v1beta1"),
    plural="workloads",
    namespaced=True,
    switch="active",
    free=True,
)
QUEUE = Kind(
    group="kueue.x-k8s.io",
    versions=("v1", "v1beta2", "v1beta1"),
    plural="clusterqueues",
    namespaced=False,
    switch="stopPolicy",
    free="None",
)
DEPLOYMENT = Kind(
    group="apps",
    versions=("v1",),
    plural="deployments",
    namespaced=True,
    switch="replicas",
    free=None,
)
KINDS = (JOB, WORKLOAD, QUEUE, DEPLOYMENT)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One object in a cluster; namespace is empty for kinds without one."""

    kind: Kind
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind.plural, self.namespace, self.name) if part)


def place_of(subject: str, kinds: tuple[Kind, ...] = KINDS) -> Place | None:
    """The object that a subject names (`jobs/ai/train-7b`, `clusterqueues/research`); None where it names none of these
    kinds, or not in the letters that Kubernetes has for names."""
    plural, *parts = subject.split("/")
    kind = next((kind for kind in kinds if kind.plural == plural), None)
    if kind is None or len(parts) != 1 + kind.namespaced or not is_name(parts[-1]):
        return None
    if kind.namespaced and not is_namespace(parts[0]):
        return None
    return Place(kind=kind, namespace=parts[0] if kind.namespaced else "", name=parts[-1])


def place_in(kind: Kind, thing: Object) -> Place | None:
    """Where an object stands by its own metadata; None where these are no names."""
    meta = metadata(thing)
    parts = (kind.plural, meta.get("namespace") if kind.namespaced else "", meta.get("name"))
    return place_of("/".join(str(part) for part in parts if part), (kind,))


def metadata(thing: Object) -> Mapping[str, Any]:
    """The metadata of an object; empty where there are none."""
    return table(thing.get("metadata"))


def notes(thing: Object) -> Mapping[str, str]:
    """The annotations of an object that are text."""
    found = table(metadata(thing).get("annotations"))
    return {key: value for key, value in found.items() if isinstance(value, str)}


def switched(kind: Kind, thing: Object) -> Value:
    """What the switch of an object stands at; an absent one is free. One replica is the default of Kubernetes."""
    value = table(thing.get("spec")).get(kind.switch)
    if value is None:
        return 1 if kind is DEPLOYMENT else kind.free
    return value if isinstance(value, bool | int | str) else None


def table(found: object) -> Mapping[str, Any]:
    """A table, or an empty one in place of anything else."""
    return found if isinstance(found, Mapping) else {}
