"""One call split over many members at least cost, with headroom for those that do not deliver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist, fmean, pstdev

SURE = 1.0
BAND = 0.90
"""A member that delivers less than this share of what it was told counts with what it delivers."""
NOTHING_KW = 1e-6
HALVINGS = 60


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who may be called. offer: (kW, price per MWh) steps, prices not falling, paid by what is delivered.

    floor_kw: what it is told at least whenever there is a call; cap_kw: at most; block_kw: at least, where it is told
    anything. rank: lower ranks give way first, whatever they cost. record: shares it delivered of what it was told
    before; assumed_share where there is none. called_h: hours it was called so far, for ties.
    """

    name: str
    offer: tuple[tuple[float, float], ...]
    cap_kw: float
    floor_kw: float = 0.0
    block_kw: float = 0.0
    rank: int = 0
    record: tuple[float, ...] = ()
    assumed_share: float = SURE
    called_h: float = 0.0

    @property
    def share(self) -> float:
        """What it is expected to deliver of what it is told: the mean of its record, more than all counted as all."""
        return fmean(min(one, 1.0) for one in self.record) if self.record else self.assumed_share

    @property
    def spread(self) -> float:
        """How far that share went astray before, as a standard deviation; 0 without two calls."""
        return pstdev([min(one, 1.0) for one in self.record]) if len(self.record) > 1 else 0.0

    @property
    def most_kw(self) -> float:
        """The most it can be told."""
        return min(self.cap_kw, sum(kw for kw, _ in self.offer))


@dataclass(frozen=True, kw_only=True)
class Split:
    """told_kw: by member, in their order, expects_kw: what each is expected to deliver, expected_kw: all of them;
    sure_kw: what they deliver with the confidence asked for; lacking_kw: what of the call that leaves.

    cost_per_h: expected, money an hour; bound_per_h: no split of the same expected power costs less; None where ranks
    or floors say more than prices.
    """

    call_kw: float
    told_kw: tuple[float, ...]
    expects_kw: tuple[float, ...]
    expected_kw: float
    sure_kw: float
    lacking_kw: float
    cost_per_h: float
    bound_per_h: float | None


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A step of an offer; whole: it is taken whole or not at all, and before later pieces of its member."""

    member: int
    kw: float
    price_per_mwh: float
    whole: bool


def split(call_kw: float, members: Sequence[Member], confidence: float = 0.5) -> Split:
    """Who draws how much less, cheapest first within a rank; of equal prices who was called least, then by name.

    confidence: that what is delivered reaches the call, members missing theirs independently and normally; 0.5 counts
    on the mean. Raises ValueError outside [0.5, 1).
    """
    if not 0.5 <= confidence < 1.0:
        raise ValueError(f"a confidence of {confidence} is not from 0.5 to below 1")
    told = _Told(members, NormalDist().inv_cdf(confidence))
    pieces = _pieces(members)
    _fill(told, pieces, call_kw)
    _trim(told, pieces, call_kw)
    sure_kw, expected_kw = told.sure_kw(), told.mean_kw
    plain = not any(one.floor_kw or one.rank for one in members)
    lacking_kw = call_kw - sure_kw
    return Split(
        call_kw=call_kw,
        told_kw=tuple(told.kw),
        expects_kw=tuple(share * kw for share, kw in zip(told.share, told.kw, strict=True)),
        expected_kw=expected_kw,
        sure_kw=sure_kw,
        lacking_kw=lacking_kw if lacking_kw > NOTHING_KW * max(call_kw, 1.0) else 0.0,
        cost_per_h=sum(_cost_per_h(one, kw) for one, kw in zip(members, told.kw, strict=True)),
        bound_per_h=_bound_per_h(expected_kw, members) if plain else None,
    )


def split_again(
    call_kw: float,
    members: Sequence[Member],
    told_kw: Sequence[float],
    delivered_kw: Mapping[str, float],
    confidence: float = 0.5,
) -> Split:
    """The call split again once members deliver less than they were told; nobody is told less than before.

    delivered_kw: measured, by name; a member without a measurement counts as before. Who delivers below the band keeps
    what it was told and counts with what it delivers.
    """
    now = [
        _as_seen(one, kw, delivered_kw.get(one.name))
        for one, kw in zip(members, told_kw, strict=True)
    ]
    again = split(call_kw, now, confidence)
    told = tuple(
        before if one.cap_kw < before else kw
        for one, before, kw in zip(now, told_kw, again.told_kw, strict=True)
    )
    return replace(again, told_kw=told, bound_per_h=None)


def _as_seen(member: Member, told_kw: float, delivered_kw: float | None) -> Member:
    if delivered_kw is None or told_kw <= NOTHING_KW:
        return replace(member, floor_kw=max(member.floor_kw, told_kw))
    if delivered_kw < BAND * told_kw:
        gives_kw = max(delivered_kw, 0.0)
        return replace(
            member, floor_kw=gives_kw, cap_kw=gives_kw, record=(), assumed_share=SURE, block_kw=0.0
        )
    share = min(delivered_kw / told_kw, 1.0)
    return replace(member, floor_kw=told_kw, record=(), assumed_share=share)


def _pieces(members: Sequence[Member]) -> list[_Piece]:
    """Everything above floors that may be taken, in the order it is called."""
    found: list[_Piece] = []
    for number, one in enumerate(members):
        begin_kw, most_kw = min(one.floor_kw, one.most_kw), one.most_kw
        if one.block_kw > begin_kw:
            if one.block_kw > most_kw:
                continue
            price = (_cost_per_h(one, one.block_kw, SURE) - _cost_per_h(one, begin_kw, SURE)) * 1e3
            kw = one.block_kw - begin_kw
            found.append(_Piece(member=number, kw=kw, price_per_mwh=price / kw, whole=True))
            begin_kw = one.block_kw
        reached = 0.0
        for kw, price in one.offer:
            low, high = max(reached, begin_kw), min(reached + kw, most_kw)
            reached += kw
            if high > low:
                piece = _Piece(member=number, kw=high - low, price_per_mwh=price, whole=False)
                found.append(piece)
    dearest: dict[int, float] = {}
    for place, piece in enumerate(found):
        before = max(piece.price_per_mwh, dearest.get(piece.member, piece.price_per_mwh))
        dearest[piece.member] = before
        found[place] = replace(piece, price_per_mwh=before)

    def order(piece: _Piece) -> tuple[int, float, float, str]:
        one = members[piece.member]
        return (one.rank, piece.price_per_mwh, one.called_h, one.name)

    return sorted(found, key=order)


class _Told:
    """What members are told so far, and what is known of its sum."""

    def __init__(self, members: Sequence[Member], sigmas: float) -> None:
        self.members = members
        self.share = [one.share for one in members]
        self.spread = [one.spread for one in members]
        self.least = [min(one.floor_kw, one.most_kw) for one in members]
        self.kw = [0.0] * len(members)
        self.mean_kw, self._variance, self._sigmas = 0.0, 0.0, sigmas
        for number, kw in enumerate(self.least):
            self.add(number, kw)

    def add(self, member: int, kw: float) -> None:
        """Tell a member so much more."""
        before, now = self.kw[member], self.kw[member] + kw
        self.kw[member] = now
        self.mean_kw += self.share[member] * kw
        self._variance += self.spread[member] ** 2 * (now * now - before * before)

    def sure_kw(self) -> float:
        """What is delivered with the confidence: the mean less so many standard deviations."""
        return self.mean_kw - self._sigmas * sqrt(max(self._variance, 0.0))

    def with_more_kw(self, member: int, kw: float) -> float:
        """The same if a member were told so much more."""
        now = self.kw[member] + kw
        more = self.spread[member] ** 2 * (now * now - self.kw[member] ** 2)
        mean_kw = self.mean_kw + self.share[member] * kw
        return mean_kw - self._sigmas * sqrt(max(self._variance + more, 0.0))


def _fill(told: _Told, pieces: Sequence[_Piece], call_kw: float) -> None:
    """Take pieces in order until the call is reached; those that make it no surer are left."""
    for piece in pieces:
        if told.sure_kw() >= call_kw - NOTHING_KW:
            return
        if told.with_more_kw(piece.member, piece.kw) <= told.sure_kw():
            continue
        kw = piece.kw if piece.whole else _needed_kw(told, piece, call_kw)
        told.add(piece.member, kw)


def _needed_kw(told: _Told, piece: _Piece, call_kw: float) -> float:
    """How much of a piece reaches the call, all of it where that is not enough."""
    if told.with_more_kw(piece.member, piece.kw) < call_kw:
        return piece.kw
    low, high = 0.0, piece.kw
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = told.with_more_kw(piece.member, middle) >= call_kw
        low, high = (low, middle) if enough else (middle, high)
    return high


def _trim(told: _Told, pieces: Sequence[_Piece], call_kw: float) -> None:
    """Where a whole block went beyond the call, take back what is dearest of what it made needless."""
    for piece in reversed(pieces):
        if told.sure_kw() <= call_kw + NOTHING_KW:
            return
        number, one = piece.member, told.members[piece.member]
        block_kw = max(told.least[number], one.block_kw)
        above_kw = told.kw[number] - (told.least[number] if piece.whole else block_kw)
        most_kw = min(above_kw, piece.kw)
        if most_kw <= NOTHING_KW or (piece.whole and abs(above_kw - piece.kw) > NOTHING_KW):
            continue
        if told.with_more_kw(number, -most_kw) >= call_kw:
            told.add(number, -most_kw)
        elif not piece.whole:
            told.add(number, -_spare_kw(told, number, most_kw, call_kw))


def _spare_kw(told: _Told, member: int, most_kw: float, call_kw: float) -> float:
    """How much a member may be told less with the call still reached."""
    low, high = 0.0, most_kw
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = told.with_more_kw(member, -middle) >= call_kw
        low, high = (middle, high) if enough else (low, middle)
    return low


def _cost_per_h(member: Member, told_kw: float, share: float | None = None) -> float:
    """What a member is expected to be paid for an hour of it."""
    cost, left = 0.0, told_kw
    for kw, price in member.offer:
        taken = min(kw, left)
        cost += taken * price / 1e3
        left -= taken
        if left <= 0.0:
            break
    return cost * (member.share if share is None else share)


def _bound_per_h(expected_kw: float, members: Sequence[Member]) -> float:
    """The least any split of as much expected power costs: offers without blocks, each step as cheap as it is."""
    steps = sorted((price, kw * one.share) for one in members for kw, price in _within(one))
    cost, left = 0.0, expected_kw
    for price, kw in steps:
        taken = min(kw, left)
        cost += taken * price / 1e3
        left -= taken
    return cost


def _within(member: Member) -> list[tuple[float, float]]:
    """Steps of an offer up to its cap."""
    found, left = [], member.most_kw
    for kw, price in member.offer:
        if left > 0.0:
            found.append((min(kw, left), price))
            left -= kw
    return found
