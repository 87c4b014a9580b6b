"""What held-out days say against a map: it knows no more than one number."""

from collections.abc import Iterator

from gridtide.finding import Finding
from gridtide.fleet.learning.site_model import Judged


def no_better(site: str, judged: Judged) -> Iterator[Finding]:
    """A map that tells held-out days no better than a constant PUE."""
    if judged.mape >= judged.mape_constant_pue:
        yield Finding(
            subject=f"site {site} learned power",
            value=f"mean error {judged.mape:.1%} of held-out days, a constant PUE has {judged.mape_constant_pue:.1%}",
            limit="a map that knows more than one number",
            mend="Check whether utilisation, weather and meter belong to this site and to one clock.",
        )
