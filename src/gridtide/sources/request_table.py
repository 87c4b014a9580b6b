"""Requests of one's own, one row each: a CSV or Parquet table with columns t_s, input_tokens, output_tokens."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.demand import DemandTrace, demand_of_requests
from gridtide.fleet.request_mix import RequestMix, mix_faults
from gridtide.sources import LATEST_S, numbers, open_table, repeats, window_faults

COLUMNS = {name: name for name in ("t_s", "input_tokens", "output_tokens")}
MOST_TOKENS = 1e9


@dataclass(frozen=True, kw_only=True)
class RequestTable:
    """A request trace as rates per window; t_s counts seconds since its start."""

    path: Path
    window_s: int = 60

    def read(self) -> DemandTrace:
        """Mean rates of requests and tokens in whole windows. Raises BadInput with every fault found."""
        table = open_table(self.path, COLUMNS)
        faults: list[Finding] = []
        at_s = numbers(table, "t_s", faults, least=0.0, most=LATEST_S)
        prompts = numbers(table, "input_tokens", faults, least=0.0, most=MOST_TOKENS)
        answers = numbers(table, "output_tokens", faults, least=0.0, most=MOST_TOKENS)
        refuse_if_any(faults)
        refuse_if_any(window_faults(table, at_s, self.window_s))
        order = np.argsort(at_s, kind="stable")
        return demand_of_requests(
            at_s=at_s[order],
            input_tokens=prompts[order],
            output_tokens=answers[order],
            window_s=self.window_s,
            anchored=False,
            source=Path(self.path).name,
            notes=(*repeats(table), "the trace starts at 0 and has no dates"),
        )

    def single(self) -> RequestMix:
        """The requests one by one, in order of time. Raises BadInput with every fault found, among them requests
        without a prompt or an answer."""
        table = open_table(self.path, COLUMNS)
        faults: list[Finding] = []
        at_s = numbers(table, "t_s", faults, least=0.0, most=LATEST_S)
        prompts = numbers(table, "input_tokens", faults, least=1.0, most=MOST_TOKENS)
        answers = numbers(table, "output_tokens", faults, least=1.0, most=MOST_TOKENS)
        refuse_if_any(faults)
        order = np.argsort(at_s, kind="stable")
        mix = RequestMix(
            name=Path(self.path).name,
            arrival_s=at_s[order],
            prompt_tokens=np.rint(prompts[order]).astype(np.int64),
            answer_tokens=np.rint(answers[order]).astype(np.int64),
        )
        refuse_if_any(mix_faults(mix))
        return mix
