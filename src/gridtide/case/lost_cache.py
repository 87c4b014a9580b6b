"""What a request takes more where its user was answered elsewhere before: stated, or from the model that answers."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.case.machines import serving_models
from gridtide.case.schema import CaseFile, ServiceTable
from gridtide.case.serving_tables import Tables
from gridtide.finding import Finding
from gridtide.fleet.fleet import Fleet, place_named
from gridtide.physics.serving_phases import lost_cache_s


def lost_caches_of(table: ServiceTable, fleet: Fleet, tables: Tables) -> NDArray[np.float64]:
    """Seconds of an accelerator for one request at each place of a valid service, (P,); none where nothing is lost.

    Stated for all places, or the cached share of the prompt read again by the model on the accelerators of each
    place; the prompt is the stated mean, or that of the requests the service names.
    """
    lost = np.zeros(len(fleet.places))
    for row in table.place:
        at = place_named(fleet, row.site, row.pool)
        if table.lost_cache_s is not None:
            lost[at] = table.lost_cache_s
        elif table.cached_prompt_share and row.sequences is not None:
            kind = fleet.pools[at].accelerator
            model = serving_models()[table.model or "", kind]
            sized = tables.get((table.name, kind))
            prompt = table.prompt_tokens or 0.0 if sized is None else sized.table.prompt_tokens
            lost[at] = lost_cache_s(
                table.cached_prompt_share, prompt, model.prefill_s_per_token, model.accelerators
            )
    return lost


def lost_cache_notes(case: CaseFile, fleet: Fleet, tables: Tables) -> Iterator[str]:
    """A sentence for each service whose lost caches follow from its model."""
    for table in case.service:
        if table.lost_cache_s is None and table.cached_prompt_share:
            most = float(lost_caches_of(table, fleet, tables).max(initial=0.0))
            yield (
                f"{table.name}: {table.cached_prompt_share:.0%} of a prompt lies in a cache, as stated; a request that"
                f" moves takes up to {most:.4g} s of an accelerator more, by the time of prompts, which is assumed"
            )


def lost_cache_faults(case: CaseFile) -> Iterator[Finding]:
    """Services that state both, and shares of prompts at places where nobody knows how long a prompt takes."""
    for number, table in enumerate(case.service, start=1):
        if table.cached_prompt_share is None:
            continue
        key = f"service[{number}].cached_prompt_share"
        if table.lost_cache_s is not None:
            yield Finding(
                subject=key,
                value=f"{table.cached_prompt_share:g} beside lost_cache_s",
                limit="one of the two",
                mend="Leave out one: lost_cache_s is what the other leads to.",
            )
        for index, row in enumerate(table.place, start=1):
            if row.sequences is None:
                yield Finding(
                    subject=key,
                    value=f"place {index} has no `sequences`",
                    limit="a model that says how long a token of a prompt takes at every place",
                    mend="State lost_cache_s instead, or give the place `sequences` and the service a model.",
                )
