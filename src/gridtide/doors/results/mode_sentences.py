"""The sentences of a report on operation modes: situation, what a loss does, what is proposed."""

from typing import Any


def of_mode(told: dict[str, Any]) -> list[str]:
    """What stands in a report about one mode: why this hour, how it is fed, its worst loss, what the fleet does."""
    low, high = told["band_kw"]
    end = "highest" if told["load"] == "most" else "lowest"
    weather = "most" if told["weather"] == "much" else "least"
    sentences = [
        f"{told['at']} stands for {told['mode']}: of the {told['among_hours']:,} hours of {told['season']} with the"
        f" {end} load ({low:,.0f} to {high:,.0f} kW) it has the {weather} sun and wind"
        f" ({told['weather_kw']:,.0f} kW); {told['load_kw']:,.0f} kW are drawn, and {told['fleet_kw']:,.0f} kW by the"
        " fleet.",
        f"Units feed it for {told['cost_per_h']:,.0f} an hour, {told['curtailed_kw']:,.0f} kW without cost are not"
        f" taken; prices at buses lie from {told['lowest_price_per_mwh']:,.2f} to"
        f" {told['highest_price_per_mwh']:,.2f} a MWh{_congested(told)}. The fullest branch as it stands is"
        f" {told['fullest']} at {told['loading']:.1%}.",
        _losses(told),
        _secured(told),
    ]
    if told["shed_kw"] > 1.0:
        sentences.append(
            f"{told['shed_kw']:,.0f} kW of load cannot be served even before any loss."
        )
    if told["lacking_kw"] > 1.0:
        sentences.append(
            f"{told['lacking']} losses of units lack reserve: up to {told['lacking_kw']:,.0f} kW more must stand ready."
        )
    return [*sentences, *_fleet(told)]


def _congested(told: dict[str, Any]) -> str:
    named = [f"{one['branch']} ({one['price_per_mwh']:,.2f} a MWh)" for one in told["congested"]]
    return f", parted by {', '.join(named)}" if named else ", the same everywhere"


def _losses(told: dict[str, Any]) -> str:
    counted = (
        f"Of {told['losses']} losses of one branch or unit {told['overloading']} overload a branch and"
        f" {told['islanding']} cut load off"
    )
    worst = told["worst"]
    if worst is None:
        return f"{counted}."
    return (
        f"{counted}; the worst, of {worst['lost']}, loads {worst['branch']} to {worst['loading']:.1%} of its emergency"
        f" rating, {worst['over_kw']:,.0f} kW over it."
    )


def _secured(told: dict[str, Any]) -> str:
    more = told["secured_cost_per_h"] - told["cost_per_h"]
    if told["overloading"] == 0 and more <= 1.0:
        return "No other output of units is needed ahead of any loss of a branch."
    kept = (
        "keeps every emergency rating after the loss of any one branch"
        if told["secured_left_kw"] <= 1.0
        else f"still leaves {told['secured_left_kw']:,.0f} kW over ratings or unserved after the loss of a branch"
    )
    return (
        f"Output of units set ahead of losses costs {max(more, 0.0):,.0f} an hour more and {kept}."
    )


def _fleet(told: dict[str, Any]) -> list[str]:
    if told["response"] == "nothing":
        return []
    how = (
        "fills its cheapest hours"
        if told["response"] == "by price"
        else "moves within the room of the grid"
    )
    paid = f"The fleet {how} and pays {told['fleet_cost_per_day']:,.0f} for the day"
    if told["new_over_hours"] == 0:
        return [f"{paid}; no branch is further over its rating than without that."]
    return [
        f"{paid}; in {told['new_over_hours']} hours of it a branch is further over its rating than without that, by up"
        f" to {told['new_over_kw']:,.0f} kW."
    ]


def of_worst(told: dict[str, Any], minutes: float) -> list[str]:
    """What stands in a report about one of the worst losses: what it does, what limits it, what is proposed."""
    sentences = [
        f"{told['mode']} (fleet: {told['response']}): the loss of {told['lost']} loads {told['branch']} to"
        f" {told['loading']:.1%} of its emergency rating, {told['over_kw']:,.0f} kW over it;"
        f" {told['all_over_kw']:,.0f} kW over all branches. It overloads in {told['in_modes']} modes."
    ]
    before = told["before"]
    if before is not None:
        sentences.append(
            f"Limit before it: flow of {told['branch']} plus {before['share']:.3f} of that of {told['lost']} within"
            f" {before['most_kw']:,.0f} kW either way; now {before['sum_kw']:,.0f}."
        )
    sentences += [_measures(told, minutes), *_with_losses(told["with_losses"])]
    return sentences


def _measures(told: dict[str, Any], minutes: float) -> str:
    named = (("compute", "moving compute between sites"), ("generation", "moving output of units"))
    parts = [
        _measure(words, told[key], told["all_over_kw"])
        for key, words in named
        if told[key] is not None
    ]
    if told["compute"] is not None:
        parts.append(_measure("both together", told["together"], told["all_over_kw"]))
    if told["shed_left_kw"] > 1.0:
        parts.append(
            f"even cutting load leaves {told['shed_left_kw']:,.0f} kW over: no unit comes down further"
        )
    elif told["shed_kw"] > 1.0:
        parts.append(f"cutting {told['shed_kw']:,.0f} kW of load besides clears it")
    return f"Within {minutes:g} minutes: {'; '.join(parts)}."


def _measure(words: str, found: dict[str, Any], over_kw: float) -> str:
    if found["clears"]:
        moves = ", ".join(f"{one['name']} {one['fed_more_kw']:+,.0f}" for one in found["moves"][:4])
        return f"{words} clears it with {found['moved_kw']:,.0f} kW ({moves}) at {found['cost_per_h']:,.0f} an hour"
    if found["moved_kw"] <= 1.0:
        return f"{words} does not help, {over_kw:,.0f} kW stay over"
    return f"{words} takes {found['moved_kw']:,.0f} kW and leaves {found['left_kw']:,.0f} of {over_kw:,.0f} kW over"


def _with_losses(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    after = found["after"]
    if not found["now"]["solved"] or not after["solved"]:
        when = "as it stands" if not found["now"]["solved"] else "after it"
        return [f"With losses no solution is found {when}."]
    return [
        f"With losses {after['fullest']} is the fullest after it, at {after['loading']:.1%} of apparent power, and bus"
        f" {after['lowest_bus']} is lowest at {after['lowest_pu']:.3f} pu."
    ]


def of_all(found: dict[str, Any]) -> list[str]:
    """The first sentences of a report: how much was looked at, the worst of it, what the fleet does to the grid."""
    modes = found["modes"]
    over = [one for one in modes if one["overloading"]]
    losses = sum(one["losses"] for one in modes)
    sentences = [
        f"{len(modes)} modes of {found['of']} and {losses:,} losses were looked at: in {len(over)} modes some loss"
        " overloads a branch."
    ]
    if found["worst"]:
        worst = found["worst"][0]
        sentences.append(
            f"The worst is the loss of {worst['lost']} in {worst['mode']}: {worst['all_over_kw']:,.0f} kW over"
            f" emergency ratings, {worst['branch']} at {worst['loading']:.1%}."
        )
        cleared = {
            key: sum(bool(one[key]["clears"]) for one in found["worst"] if one[key])
            for key in MEASURES
        }
        many = len(found["worst"])
        sentences.append(
            f"Of the {many} worst, moving output of units clears {cleared['generation']}, moving compute"
            f" {cleared['compute']}, both {cleared['together']}."
        )
    if found["sites"]:
        naive = [one for one in modes if one["response"] == "by price" and one["new_over_hours"]]
        ours = [
            one for one in modes if one["response"] == "within the room" and one["new_over_hours"]
        ]
        chasing = sum(one["response"] == "by price" for one in modes)
        most = max((one["new_over_kw"] for one in naive), default=0.0)
        sentences.append(
            f"A fleet that chases the price makes new overloads on {len(naive)} of {chasing} days, up to {most:,.0f}"
            f" kW; one that moves within the room of the grid on {len(ours)}."
        )
    return sentences


MEASURES = ("compute", "generation", "together")
