"""Whatever stands in a kubeconfig, a person is told what to mend."""

from pathlib import Path

import pytest

from gridtide.devices.kubernetes.api import Cluster, cluster_at
from gridtide.finding import BadInput

GOOD = """
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
"""


def test_a_good_one_is_used(tmp_path: Path) -> None:
    """No connection is made yet: it may be closed again at once."""
    (tmp_path / "config").write_text(GOOD)
    cluster = cluster_at(str(tmp_path / "config"))
    assert isinstance(cluster, Cluster)
    cluster.close()


@pytest.mark.parametrize(
    "text",
    [
        "just text",
        "[1, 2]",
        "clusters: {",
        "",
        GOOD.replace("current-context: here", "current-context: nowhere"),
        GOOD.replace("current-context: here", ""),
        GOOD.replace("cluster: c, ", "cluster: other, "),
        GOOD.replace("clusters:", "clutters:"),
        "\x00\x01",
    ],
)
def test_an_odd_one_is_refused_with_the_next_step(tmp_path: Path, text: str) -> None:
    """Text, a list, half of a table, contexts and clusters that are not there."""
    (tmp_path / "config").write_text(text)
    with pytest.raises(BadInput, match=r"kubeconfig .*Try `kubectl get jobs` with the same file"):
        cluster_at(str(tmp_path / "config"))
    with pytest.raises(BadInput, match="not found"):
        cluster_at(str(tmp_path / "other"))
