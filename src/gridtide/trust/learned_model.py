"""Learned models are used over real devices only as a case lists them: by hash, signed by somebody who approves."""

from gridtide.trust.listed import Listing


def model_listing(
    site: str, sha256: str, signed_by: str, signature: str, after_flag: str = ""
) -> Listing:
    """That a site's building is taken to draw what this file says. after_flag: as of a plugin."""
    again = {"after_flag": after_flag} if after_flag else {}
    return Listing(
        said={"model": site, "sha256": sha256, **again},
        over="site, sha256 and after_flag",
        signed_by=signed_by,
        signature=signature,
    )
