"""What may be asked, as a page to read: made of the same description as `/openapi.json`, without a script."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

PATH = "/static/api.html"
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>gridtide: the control room over HTTP</title><link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/control.css"></head><body class="named">
<header><h1>The control room over HTTP</h1></header>
"""
ANSWERED = "application/json"
REFUSED = 400
"""From this status on every answer is a list of `errors` in one shape."""


def add_description(app: FastAPI) -> None:
    """`/static/api.html`: every path with who may ask, what it takes and what it answers."""

    async def page(request: Request) -> Response:
        said = await run_in_threadpool(lambda: described(app.openapi()))
        return Response(said, headers={"Content-Type": "text/html; charset=utf-8"})

    app.add_api_route(PATH, page, methods=["GET", "HEAD"], include_in_schema=False)


def described(document: Mapping[str, Any]) -> str:
    """An OpenAPI document as HTML: a table of contents, then a section for each path and method in its order."""
    asked = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    contents = "".join(
        f'<li><a href="#{number}"><code>{escape(name)}</code></a></li>'
        for number, (name, _) in enumerate(asked)
    )
    parts = document.get("components", {}).get("schemas", {})
    sections = "".join(
        f'<section id="{number}">{"".join(_section(name, operation, parts))}</section>'
        for number, (name, operation) in enumerate(asked)
    )
    said = f"{document['info']['title']} {document['info']['version']}"
    about = (
        f"<p>{escape(said)} · every path but those of the page needs a token ("
        "<code>Authorization: Bearer TOKEN</code>) · a refusal has <code>errors</code>, each with "
        "<code>subject</code>, <code>value</code>, <code>limit</code>, <code>next_step</code> · for programs: "
        '<a href="/openapi.json">/openapi.json</a> · <a href="/">the page</a></p>'
    )
    return (
        f'{HEAD}<main><div class="rest">{sections}</div>'
        f'<section class="people">{about}<ul>{contents}</ul></section></main></body></html>\n'
    )


def _section(name: str, operation: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{escape(name)}</code></h2>"
    yield f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p>"
    takes = [
        (one["name"], f"{one['in']}{', needed' if one.get('required') else ''}", one["schema"])
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get(ANSWERED, {}).get("schema", {})
    takes += _keys(body, parts)
    if takes:
        yield _table("Takes", takes, parts)
    for status, answer in sorted(operation.get("responses", {}).items()):
        yield f"<p><b>{escape(status)}</b> {escape(answer.get('description', ''))}</p>"
        schema = answer.get("content", {}).get(ANSWERED, {}).get("schema", {})
        if int(status) < REFUSED and (keys := _keys(schema, parts)):
            yield _table("Answers", keys, parts)


def _keys(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """The keys of an object: name, whether it is needed, and what stands there."""
    found = _whole(schema, parts)
    needed = found.get("required", ())
    return [
        (name, "needed" if name in needed else "", one)
        for name, one in found.get("properties", {}).items()
    ]


def _whole(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema, or the part that it names."""
    named = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = parts.get(named, schema) if named else schema
    return found


def _table(title: str, rows: list[tuple[str, str, Any]], parts: Mapping[str, Any]) -> str:
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(one, parts))}</td>"
        f"<td>{escape('; '.join(filter(None, (where, one.get('description', '')))))}</td></tr>"
        for name, where, one in rows
    )
    return f"<table><thead><tr><th>{title}</th><th>What</th><th></th></tr></thead><tbody>{lines}</tbody></table>"


def _kind(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """What may stand there, in words: a type, choices, a list or a named object."""
    if "$ref" in schema:
        part = _whole(schema, parts)
        return _kind(part, parts) if "enum" in part else str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf"):
        return " or ".join(_kind(one, parts) for one in choices)
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), parts)}"
    return str(schema.get("format") or schema.get("type", "anything"))
