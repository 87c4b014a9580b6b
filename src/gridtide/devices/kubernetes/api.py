"""The API of one cluster: objects read, listed, patched and made; what went wrong is said with the next step."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from gridtide.finding import BadInput, Finding
from gridtide.fleet.device import UnreachableError
from gridtide.wire.kubernetes.things import Kind, Object, Place, table

PAGE = 500
"""Objects in one answer to a listing."""
MEND = {
    401: "renew the credentials in the kubeconfig",
    403: "grant it in the role of gridtide (docs/kubernetes.md)",
    404: "take it out of the plan: it was deleted, or never was",
    409: "somebody else changed it in the same moment; it is told again in the next turn",
    410: "it is gone for good; take it out of the plan",
    422: "look at the object and at what admits changes to it",
    424: "it is told again in the next turn",
    429: "the cluster asks for less; it is told again in the next turn",
}


class AnswerError(Exception):
    """The cluster answered, and it was a refusal or a fault of its own. code: of HTTP."""

    def __init__(self, code: int, verb: str, path: str, message: str) -> None:
        self.code = code
        mend = MEND.get(code, "look at the API server")
        super().__init__(f"{verb} {path}: {code} {message[:200]}; {mend}")


class Cluster:
    """A connection to one cluster. http: a client with its address, credentials and certificates.

    Every method raises AnswerError for an answer above 399, and UnreachableError where none came.
    """

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self._versions: dict[Kind, str] = {}

    def read(self, place: Place) -> Object:
        """One object."""
        return self._asked("GET", self._path(place))

    def listed(self, kind: Kind, namespace: str = "", held: str = "") -> Iterator[Object]:
        """All objects of a kind, page by page, in a namespace where one is given. held: a label to be `true`."""
        path = self._folder(kind, namespace)
        more = ""
        while True:
            params: dict[str, str | int] = {"limit": PAGE}
            params |= {"labelSelector": f"{held}=true"} if held else {}
            params |= {"continue": more} if more else {}
            answer = self._asked("GET", path, params=params)
            items = answer.get("items")
            yield from (item for item in items if isinstance(item, Mapping)) if items else ()
            more = str(table(answer.get("metadata")).get("continue") or "")
            if not more:
                return

    def patch(self, place: Place, change: Mapping[str, Any]) -> Object:
        """The object after a merge patch."""
        return self._asked("PATCH", self._path(place), change)

    def make(self, kind: Kind, namespace: str, body: Mapping[str, Any]) -> Object:
        """A new object."""
        return self._asked("POST", self._folder(kind, namespace), body)

    def serves(self, kind: Kind) -> bool:
        """Whether the cluster serves a kind in a version that gridtide understands."""
        try:
            self._version(kind)
        except AnswerError as error:
            if error.code != 404:
                raise
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _path(self, place: Place) -> str:
        return f"{self._folder(place.kind, place.namespace)}/{quote(place.name, safe='')}"

    def _folder(self, kind: Kind, namespace: str) -> str:
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"/apis/{kind.group}/{self._version(kind)}{within}/{kind.plural}"

    def _version(self, kind: Kind) -> str:
        """The newest version that both sides understand, found once."""
        if kind not in self._versions:
            path = f"/apis/{kind.group}"
            listed = self._asked("GET", path).get("versions")
            served = {table(one).get("version") for one in listed or ()}
            known = [version for version in kind.versions if version in served]
            if not known:
                said = f"serves {sorted(map(str, served))}, gridtide knows {list(kind.versions)}"
                raise AnswerError(404, "GET", path, said)
            self._versions[kind] = known[0]
        return self._versions[kind]

    def _asked(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Object:
        kind = "application/merge-patch+json" if verb == "PATCH" else "application/json"
        try:
            answer = self._http.request(
                verb, path, json=body, params=params, headers={"Content-Type": kind}
            )
            found = answer.json()
        except httpx2.HTTPError as error:
            raise UnreachableError(
                f"{self._http.base_url}: {type(error).__name__}: {error}; look at the API server, the network and the"
                " kubeconfig"
            ) from error
        except ValueError:
            found = {}
        if answer.status_code >= 400:
            said = table(found).get("message")
            raise AnswerError(answer.status_code, verb, path, str(said or answer.reason_phrase))
        if not isinstance(found, Mapping):
            raise AnswerError(502, verb, path, "the answer is no object of JSON")
        return found


def cluster_at(kubeconfig: str | None = None, patience_s: float = 10.0) -> Cluster:
    """The cluster that a kubeconfig names, or, without one, that of the pod we run in or of KUBECONFIG.

    Raises BadInput where lightkube is not installed (extra `k8s`) or no configuration can be read.
    """
    try:
        from lightkube import ConfigError, KubeConfig
        from lightkube.config import client_adapter
    except ImportError as error:
        raise BadInput([_missing()]) from error
    try:
        found = KubeConfig.from_file(kubeconfig) if kubeconfig else KubeConfig.from_env()
        params = client_adapter.ConnectionParams(timeout=httpx2.Timeout(patience_s))
        config = found.get()
        if config is None:
            raise ConfigError("it names no context")
        return Cluster(client_adapter.Client(config, params))
    except (
        Exception
    ) as error:  # lightkube lets through whatever an odd file makes its parsers raise
        raise BadInput([_no_config(kubeconfig, error)]) from error


def cluster_at_url(url: str, patience_s: float = 10.0) -> Cluster:
    """The cluster at an address that asks for no credentials: an emulator, or a `kubectl proxy`."""
    return Cluster(httpx2.Client(base_url=url, timeout=patience_s, trust_env=False))


def _missing() -> Finding:
    return Finding(
        subject="Kubernetes",
        value="lightkube is not installed",
        limit="the extra `k8s`",
        mend="pip install 'gridtide[k8s]'",
    )


def _no_config(kubeconfig: str | None, error: Exception) -> Finding:
    return Finding(
        subject=f"kubeconfig {kubeconfig or 'of KUBECONFIG or of the pod'}",
        value=f"{type(error).__name__}: {error}"[:200],
        limit="a kubeconfig that kubectl can use",
        mend="Try `kubectl get jobs` with the same file.",
    )
