"""Members of an aggregator in TOML: what each offers, and what it delivered before."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.name import Name
from gridtide.case.schema import Money, Power, Share, Table
from gridtide.decide.aggregate import Member
from gridtide.finding import BadInput, Finding, refuse_if_any

MEND = "Correct the value; docs/aggregate.md says what it holds."


class MemberTable(Table):
    """[[member]]: who may be called."""

    name: Name
    offer: Annotated[tuple[tuple[Annotated[Power, Field(gt=0)], Money], ...], Field(min_length=1)]
    cap_kw: Power | None = None
    floor_kw: Power = 0.0
    block_kw: Power = 0.0
    rank: Annotated[int, Field(ge=0, le=10_000)] = 0
    record: tuple[Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)], ...] = ()
    assumed_share: Share = 1.0
    called_h: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0


class MembersFile(Table):
    """A whole list of members."""

    member: Annotated[tuple[MemberTable, ...], Field(min_length=1)]


def read_members(path: Path) -> tuple[Member, ...]:
    """The members of a file, in its order. Raises BadInput with every fault at once."""
    try:
        found = MembersFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise _unread(path, (error.strerror or "cannot be read").lower()) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unread(path, str(error)) from None
    except ValidationError as error:
        raise BadInput(misfits(error, "", MEND)) from None
    refuse_if_any(_faults(found))
    return tuple(_member(one) for one in found.member)


def _member(table: MemberTable) -> Member:
    offered_kw = sum(kw for kw, _ in table.offer)
    return Member(
        name=table.name,
        offer=table.offer,
        cap_kw=offered_kw if table.cap_kw is None else table.cap_kw,
        floor_kw=table.floor_kw,
        block_kw=table.block_kw,
        rank=table.rank,
        record=table.record,
        assumed_share=table.assumed_share,
        called_h=table.called_h,
    )


def _faults(found: MembersFile) -> Iterator[Finding]:
    for name, count in Counter(one.name for one in found.member).items():
        if count > 1:
            yield _fault(f"member {name}", f"{count} times", "one member a name")
    for number, table in enumerate(found.member, start=1):
        key, one = f"member[{number}]", _member(table)
        prices = [price for _, price in one.offer]
        if prices != sorted(prices):
            told = ", ".join(f"{price:g}" for price in prices)
            yield _fault(f"{key}.offer", told, "prices that do not fall from step to step")
        if one.floor_kw > one.most_kw:
            yield _fault(f"{key}.floor_kw", f"{one.floor_kw:,.0f}", _at_most(one))
        if one.block_kw > one.most_kw:
            yield _fault(f"{key}.block_kw", f"{one.block_kw:,.0f}", _at_most(one))


def _at_most(member: Member) -> str:
    return f"at most {member.most_kw:,.0f} kW, what it offers within its cap"


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=MEND)


def _unread(path: Path, value: str) -> BadInput:
    return BadInput([_fault(str(path), value, "a list of members in TOML and UTF-8")])
