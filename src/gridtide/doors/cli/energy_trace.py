"""`gridtide energy TRACE`: a trace of requests answered by one model on one kind of accelerator."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.fleet.demand import DemandTrace
    from gridtide.fleet.energy_facts import EnergyFacts


def of_trace(
    path: Path, kind: tuple[str, str], sequences: float, outdoor_c: float, facts: "EnergyFacts"
) -> dict[str, Any]:
    """The document of a trace. kind: model and accelerator. Raises BadInput for a pair of which no fit is known."""
    from gridtide.case.machines import accelerators, serving_models
    from gridtide.doors.results.energy_document import answers_document, flows_document
    from gridtide.settle.ladder import best_sequences
    from gridtide.simulate.trace_energy import served

    model = serving_models().get(kind)
    if model is None:
        known = ", ".join(f"{name} on {there}" for name, there in sorted(serving_models()))
        raise BadInput([Finding(subject=f"--model {kind[0]} --accelerator {kind[1]}", value="no fit is known",
                                limit=f"one of {known}", mend="Choose one of them.")])  # fmt: skip
    trace = _read(path)
    prompt_kw, best = accelerators()[kind[1]].training_kw, best_sequences(model)
    found = served(trace, model, kind[1], facts, sequences, prompt_kw, outdoor_c)
    fuller = served(trace, model, kind[1], facts, best, prompt_kw, outdoor_c)
    kwh = found.answers.meter_kwh - fuller.answers.meter_kwh
    measure = {
        "measure": "fuller batches on fewer replicas",
        "kwh": kwh,
        "money": None,
        "money_per_kwh": None,
        "assumes": f"{best:,.0f} sequences at most, on {fuller.replicas} of {found.replicas}, the rest off",
    }
    return {
        "of": trace.source,
        "policy": f"{kind[0]} on {kind[1]}",
        "hours": found.hours,
        **flows_document(found.energy.flows),
        **answers_document((found.answers,), facts),
        "currency": None,
        "measures": [measure],
        "together": measure,
        "avoidable_share": kwh / found.answers.meter_kwh,
        "notes": list(found.energy.notes),
    }


def _read(path: Path) -> "DemandTrace":
    """By how the file begins: stamps as Azure writes them, Mooncake's lines, else a table of t_s and tokens."""
    from gridtide.sources import content_of
    from gridtide.sources.azure_llm import AzureRequests
    from gridtide.sources.mooncake import MooncakeRequests
    from gridtide.sources.request_table import RequestTable

    begin = content_of(path)[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith(b"TIMESTAMP"):
        return AzureRequests(path=path).read()
    if begin.startswith(b"{"):
        return MooncakeRequests(path=path).read()
    return RequestTable(path=path).read()
