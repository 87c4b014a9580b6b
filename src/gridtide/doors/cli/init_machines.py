"""`gridtide init machines`: the accelerators, curves and models that a case may take as known."""

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gridtide.case.machines import Accelerator
    from gridtide.fleet.knob_curve import KnobCurve

WEAKEST_FIRST = ("assumed", "quoted", "measured")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def machines(as_json: bool) -> None:
    """Show the accelerators, power caps and models that are known, each with source and mark."""
    from gridtide.case import machines as known

    if as_json:
        click.echo(json.dumps(_document(), indent=2, ensure_ascii=False))
        return
    click.echo("accelerator   idle W  training W   rated W  lowest cap W   parked kW  training kW")
    for one in known.accelerators().values():
        click.echo(_row(one))
    click.echo("m measured, q quoted, a assumed; kW with its share of the server\n")
    for one in known.accelerators().values():
        click.echo(f"{one.name}: {one.source}")
    click.echo('\nwork under power caps, for `curve = { workload = …, source = "known" }`')
    for curve in known.training_curves():
        click.echo(_curve(curve))
    click.echo("\nmodels that answer")
    for (model, there), source in known.sources().items():
        click.echo(f"{model} on {there}: {source}")


def _row(one: "Accelerator") -> str:
    def cell(name: str, value: float | None) -> str:
        return "–" if value is None else f"{value:g} {one.marks[name][0]}"

    def share(name: str, kw: float) -> str:
        mark = min(one.marks[name], one.marks["server"], key=WEAKEST_FIRST.index)
        return f"{kw:.3f} {mark[0]}"

    return (
        f"{one.name:12s}{cell('idle_w', one.idle_w):>8s}{cell('training_w', one.training_w):>12s}"
        f"{cell('rated_w', one.rated_w):>10s}{cell('lowest_cap_w', one.lowest_cap_w):>14s}"
        f"{share('idle_w', one.parked_kw):>12s}{share('training_w', one.training_kw):>13s}"
    )


def _curve(curve: "KnobCurve") -> str:
    caps = ", ".join(
        f"{cap:g} W {speed:.3f}"
        for cap, speed in zip(curve.setting[::-1].tolist(), curve.speed[::-1].tolist(), strict=True)
    )
    return f"{curve.workload} on {curve.accelerator}: {caps}; {curve.mark}: {curve.source}"


def _document() -> dict[str, Any]:
    from gridtide.case import machines as known

    return {
        "accelerators": [
            {
                "name": one.name,
                "idle_w": one.idle_w,
                "training_w": one.training_w,
                "rated_w": one.rated_w,
                "lowest_cap_w": one.lowest_cap_w,
                "rest_w": one.rest_w,
                "slope": one.slope,
                "parked_kw": one.parked_kw,
                "training_kw": one.training_kw,
                "marks": dict(one.marks),
                "source": one.source,
            }
            for one in known.accelerators().values()
        ],
        "curves": [
            {
                "accelerator": curve.accelerator,
                "workload": curve.workload,
                "cap_w": curve.setting.tolist(),
                "speed": curve.speed.tolist(),
                "power_w": curve.power_w.tolist(),
                "mark": curve.mark.value,
                "source": curve.source,
            }
            for curve in known.training_curves()
        ],
        "models": [
            {"model": model, "accelerator": there, "source": source}
            for (model, there), source in known.sources().items()
        ],
    }
