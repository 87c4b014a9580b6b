"""`gridtide mcp`: let an assistant ask a running control room, over standard input and output."""

import importlib.util
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

TOKEN = "GRIDTIDE_TOKEN"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@click.option(
    "--url",
    default="http://127.0.0.1:8470",
    show_default=True,
    help="Address of a running `gridtide serve`.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help=f"A viewer's token, alone in a file; {TOKEN} in the environment otherwise.",
)
def mcp(url: str, token_file: Path | None) -> None:
    """Let an assistant ask a running control room (MCP over stdio). It can see, have explained and advise, not act."""
    faults = Gathered()
    address = faults.of(lambda: _address(url))
    token = faults.of(lambda: _token(token_file))
    faults.of(_installed)
    faults.refuse_if_any()
    assert address is not None and token is not None
    from gridtide.doors.assistant import Service, assistant

    assistant(Service(url=address, token=token)).run("stdio")


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        safe = False
    if safe and "@" not in parts.netloc and url.rstrip("/") == f"{parts.scheme}://{parts.netloc}":
        return url.rstrip("/")
    raise _unfit(
        f"--url {url}",
        "is no address a token may be sent to",
        "https://HOST[:PORT], or http:// on this machine, without a path",
        "Name the address that `gridtide serve` printed.",
    )


def _token(path: Path | None) -> str:
    try:
        text = os.environ.get(TOKEN, "") if path is None else path.read_text(encoding="utf-8")
    except (OSError, ValueError) as fault:
        raise _unfit(
            f"--token-file {path}",
            str(fault),
            "a file that holds a token",
            "Write the token to it.",
        ) from None
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise _unfit(
            TOKEN if path is None else f"--token-file {path}",
            "is not there" if not token else "is no token",
            "one token, of a viewer: an assistant needs no more",
            "Make one with `gridtide serve --tokens FILE --new-token NAME --role viewer`.",
        )
    return token


def _installed() -> None:
    missing = importlib.util.find_spec("mcp") is None
    refuse_if_any(
        Finding(
            subject="mcp",
            value="is not installed",
            limit="the package of the Model Context Protocol",
            mend="pip install 'gridtide[mcp]'",
        )
        for _ in range(missing)
    )


def _unfit(subject: str, value: str, limit: str, mend: str) -> BadInput:
    return BadInput([Finding(subject=subject, value=value, limit=limit, mend=mend)])
