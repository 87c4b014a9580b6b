"""[[signal]] floor_per_mwh, cap_per_mwh, fuels, carbon_least_g_per_kwh, carbon_most_g_per_kwh: what a series can be."""

from collections.abc import Iterator

from gridtide.case.schema import CaseFile, SignalTable
from gridtide.case.zones import zone_known
from gridtide.finding import Finding
from gridtide.signals.limits import FUELS_G_PER_KWH, Limit, mix_g_per_kwh
from gridtide.signals.signal import Kind

UNBOUNDED = float("inf")
ROUNDING = 1e-9


def limits_of(case: CaseFile) -> tuple[Limit, ...]:
    """What prices of a case can be by their markets, in the settlement currency, and carbon by fuels: as its tables
    say, else as zones.toml knows the zone. What is made up or a second source has none of its own."""
    found: list[Limit] = []
    for table in case.signal:
        if table.witness is None:
            found += [*_of_price(table, case), *_of_carbon(table)]
    return tuple(found)


def limit_faults(case: CaseFile) -> Iterator[Finding]:
    """Limits that nothing lies within, and fuels that are not known or do not make up a whole."""
    for number, table in enumerate(case.signal, start=1):
        key = f"signal[{number}]"
        for low, high, names in (
            (table.floor_per_mwh, table.cap_per_mwh, ("floor_per_mwh", "cap_per_mwh")),
            (
                table.carbon_least_g_per_kwh,
                table.carbon_most_g_per_kwh,
                ("carbon_least_g_per_kwh", "carbon_most_g_per_kwh"),
            ),
        ):
            if low is not None and high is not None and high < low:
                yield _fault(f"{key}.{names[1]}", f"{high:g}", f"{names[0]}, {low:g}, or more")
        for fuel in sorted(set(table.fuels) - set(FUELS_G_PER_KWH)):
            known = ", ".join(sorted(FUELS_G_PER_KWH))
            yield _fault(f"{key}.fuels", fuel, f"one of {known}")
        yield from _whole(table, key)


def _whole(table: SignalTable, key: str) -> Iterator[Finding]:
    for fuel, (least, most) in sorted(table.fuels.items()):
        if most < least:
            yield _fault(f"{key}.fuels.{fuel}", f"{least:g} to {most:g}", "its least share first")
    least, most = (sum(share[end] for share in table.fuels.values()) for end in (0, 1))
    if table.fuels and not least <= 1.0 + ROUNDING <= most + 2 * ROUNDING:
        value = f"shares that sum to {least:g} at least and {most:g} at most"
        yield _fault(f"{key}.fuels", value, "shares that can sum to 1")


def _of_price(table: SignalTable, case: CaseFile) -> Iterator[Limit]:
    """Of a price as the market knows it; a tariff of a zone with a market has none."""
    zone, own = zone_known(table.zone), case.case.currency
    if table.floor_per_mwh is not None or table.cap_per_mwh is not None:
        yield from _priced(table, table.currency or own, case, "as the case says of its market")
    elif zone is not None and table.published in (None, zone.price) and table.source != "synthetic":
        known = table.model_copy(
            update={"floor_per_mwh": zone.floor_per_mwh, "cap_per_mwh": zone.cap_per_mwh}
        )
        yield from _priced(known, zone.currency, case, f"which the market of {zone.name} allows")


def _priced(table: SignalTable, currency: str, case: CaseFile, why: str) -> Iterator[Limit]:
    low, high = table.floor_per_mwh, table.cap_per_mwh
    rate = 1.0 if currency == case.case.currency else case.rates.get(currency)
    if rate is None or (low is None and high is None):
        return
    yield Limit(
        kind=Kind.PRICE,
        zone=table.zone,
        low=-UNBOUNDED if low is None else low * rate,
        high=UNBOUNDED if high is None else high * rate,
        why=why,
    )


def _of_carbon(table: SignalTable) -> Iterator[Limit]:
    """Of an average by the mix; of a marginal intensity only that no fuel comes with more."""
    least, most = table.carbon_least_g_per_kwh, table.carbon_most_g_per_kwh
    if table.fuels:
        low, high = mix_g_per_kwh(table.fuels)
        worst = max(FUELS_G_PER_KWH[fuel][1] for fuel in table.fuels)
        why = "which its fuels allow"
        yield Limit(kind=Kind.CARBON_AVERAGE, zone=table.zone, low=low, high=high, why=why)
        yield Limit(kind=Kind.CARBON_MARGINAL, zone=table.zone, low=0.0, high=worst, why=why)
    if least is not None or most is not None:
        yield Limit(
            kind=Kind.CARBON_AVERAGE,
            zone=table.zone,
            low=-UNBOUNDED if least is None else least,
            high=UNBOUNDED if most is None else most,
            why="as the case says of its region",
        )


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend="Correct it.")
