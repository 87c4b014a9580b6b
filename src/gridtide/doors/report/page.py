"""One self-contained page from a comparison: the chart library and the modules inside, no network."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from gridtide.doors.report.payload import payload_of
from gridtide.doors.results.written_whole import write_text
from gridtide.simulate.compare import Comparison

MODULES = (
    "theme.js",
    "power_by_site.js",
    "mean_day.js",
    "away.js",
    "gantt.js",
    "margins.js",
    "waterfall.js",
    "stored.js",
    "battery.js",
    "cold.js",
    "forecast.js",
    "tables.js",
    "page.js",
)
"""In the order in which they need each other."""

IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z_]+\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:function|const) (\w+))", re.MULTILINE)


def write_report(path: Path, comparison: Comparison, document: dict[str, Any]) -> None:
    """The page as a file, written whole."""
    write_page(path, report_html(payload_of(comparison, document)))


def write_page(path: Path, text: str) -> None:
    """A page as a file, written whole. Raises BadInput where the path takes no file."""
    write_text(path, text)


def report_html(payload: dict[str, Any], modules: tuple[str, ...] = MODULES) -> str:
    """The page as text, laid out by the last of the modules. Whatever names the payload holds, they stay data."""
    library = _static("vendor/echarts.min.js").replace("</script", "<\\/script")
    data = json.dumps(payload, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>gridtide</title><style>{_static('css/report.css')}</style></head>",
            "<body><main></main>",
            f'<script type="application/json" id="payload">{data}</script>',
            f"<script>{library}</script>",
            f'<script type="module">{_one_script(modules)}</script>',
            "</body></html>",
        ]
    )


def _one_script(modules: tuple[str, ...]) -> str:
    """The modules as one script in the order they need, each in a scope of its own but for what it exports."""
    return "\n".join(_scoped(_static(f"js/{name}")) for name in modules)


def _scoped(module: str) -> str:
    names = ", ".join(EXPORT.findall(module))
    body = EXPORT.sub("", IMPORT.sub("", module))
    if not names:
        return f"(() => {{\n{body}}})();"
    return f"const {{ {names} }} = (() => {{\n{body}return {{ {names} }};\n}})();"


def _static(name: str) -> str:
    return (files("gridtide") / "static" / name).read_text(encoding="utf-8")
