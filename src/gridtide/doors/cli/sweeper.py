"""`gridtide sweeper`: end in a Kubernetes cluster what is held beyond its time, whoever put it there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.numbers import Number
from gridtide.finding import Finding, Stale, refuse_if_any

if TYPE_CHECKING:
    from gridtide.devices.kubernetes.api import Cluster
    from gridtide.devices.kubernetes.sweeper import Swept
    from gridtide.loop.world import Clock

ALIVE = 3
"""Sweeps that may be missed before the sweeper counts as dead."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """Where and how often is swept, and whether anything is ended."""

    namespaces: tuple[str, ...]
    own: str
    every_s: float
    apply: bool
    as_json: bool


@click.command()
@click.option("--namespace", "namespaces", multiple=True, required=True,
              help="Sweep here; may be repeated. Queues of the whole cluster are swept too.")  # fmt: skip
@click.option("--own-namespace", "own", default="gridtide", show_default=True,
              help="Where the sweeper shows that it lives.")  # fmt: skip
@click.option("--kubeconfig", help="The cluster; without it that of the pod, or of KUBECONFIG.")
@click.option("--server", help="An API without credentials instead, as `kubectl proxy` gives it.")
@click.option("--every", "every_s", type=Number(1, 3600), default=20.0, show_default=True,
              help="Seconds between sweeps; of one alone, how often it is called.")  # fmt: skip
@click.option("--once", is_flag=True, help="Sweep once and leave.")
@click.option("--apply", is_flag=True, help="End what is over; without it nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a sweep on stdout.")
def sweeper(namespaces: tuple[str, ...], own: str, kubeconfig: str | None, server: str | None,
          every_s: float, once: bool, apply: bool, as_json: bool) -> int:  # fmt: skip
    """End every restraint of gridtide in a cluster whose time or whose lease is over. To be run inside the cluster,
    beside no brain: it needs none. Exit code 4 when a sweep left something, or the cluster did not answer."""
    from gridtide.devices.kubernetes.api import cluster_at, cluster_at_url
    from gridtide.loop.clock import WallClock

    refuse_if_any(_faults((*namespaces, own), kubeconfig, server))
    words = Words(namespaces=namespaces, own=own, every_s=every_s, apply=apply, as_json=as_json)
    cluster = cluster_at_url(server) if server else cluster_at(kubeconfig)
    try:
        return _swept(cluster, WallClock(), words) if once else _sweeping(cluster, words)
    finally:
        cluster.close()


def _sweeping(cluster: "Cluster", words: Words) -> int:
    """Sweep until told to stop; a sweep that fails is said, and made again."""
    from gridtide.loop.clock import WallClock

    clock = WallClock()
    while True:
        begun = clock.now()
        try:
            _swept(cluster, clock, words)
        except Stale as error:
            click.echo(str(error), err=True)
        clock.wait_until(begun + timedelta(seconds=words.every_s))


def _swept(cluster: "Cluster", clock: "Clock", words: Words) -> int:
    """One sweep; 4 when it left something that is over."""
    from gridtide.devices.kubernetes.api import AnswerError
    from gridtide.devices.kubernetes.sweeper import sweep as swept
    from gridtide.fleet.device import UnreachableError

    try:
        found = swept(
            cluster,
            words.namespaces,
            clock.now(),
            own_namespace=words.own,
            lasts_s=round(ALIVE * words.every_s),
            apply=words.apply,
        )
    except (AnswerError, UnreachableError) as error:
        raise Stale([_unanswered(error)]) from error
    _show(found, words)
    return 4 if words.apply and not all(one.ended for one in found) else 0


def _show(found: "tuple[Swept, ...]", words: Words) -> None:
    if words.as_json:
        rows = [{"subject": one.subject, "ended": one.ended, "said": one.said} for one in found]
        click.echo(json.dumps({"applied": words.apply, "over": rows}))
        return
    for one in found:
        click.echo(f"{one.subject}  {one.said}")
    if not words.apply:
        click.echo(f"{len(found)} restraints are over; nothing was changed, --apply ends them")


def _unanswered(error: Exception) -> Finding:
    return Finding(
        subject="the cluster",
        value=str(error),
        limit="a list of what is held",
        mend="Nothing was ended, or not everything; sweep again.",
    )


def _faults(
    names: tuple[str, ...], kubeconfig: str | None, server: str | None
) -> Iterator[Finding]:
    from gridtide.wire.kubernetes.scalars import is_namespace

    for name in names:
        if not is_namespace(name):
            yield Finding(
                subject="namespace",
                value=repr(name)[:80],
                limit="lower-case letters, digits and '-', at most 63",
                mend="Name one that `kubectl get namespaces` lists.",
            )
    if server is not None and not server.startswith(("http://", "https://")):
        yield Finding(
            subject="--server",
            value=repr(server)[:80],
            limit="an http or https address",
            mend="As `kubectl proxy` prints it: http://127.0.0.1:8001.",
        )
    if server is not None and kubeconfig is not None:
        yield Finding(
            subject="--server and --kubeconfig",
            value="both are given",
            limit="one cluster",
            mend="Leave one of them out.",
        )
