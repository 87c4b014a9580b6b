"""An identity provider, its keys made here: who is vouched for, and every way in which nobody is."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_served import served
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from room_stand_in import START

from gridtide.doors.api.oidc import Forged, Oidc, Provider, public_keys, read_provider
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.trust.people import Person, Role

ISSUER, AUDIENCE = "https://id.example", "gridtide"
AT_S = int(START.timestamp())
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "rsa"})
PROVIDER = Provider(
    issuer=ISSUER,
    audience=AUDIENCE,
    jwks_file="keys.json",
    name_claim="email",
    role_claim="realm.roles",
    roles={"grid-ops": "operator", "grid-leads": "approver"},
)
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": [AUDIENCE, "other"],
    "exp": AT_S + 600,
    "email": "li.wei@example.cn",
    "realm": {"roles": ["staff", "grid-ops", "grid-leads"]},
}


def jwks(*keys: Any) -> dict[str, Any]:
    """A document of public keys."""
    found: Any = KeySet(list(keys)).as_dict(private=False)
    return dict(found)


def oidc(*keys: Any) -> Oidc:
    """The provider, with keys that are known."""
    return Oidc(PROVIDER, lambda: jwks(*(keys or (RSA, EC))), lambda: START)


def signed(claims: Mapping[str, Any] = GOOD, key: Any = RSA, **header: str) -> str:
    """A token of the provider."""
    named = {"alg": "ES256" if key is EC else "RS256", "kid": str(key.kid), **header}
    return jwt.encode(named, dict(claims), key, algorithms=[named["alg"]])


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(["alg", "kid", "crit", "typ", "b64", "jwk", "exp", "iss"]), inner
        )
        | st.lists(inner, max_size=3)
    ),
    max_leaves=6,
) | st.fixed_dictionaries({"alg": st.just("ES256"), "kid": st.just("ec") | st.none()})


def part(document: Any) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("key", [RSA, EC])
def test_who_is_vouched_for_comes_in_with_the_highest_role_he_holds(key: Any) -> None:
    """By either kind of key."""
    person = oidc().person_of(signed(key=key))
    assert person == Person(name="li.wei@example.cn", role=Role.APPROVER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": []},
        {"exp": AT_S - 31},
        {"exp": "later"},
        {"exp": None},
        {"nbf": AT_S + 31},
        {"iat": AT_S + 31},
        {"email": ""},
        {"email": "a\nb"},
        {"email": ["li"]},
        {"realm": {"roles": ["staff"]}},
        {"realm": "grid-leads"},
        {"realm": {"roles": [["grid-leads"]]}},
    ],
)
def test_a_claim_that_is_wrong_vouches_for_nobody(wrong: Mapping[str, Any]) -> None:
    """Issuer, audience, times beyond how far clocks may be apart, name, role."""
    with pytest.raises(Forged):
        oidc().person_of(signed({**GOOD, **wrong}))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "email", "realm"])
def test_a_claim_that_is_missing_vouches_for_nobody(missing: str) -> None:
    """Each is needed."""
    with pytest.raises(Forged):
        oidc().person_of(signed({key: value for key, value in GOOD.items() if key != missing}))


def test_clocks_may_be_a_little_apart() -> None:
    """Half a minute, both ways."""
    assert oidc().person_of(signed({**GOOD, "exp": AT_S - 29, "nbf": AT_S + 29}))


def test_neither_no_signature_nor_one_by_the_public_key_nor_a_foreign_one_is_taken() -> None:
    """The classic forgeries."""
    none = f"{part({'alg': 'none', 'kid': 'rsa'})}.{part(GOOD)}."
    said = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(GOOD)}"
    mac = hmac.digest(RSA.as_pem(private=False), said.encode(), "sha256")
    confused = f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    head, body, tail = signed().split(".")
    other = signed({**GOOD, "email": "boss@example.cn"}).split(".")[1]
    stripped = f"{head}.{body}."
    for text in (none, confused, signed(key=FOREIGN), f"{head}.{other}.{tail}", stripped, "a.b.c"):
        with pytest.raises(Forged):
            oidc().person_of(text)


@given(header=documents, payload=documents, signature=st.binary(max_size=8))
def test_whatever_a_token_holds_it_is_refused_and_nothing_breaks(
    header: Any, payload: Any, signature: bytes
) -> None:
    """Only forged is said, of anything that no provider signed."""
    with pytest.raises(Forged):
        oidc(EC).person_of(f"{part(header)}.{part(payload)}.{part(signature.hex())}")


def test_an_algorithm_that_is_not_listed_is_not_taken() -> None:
    """Also a sound one."""
    with pytest.raises(Forged):
        oidc().person_of(signed(alg="PS256"))


def test_secret_and_private_keys_are_no_keys_to_verify_by() -> None:
    """A provider that publishes them makes no holes here."""
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"}
    private: Any = RSA.as_dict(private=True)
    with pytest.raises(ValueError, match="no public key"):
        public_keys({"keys": [secret, private, "x"]})
    with pytest.raises(ValueError, match="no public key"):
        public_keys({})


def test_a_new_key_of_the_provider_is_found_and_nobody_makes_us_ask_all_the_time() -> None:
    """Once a minute at most, however many tokens name unknown keys."""
    clock, asked, published = DrivenClock(START), list[int](), [jwks(EC)]

    def read() -> Mapping[str, Any]:
        asked.append(1)
        return published[0]

    here = Oidc(PROVIDER, read, clock.now)
    for _ in range(50):
        with pytest.raises(Forged):
            here.person_of(signed())
    assert len(asked) == 1
    published[0] = jwks(EC, RSA)
    clock.wait_until(START + timedelta(minutes=1))
    assert here.person_of(signed()).role is Role.APPROVER
    assert len(asked) == 2


def test_keys_that_cannot_be_read_let_nobody_in() -> None:
    """And are asked for again after a minute."""
    clock, asked = DrivenClock(START), list[int]()

    def read() -> Mapping[str, Any]:
        asked.append(1)
        raise OSError("no answer")

    here = Oidc(PROVIDER, read, clock.now)
    for _ in range(3):
        with pytest.raises(Forged, match="keys of the provider"):
            here.person_of(signed())
    assert len(asked) == 1


def test_who_is_vouched_for_acts_through_the_door_and_who_is_not_is_recorded() -> None:
    """With the name of the claim; the token is kept nowhere."""
    with served(oidc=oidc()) as here:
        good, bad = signed(), signed(key=FOREIGN)
        headers = {"Authorization": f"Bearer {good}"}
        answer = here.web.post("/api/freeze", json={"reason": "why"}, headers=headers)
        assert answer.status_code == 200
        assert here.room.audit(1)[0]["says"]["by"] == "li.wei@example.cn"  # type: ignore[index]
        headers = {"Authorization": f"Bearer {bad}"}
        assert here.web.get("/api/state", headers=headers).status_code == 401
        assert bad not in str(here.noted())


FILE = """
issuer = "https://id.example"
audience = "gridtide"
jwks_file = "keys.json"
[roles]
grid-ops = "operator"
"""


def test_a_file_of_a_provider_is_read_with_its_keys(tmp_path: Path) -> None:
    """From the folder of the file."""
    (tmp_path / "keys.json").write_text(json.dumps(jwks(RSA)))
    (tmp_path / "oidc.toml").write_text(FILE)
    here = read_provider(tmp_path / "oidc.toml", lambda: START)
    claims = {**GOOD, "sub": "li", "roles": "grid-ops"}
    assert here.person_of(signed(claims)) == Person(name="li", role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE.replace('jwks_file = "keys.json"', ""), "neither"),
        (FILE.replace('jwks_file = "keys.json"', 'jwks_url = "http://id.example/keys"'), "https"),
        ('jwks_url = "https://id.example/keys"\n' + FILE, "both"),
        ('algorithms = ["none"]\n' + FILE, "none"),
        ('algorithms = ["HS256"]\n' + FILE, "HS256"),
        ("leeway_s = 9000\n" + FILE, "leeway_s"),
        (FILE.replace('"operator"', '"king"'), "king"),
        (FILE.replace('grid-ops = "operator"', ""), "roles"),
        ("secret = 1\n" + FILE, "secret"),
        (FILE, "keys.json"),
    ],
)
def test_a_file_of_a_provider_with_a_fault_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With what is at fault."""
    (tmp_path / "oidc.toml").write_text(text)
    with pytest.raises(BadInput) as fault:
        read_provider(tmp_path / "oidc.toml", lambda: START)
    assert said in str(fault.value)
