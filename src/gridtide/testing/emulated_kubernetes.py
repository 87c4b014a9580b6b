"""A cluster for tests and drills: kmock's emulator of the Kubernetes API, with the refusals of a real one added.

Objects live in memory behind HTTP on loopback. Added are versions of objects that a patch must name rightly (409),
label selectors, listings page by page, and verbs that are denied (403).
"""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

RESOURCES = {
    "batch/v1/jobs": ("Job", True),
    "apps/v1/deployments": ("Deployment", True),
    "coordination.k8s.io/v1/leases": ("Lease", True),
    "kueue.x-k8s.io/{kueue}/workloads": ("Workload", True),
    "kueue.x-k8s.io/{kueue}/clusterqueues": ("ClusterQueue", False),
}
VERBS = ["get", "list", "watch", "create", "patch", "update", "delete"]


class EmulatedKubernetes:
    """On a thread of its own; `url` is its address. kueue: the version of Kueue that it serves, empty for none.

    away: whether everything is answered by 503. denied: verbs of HTTP that are answered by 403. conflicts: how many of
    the next patches are answered by 409, as if somebody had been faster. page: most objects in one answer. requests:
    verb and address of everything asked, as it arrived. Needs kmock.
    """

    def __init__(self, kueue: str = "v1beta2") -> None:
        self.away = False
        self.denied: set[str] = set()
        self.conflicts = 0
        self.page = 500
        self.requests: list[tuple[str, str]] = []
        self._kueue = kueue
        self._emulator: Any
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def put(self, resource: str, thing: Mapping[str, Any]) -> None:
        """Make an object, or merge into it; resource as `batch/v1/jobs`."""
        self._call(self._put(self._named(resource), thing))

    def get(self, resource: str, name: str, namespace: str | None = None) -> Any:
        """An object as it stands now."""
        return self._call(self._get((self._named(resource), namespace, name)))

    def delete(self, resource: str, name: str, namespace: str | None = None) -> None:
        """Take an object away."""
        self._call(self._delete((self._named(resource), namespace, name)))

    def close(self) -> None:
        """Go away with every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _named(self, resource: str) -> Any:
        from kmock import resource as parsed

        group, version, plural = resource.format(kueue=self._kueue).split("/")
        return parsed(group=group, version=version, plural=plural)

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _put(self, resource: Any, thing: Mapping[str, Any]) -> None:
        meta = thing["metadata"]
        key = (resource, meta.get("namespace"), meta["name"])
        objects = self._emulator.objects
        if key not in objects:
            objects[key] = {**thing, "metadata": {**meta, "resourceVersion": "1"}}
        else:
            objects[key].patch(_next(objects[key].raw, thing))

    async def _get(self, key: Any) -> Any:
        return self._emulator.objects[key].raw

    async def _delete(self, key: Any) -> None:
        self._emulator.objects[key].delete()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._served(ready))
        self._loop.close()

    async def _served(self, ready: threading.Event) -> None:
        from kmock import Server

        self._emulator = _emulator(self)
        for resource, (kind, namespaced) in RESOURCES.items():
            if "{kueue}" in resource and not self._kueue:
                continue
            self._emulator.resources[resource.format(kueue=self._kueue)] = {
                "kind": kind,
                "namespaced": namespaced,
                "verbs": VERBS,
                "singular": kind.lower(),
                "shortnames": [],
                "categories": [],
                "subresources": ["status"],
            }
        async with Server(self._emulator) as server:
            self.url = str(server.url)
            ready.set()
            await self._stop.wait()


def _emulator(cluster: EmulatedKubernetes) -> Any:
    """kmock's emulator, asked about each request before it changes anything."""
    from aiohttp.web import json_response
    from kmock import KubernetesEmulator, KubernetesError

    class Strict(KubernetesEmulator):
        """Answers what a real server would refuse before kmock sees it."""

        async def _handle(self, request: Any) -> Any:
            verb = str(request.method.value).upper()
            cluster.requests.append((verb, str(request.url)))
            key = (request.resource, request.namespace, request.name)
            code = self._refused(verb, request, key)
            if code:
                said = {"kind": "Status", "code": code, "message": f"refused by {code}"}
                return json_response(said, status=code)
            if verb == "PATCH" and request.name is not None:
                request.data["metadata"] = _next(self.objects[key].raw, request.data)["metadata"]
            try:
                return await super()._handle(request)
            except KubernetesError as error:
                return await self._render_error(error)

        async def _serve_list(self, request: Any) -> Any:
            listed: Any = await super()._serve_list(request)
            label, _, value = request.params.get("labelSelector", "").partition("=")
            items = [one for one in listed["items"] if not label or _label(one, label) == value]
            start = int(request.params.get("continue", "0"))
            end = start + min(int(request.params.get("limit", "500")), cluster.page)
            more = {"continue": str(end)} if end < len(items) else {}
            meta = {"resourceVersion": "1", **more}
            return {"apiVersion": "v1", "kind": "List", "metadata": meta, "items": items[start:end]}

        def _refused(self, verb: str, request: Any, key: Any) -> int:
            if cluster.away or verb in cluster.denied:
                return 503 if cluster.away else 403
            missing = key not in self.objects or self.objects[key].deleted
            if request.resource is None or request.name is None:
                return 0
            if missing:
                return 404
            if verb != "PATCH":
                return 0
            if cluster.conflicts:
                cluster.conflicts -= 1
                return 409
            asked = (request.data.get("metadata") or {}).get("resourceVersion")
            stands = self.objects[key].raw["metadata"].get("resourceVersion")
            return 409 if asked not in (None, stands) else 0

    return Strict()


def _label(thing: Mapping[str, Any], label: str) -> str | None:
    found: str | None = (thing["metadata"].get("labels") or {}).get(label)
    return found


def _next(stands: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A change with the version that the object has after it."""
    version = int(stands["metadata"].get("resourceVersion", "0")) + 1
    return {**change, "metadata": {**change.get("metadata", {}), "resourceVersion": str(version)}}
