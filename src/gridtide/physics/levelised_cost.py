"""What a plant costs over its life: the yearly share of its price, and the cost of its energy."""


def recovery_factor(interest: float, years: float) -> float:
    """Share of a price to be paid each year [1/a] for some years, above 0, at an interest [share a year, 0 or more].

    Reference: annuity, r (1 + r)^n / ((1 + r)^n - 1); 1/n without interest.
    """
    if interest == 0.0:
        return 1.0 / years
    grown = (1.0 + interest) ** years
    return float(interest * grown / (grown - 1.0))


def levelised_cost_per_mwh(
    capex_per_kw: float,
    fixed_per_kw_year: float,
    capacity_factor: float,
    recovery_per_year: float,
    variable_per_mwh: float = 0.0,
    fuel_per_mwh_heat: float = 0.0,
    efficiency: float = 1.0,
) -> float:
    """Money per MWh of electricity over a plant's life, in the currency of its prices.

    capacity_factor: mean over rated power (0, 1]. recovery_per_year: of recovery_factor. efficiency: (0, 1] of fuel.
    Reference: (capex x recovery + fixed) / (8.76 x capacity factor) + variable + fuel / efficiency. Money in, money
    out [of the same currency per MWh of electricity].
    """
    yearly = capex_per_kw * recovery_per_year + fixed_per_kw_year
    fuel = fuel_per_mwh_heat / efficiency
    return yearly / (8.76 * capacity_factor) + variable_per_mwh + fuel
