"""What does a browser get? Our own files by name, read once at the start: a path is looked up, never walked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from gridtide.doors.api.problems import refused

KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOLDER, VENDOR, FIRST = "control", "vendor", "index.html"


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    body: bytes
    kind: str


def add_pages(app: FastAPI) -> None:
    """`/`, and `/static/NAME` for every file of the page; what others wrote stands below `vendor/`."""
    static_files = files("gridtide") / "static"
    known = dict(_read(static_files / FOLDER, ""))
    known |= _read(static_files / VENDOR, f"{VENDOR}/")

    async def page(request: Request) -> Response:
        return _sent(known[FIRST])

    async def static(request: Request) -> Response:
        name = str(request.path_params["name"])
        if name not in known:
            raise refused(
                404, "/static/", repr(name[:80]), ", ".join(sorted(known)), "Ask for one of these."
            )
        return _sent(known[name])

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route(
        "/static/{name:path}", static, methods=["GET", "HEAD"], include_in_schema=False
    )


def _read(folder: Traversable, before: str) -> Iterator[tuple[str, File]]:
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        kind = KINDS.get("." + one.name.rpartition(".")[2])
        if one.is_dir():
            yield from _read(one, f"{before}{one.name}/")
        elif kind is not None:
            yield f"{before}{one.name}", File(one.read_bytes(), kind)


def _sent(file: File) -> Response:
    return Response(file.body, headers={"Content-Type": file.kind})
