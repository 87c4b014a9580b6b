"""Addresses that ask who asks, and that give signed files: secrets stand in no case and are sent to nobody else."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridtide.case.live_sources import fetched_first
from gridtide.case.load import read_case
from gridtide.case.signed_signal import refuse_unsigned
from gridtide.case.web_source import web_source
from gridtide.finding import BadInput
from gridtide.testing.loopback_http import Quiet, on_loopback
from gridtide.testing.one_hall import hall
from gridtide.trust.checkpoint import public_bytes, written
from gridtide.trust.signed_source import sealed

START = datetime(2026, 12, 1, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SIGNED = f'public_key = "{written(public_bytes(KEY))}"\n'
SECRET = "s3cret-of-prices"
CASE = """
[case]
name = "north"
start = 2026-12-01T00:00:00Z
end = 2026-12-03T00:00:00Z
currency = "CNY"

[[signal]]
zone = "N"

[[signal]]
zone = "M"
source = "table"
path = "prices.csv"
currency = "CNY"
"""


def prices(value: float) -> str:
    """A table of hourly prices."""
    hours = [START + timedelta(hours=number) for number in range(-48, 48)]
    return "\n".join(["time_utc,price_per_mwh", *(f"{at.isoformat()},{value}" for at in hours), ""])


class Publisher(Quiet):
    """Gives files by their path to whoever shows what it wants; elsewhere it sends them on."""

    files: ClassVar[dict[str, str]] = {}
    wants: ClassVar[str | None] = None
    shown: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        """One answer."""
        own, said, file = type(self), self.headers["Authorization"], self.path.partition("?")[0]
        own.shown.append((self.path, said))
        if self.path == "/moved.csv":
            self.give(302, headers={"Location": "/prices.csv"})
            return
        good = own.wants is None or said == own.wants
        code = 401 if not good else 200 if file in own.files else 404
        self.give(code, own.files.get(file, "").encode())


@contextmanager
def published(wants: str | None = None, **files: str) -> Iterator[str]:
    """A server of files on this machine."""
    Publisher.wants, Publisher.shown = wants, []
    Publisher.files = {f"/{name.replace('_', '.')}": text for name, text in files.items()}
    with on_loopback(Publisher) as address:
        yield address


def fetched(folder: Path, url: str, more: str = "") -> str:
    """What a case begins with, whose series is fetched from an address first. Raises BadInput."""
    text = f'{CASE}url = "{url}"\n{more}{hall("north", zone="M")}'
    (folder / "case.toml").write_text(text)
    fetched_first(read_case(folder / "case.toml"), folder)
    return (folder / "prices.csv").read_text()


@pytest.mark.parametrize("where", ["file", "variable", "file of a user", "variable of a user"])
def test_an_address_is_shown_the_secret_that_a_file_or_variable_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A bearer token, or the password of a user; read anew each time, so that it may be changed while a room runs."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("PRICES_SECRET", SECRET)
    more = 'secret_file = "secret"\n' if "file" in where else 'secret_env = "PRICES_SECRET"\n'
    wants = f"Bearer {SECRET}"
    if "user" in where:
        more += 'user = "grid"\n'
        wants = "Basic " + base64.b64encode(f"grid:{SECRET}".encode()).decode()
    with published(wants, prices_csv=prices(50)) as address:
        assert fetched(tmp_path, f"{address}/prices.csv", more) == prices(50)
        assert Publisher.shown == [("/prices.csv", wants)]
        (tmp_path / "secret").write_text("another")
        monkeypatch.setenv("PRICES_SECRET", "another")
        table = read_case(tmp_path / "case.toml").signal[1]
        with pytest.raises(BadInput, match="answered 401"):
            web_source(table, tmp_path, 2).fetch(lambda _: None)


def test_a_secret_that_is_not_there_is_said_by_its_place_and_no_secret_is_ever_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked without it; a server that sends elsewhere is not followed."""
    monkeypatch.delenv("PRICES_SECRET", raising=False)
    with published(f"Bearer {SECRET}", prices_csv=prices(50)) as address:
        with pytest.raises(BadInput, match=r"signal\[2\]\.secret_env: PRICES_SECRET is not set"):
            fetched(tmp_path, f"{address}/prices.csv", 'secret_env = "PRICES_SECRET"\n')
        (tmp_path / "secret").write_text(f"{SECRET}\n{SECRET}")
        with pytest.raises(BadInput, match="holds no secret") as refused:
            fetched(tmp_path, f"{address}/prices.csv", 'secret_file = "secret"\n')
        assert Publisher.shown == []
        (tmp_path / "secret").write_text(SECRET)
        with pytest.raises(BadInput, match="answered 302") as moved:
            fetched(tmp_path, f"{address}/moved.csv", 'secret_file = "secret"\n')
        assert [path for path, _ in Publisher.shown] == ["/moved.csv"]
    assert SECRET not in f"{refused.value} {moved.value}"


def test_tables_that_would_give_a_secret_away_are_refused_all_at_once(tmp_path: Path) -> None:
    """In the case itself, without TLS to another machine, without an address, twice, and a user without one."""
    tables = (
        'path = "a"\nurl = "https://me:hidden@prices.example/a"',
        'path = "b"\nurl = "http://prices.example/b"\nsecret_env = "S"',
        'path = "c"\nsecret_file = "s"',
        'path = "d"\nurl = "https://prices.example/d"\nsecret_file = "s"\nsecret_env = "S"',
        'path = "e"\nurl = "https://prices.example/e"\nuser = "me"',
        'path = "f"\nurl = "http://localhost/f"\nsecret_env = "S"',
    )
    more = "\n".join(f'[[signal]]\nzone = "N"\nsource = "table"\n{one}\n' for one in tables)
    (tmp_path / "case.toml").write_text(CASE + more + hall("north", zone="M"))
    with pytest.raises(BadInput) as refused:
        read_case(tmp_path / "case.toml")
    subjects = {one.subject for one in refused.value.findings}
    assert subjects == {
        "signal[3].url",
        "signal[4].url",
        "signal[5].secret_file",
        "signal[6].secret_file",
        "signal[7].user",
    }
    assert "hidden" not in str(refused.value)


def test_a_signed_file_is_fetched_with_its_signature_and_counts_with_that_alone(
    tmp_path: Path,
) -> None:
    """Both or neither are put in place; what somebody else signed, or nobody, leaves them as they were."""
    good = sealed(prices(50).encode(), KEY)
    with published(prices_csv=prices(50), prices_csv_sig=good) as address:
        assert fetched(tmp_path, f"{address}/prices.csv?area=M", SIGNED) == prices(50)
        asked = [path for path, _ in Publisher.shown]
        assert asked == ["/prices.csv?area=M", "/prices.csv.sig?area=M"]
        case = read_case(tmp_path / "case.toml")
        web = web_source(case.signal[1], tmp_path, 2)
        check = partial(refuse_unsigned, case.signal[1], number=2)
        Publisher.files["/prices.csv"] = prices(60)
        for signature in (good, sealed(prices(60).encode(), OTHER), None):
            Publisher.files.pop("/prices.csv.sig", None)
            if signature is not None:
                Publisher.files["/prices.csv.sig"] = signature
            with pytest.raises(BadInput, match=r"public_key|answered 404"):
                web.fetch(check)
            assert (tmp_path / "prices.csv").read_text() == prices(50)
            assert (tmp_path / "prices.csv.sig").read_text() == good
        Publisher.files["/prices.csv.sig"] = sealed(prices(60).encode(), KEY)
        (tmp_path / "prices.csv.sig").write_text("cut off")
        fetched_first(case, tmp_path)
        assert (tmp_path / "prices.csv").read_text() == prices(60)
    names = ["case.toml", "prices.csv", "prices.csv.sig"]
    assert sorted(one.name for one in tmp_path.iterdir()) == names


def test_a_server_that_never_says_what_has_changed_disturbs_no_file(tmp_path: Path) -> None:
    """The same again is put in nobody's way: a file that is written all the time is never at rest."""
    with published(prices_csv=prices(50)) as address:
        fetched(tmp_path, f"{address}/prices.csv")
        web = web_source(read_case(tmp_path / "case.toml").signal[1], tmp_path, 2)
        before = (tmp_path / "prices.csv").stat()
        assert not web.fetch(lambda _: None)
        assert (tmp_path / "prices.csv").stat().st_mtime_ns == before.st_mtime_ns
        Publisher.files["/prices.csv"] = prices(60)
        assert web.fetch(lambda _: None)


def test_a_made_up_series_has_no_signature(tmp_path: Path) -> None:
    """Nobody gives it out."""
    made = CASE.replace('zone = "N"\n', f'zone = "N"\n{SIGNED}', 1)
    (tmp_path / "prices.csv").write_text(prices(50))
    (tmp_path / "case.toml").write_text(made + hall("north", zone="M"))
    with pytest.raises(BadInput, match=r"signal\[1\].public_key: is of no file"):
        read_case(tmp_path / "case.toml")
