"""The service in a process of its own, for tests that speak with it over a socket."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gridtide.doors.api.tokens import ROLES, add_token, new_token, token_of
from gridtide.testing.served import Running as Running
from gridtide.testing.served import running as running

HERE = Path(__file__).parent
LATER = datetime(2999, 1, 1, tzinfo=UTC)


def token_file(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file with a token for each role, and the tokens; the person is called like the role."""
    path, texts = folder / "tokens.toml", {role: new_token() for role in ROLES}
    for role, text in texts.items():
        add_token(path, token_of(role, ROLES[role], text, LATER))
    return path, texts


@contextmanager
def service(folder: Path, **options: str) -> Iterator[Running]:
    """Serves a room for tests on a free port until the end."""
    path, texts = token_file(folder)
    words = [f"tokens={path}", *(f"{name}={value}" for name, value in options.items())]
    command = [sys.executable, "-u", str(HERE / "served_process.py"), *words]
    with running(command, texts, folder / "log") as found:
        yield found
