"""The paths of the door on a page to read: all of them, from our own files, and only text."""

import re

from api_served import served

from gridtide.doors.api.described import PATH, described


def test_every_path_is_described_on_a_page_that_asks_no_other_host() -> None:
    """Without a token on this machine; every path, method and key of /openapi.json; no script, no address elsewhere."""
    with served() as here:
        answer = here.web.get(PATH)
        document = here.web.get("/openapi.json").json()
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}</code></h2>" in answer.text
    for name in ("digest", "reason", "mode", "approve", "windowSize"):
        assert f"<code>{name}</code>" in answer.text
    assert "<script" not in answer.text and "http" not in re.sub(r"over HTTP", "", answer.text)


def test_what_a_description_says_is_text() -> None:
    """Markup in a name or a sentence is shown and nothing else."""
    evil = "<script>alert(1)</script>"
    operation = {
        "summary": evil,
        "parameters": [{"name": evil, "in": "query", "schema": {"enum": [evil]}}],
        "responses": {"200": {"description": evil}},
    }
    document = {"info": {"title": evil, "version": evil}, "paths": {f"/{evil}": {"get": operation}}}
    assert "<script" not in described(document)
