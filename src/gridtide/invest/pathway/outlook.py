"""All that one look at the long run rests on, read: anchors, courses, priors, statements and kinds of work."""

from dataclasses import dataclass

import numpy as np

from gridtide.digest import freeze
from gridtide.invest.pathway.assumptions import Anchor, Drivers, Edition, Kind, Real
from gridtide.invest.pathway.fan import Prior


@dataclass(frozen=True, kw_only=True, eq=False)
class Costs:
    """Money of one course over the years, (Y,) each, in the outlook's currency.

    compute_per_accelerator_h: of an accelerator in use with all but its electricity. price_per_mwh: of electricity.
    spread_per_mwh: between the hours work is moved from and to. elasticity: per cent of demand lost for one per cent
    of price.
    """

    compute_per_accelerator_h: Real
    price_per_mwh: Real
    spread_per_mwh: Real
    elasticity: float

    def __post_init__(self) -> None:
        names = ("compute_per_accelerator_h", "price_per_mwh", "spread_per_mwh")
        freeze(self, **dict.fromkeys(names, np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """A course by name. about: in one line. mark, source: how its figures are known."""

    name: str
    about: str
    drivers: Drivers
    costs: Costs
    mark: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement in public. of_society: a share of all electricity, else of what data centres draw is accelerated."""

    name: str
    year: int
    low_share: float
    high_share: float
    of_society: bool
    mark: str
    source: str


@dataclass(frozen=True, kw_only=True)
class WorkClass:
    """A kind of work as far as the grid can lean on it.

    share: of its kind of demand. flexible_share: of it that can wait or slow down. lost_share: of what is shifted that
    is never made up. delay_cost_per_mwh: of what waits. restart_h: of accelerators that a pause loses. shift_h: over
    which a shift lasts. value_per_kw_h: of its machines' time, None where it is that of accelerators.
    """

    name: str
    kind: Kind
    share: float
    flexible_share: float
    lost_share: float
    delay_cost_per_mwh: float
    restart_h: float
    shift_h: float
    value_per_kw_h: float | None
    mark: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Society:
    """What all of society draws. growth: least and most a year. by_region_twh: (R,) in 2024, only proportions count."""

    twh: float
    growth: tuple[float, float]
    by_region_twh: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Everything read. editions by name; called_hours: in which a year's capacity is called. joules_per_token:
    at the facility's meter in 2024."""

    currency: str
    cost_year: int
    called_hours: float
    joules_per_token: float
    society: Society
    editions: dict[str, Edition]
    anchors: tuple[tuple[Anchor, str], ...]
    scenarios: tuple[Scenario, ...]
    priors: tuple[Prior, ...]
    claims: tuple[Claim, ...]
    classes: tuple[WorkClass, ...]

    @property
    def base(self) -> Scenario:
        """The course that is calibrated and around which a fan is drawn."""
        return next(one for one in self.scenarios if one.name == BASE)


BASE = "base"
