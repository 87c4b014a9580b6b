"""Tables of a file of long-run scenarios."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gridtide.case.name import Name
from gridtide.case.schema import Table
from gridtide.invest.pathway.assumptions import FIRST_YEAR, LAST_YEAR

Mark = Literal["quoted", "checked", "unverified", "assumed"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Claimed = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]
Count = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Gain = Annotated[float, Field(gt=-0.5, le=3, allow_inf_nan=False)]
Times = Annotated[float, Field(gt=1, le=1e9, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Positives = Annotated[dict[Year, Positive], Field(min_length=1)]
Counts = Annotated[dict[Year, Count], Field(min_length=1)]
Ratio = Annotated[float, Field(ge=1, le=4, allow_inf_nan=False)]
Region = Annotated[str, Field(min_length=1, max_length=80)]
Said = Annotated[str, Field(min_length=1, max_length=600)]


class Told(Table):
    """How a row is known."""

    mark: Mark
    source: Said


class GroupTable(Table):
    """A figure for each kind of demand that the anchors tell apart."""

    accelerated: Positive
    conventional: Positive
    other: Positive


class RegionTable(Told):
    """[[region]]: what data centres and all of society draw there."""

    name: Name
    twh: Positives
    weights: GroupTable
    society_twh: Positive


class SocietyTable(Told):
    """[society]: what the world draws, and how fast that grows, from and to."""

    twh: Positive
    growth: tuple[Gain, Gain]


class FirstGrowthTable(Table):
    """Growth in 2025 of all data centres and of accelerated servers."""

    growth: Gain
    accelerated_growth: Gain


class EditionTable(Told):
    """[edition.NAME]: anchors that a calibration goes through."""

    twh: GroupTable
    growth: GroupTable
    later_year: Annotated[int, Field(gt=FIRST_YEAR, le=LAST_YEAR)]
    later_twh: Positive | None = None
    year_2025: FirstGrowthTable | None = None


class AnchorTable(Told):
    """[[anchor]]: a published figure, from and to."""

    name: Name
    year: Year
    twh: tuple[Positive, Positive]
    region: Region | None = None
    quantity: Literal["all", "accelerated", "conventional", "other"] = "all"
    scenario: Name = "base"
    fitted: bool = False


class PaceTable(Table):
    """Pace of the growth of services, by kind."""

    training: Count
    inference: Count
    conventional: Count
    other: Count


class GrowthTable(Table):
    """Growth of services a year in the long run, by kind."""

    training: Gain
    inference: Gain
    conventional: Gain
    other: Gain


class SaturationTable(Table):
    """Times the service of the later anchor year at which services end, by kind."""

    training: Times
    inference: Times
    conventional: Times
    other: Times


class SpecialisedTable(Table):
    """Chips that do `factor` times the work of a joule on the share of work they take, none before 2026."""

    factor: Annotated[float, Field(ge=1, le=1e6, allow_inf_nan=False)]
    arrives: Annotated[int, Field(ge=FIRST_YEAR + 2, le=LAST_YEAR)]
    share: Share
    years: Annotated[float, Field(ge=1, le=40)]


class ScenarioTable(Told):
    """[[scenario]]: a course, whole or like another."""

    name: Name
    like: Name | None = None
    about: Said = "own"
    pace: PaceTable
    fade_years: Annotated[float, Field(gt=0, le=100)]
    long_run_growth: GrowthTable
    process_gain: Gain
    process_most: Times
    architecture_gain: Gain
    architecture_most: Times
    plain_gain: Gain
    plain_most: Times
    specialised: SpecialisedTable
    rebound: Annotated[float, Field(ge=0, le=3)]
    saturation: SaturationTable
    training_share: Share
    pue: Annotated[dict[Year, Ratio], Field(min_length=1)]
    accelerator_kw: Positives
    accelerator_use: Annotated[float, Field(gt=0, le=1)]
    accelerator_life_years: Annotated[float, Field(ge=1, le=30)]
    chips_per_year: Counts
    grid_gw_per_year: dict[Region, Counts]
    compute_cost_per_accelerator_h: Positives
    price_per_mwh: Positives
    price_spread_per_mwh: Counts
    demand_elasticity: Annotated[float, Field(ge=0.1, le=10)]


class PriorTable(Told):
    """[[prior]]: what a fan draws of one assumption, least, likeliest and most."""

    name: Name
    shape: Literal["triangular", "log-triangular"]
    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> "PriorTable":
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError("low <= mode <= high, and low below high")
        if self.shape == "log-triangular" and self.low <= 0.0:
            raise ValueError("above 0 where the shape is log-triangular")
        return self


class ClaimTable(Told):
    """[[claim]]: a statement in public, as a share, from and to. of: society's electricity, or of data centres."""

    name: Name
    year: Annotated[int, Field(gt=FIRST_YEAR, le=LAST_YEAR)]
    share: tuple[Claimed, Claimed]
    of: Literal["society", "data centres"] = "society"


class ClassTable(Told):
    """[[class]]: a kind of work as far as the grid can lean on it, a share of one kind of demand."""

    name: Name
    kind: Literal["training", "inference", "conventional", "other"]
    share: Share
    flexible_share: Share
    lost_share: Share
    delay_cost_per_mwh: Count
    restart_h: Count
    shift_h: Annotated[float, Field(gt=0, le=168)]
    value_per_kw_h: Count | None = None


class TokenTable(Told):
    """[token]: what one draws at the facility's meter in 2024, over all models that answer."""

    joules: Positive


class CaptureTable(Table):
    """[system.capture]: gas with most of its carbon captured."""

    capex_per_kw: Positive
    fixed_share: Share
    variable_per_mwh: Count
    lifetime_y: Annotated[float, Field(ge=1, le=100)]
    efficiency: Annotated[float, Field(gt=0, le=1)]
    fuel_per_mwh_heat: Count
    carbon_g_per_kwh: Count
    outage_share: Share


class SystemTable(Told):
    """[system]: a carbon-neutral power system around computing. Money in EUR of 2025, as technologies.toml has it."""

    interest: Annotated[float, Field(ge=0, le=0.5)]
    removal_per_t: Count
    hydro_share: Share
    heat_share: Annotated[dict[Year, Share], Field(min_length=1)]
    vehicle_share: Annotated[dict[Year, Share], Field(min_length=1)]
    hydrogen_per_kwh: Count
    cost_factor: dict[Name, Positives]
    moving_per_kwh: dict[Name, Count] = Field(default_factory=dict)
    capture: CaptureTable


class PathwayFile(Table):
    """The whole file."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    cost_year: Annotated[int, Field(ge=2000, le=LAST_YEAR)]
    called_hours: Annotated[float, Field(gt=0, le=8760)]
    token: TokenTable
    system: SystemTable
    region: Annotated[tuple[RegionTable, ...], Field(min_length=1, max_length=60)]
    society: SocietyTable
    edition: Annotated[dict[Name, EditionTable], Field(min_length=1)]
    anchor: tuple[AnchorTable, ...] = ()
    scenario: Annotated[tuple[ScenarioTable, ...], Field(min_length=1, max_length=60)]
    prior: tuple[PriorTable, ...] = ()
    claim: tuple[ClaimTable, ...] = ()
    class_: Annotated[tuple[ClassTable, ...], Field(alias="class")] = ()
