"""A cluster as a device, from the values of a table: what a file of devices names."""

from pathlib import Path

from gridtide.devices.kubernetes.api import cluster_at, cluster_at_url
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.finding import BadInput, Finding
from gridtide.loop.clock import WallClock
from gridtide.loop.site_agent import RENEW_EVERY_S


def kubernetes(
    *,
    namespaces: str,
    queues: str = "",
    kubeconfig: Path | None = None,
    server: str | None = None,
    grace_s: float = Terms.grace_s,
    lease_s: float = Terms.lease_s,
    sweeper: str = Terms.sweeper,
) -> Kubernetes:
    """namespaces, queues: names with blanks between. kubeconfig: without it the pod's own cluster, or that of
    KUBECONFIG; server: an API without credentials instead. Raises BadInput."""
    if not lease_s >= 3.0 * RENEW_EVERY_S:
        raise BadInput([_short(lease_s)])
    terms = Terms(
        namespaces=tuple(namespaces.split()),
        queues=tuple(queues.split()),
        grace_s=grace_s,
        lease_s=lease_s,
        sweeper=sweeper,
    )
    cluster = cluster_at_url(server) if server else cluster_at(str(kubeconfig or "") or None)
    return Kubernetes(cluster, WallClock(), terms)


def _short(lease_s: float) -> Finding:
    return Finding(
        subject="kubernetes, lease_s",
        value=f"{lease_s:g}",
        limit=f"{3.0 * RENEW_EVERY_S:g} s or more: it is renewed every {RENEW_EVERY_S:g} s",
        mend="Mend the file of devices.",
    )
