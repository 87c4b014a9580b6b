"""Learned models are used over real devices only as a case lists them: by hash, signed by somebody who approves."""

from gridtide.trust.listed import Listing


def model_listing(site: str, sha256: str, signed_by: str, signature: str) -> Listing:
    """That a site's building is taken to draw what this file says."""
    return Listing(
        said={"model": site, "sha256": sha256},
        over="site and sha256",
        signed_by=signed_by,
        signature=signature,
    )
