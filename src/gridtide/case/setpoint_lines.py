"""[[setpoint]]: the line on which the dispatch centre tells a site what to draw, while its case is served live."""

from collections.abc import Callable
from functools import partial

from gridtide.case.schema import CaseFile, SetpointTable, SiteTable
from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus_setpoint import ModbusSetpoint
from gridtide.fleet.product import ProductKind
from gridtide.loop.set_points.led_site import LineTerms
from gridtide.loop.world import Clock
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.trust.setpoint_rules import SetpointRules

RETURN_S = 300.0
"""In which a site that is led no more goes back over the whole of its offer."""


def lines_of(case: CaseFile) -> tuple[LineTerms, ...]:
    """The lines of a case, none opened yet."""
    sites = {site.name: site for site in case.site}
    return tuple(_line(table, sites[table.site]) for table in case.setpoint)


def _line(table: SetpointTable, site: SiteTable) -> LineTerms:
    offer_kw = table.offer_kw or 0.0
    widest_kw = max(
        [
            offer_kw,
            *(one.offered_max_kw for one in site.offer if one.product is ProductKind.REGULATION),
        ]
    )
    least_kw, most_kw = -site.contract.export_max_kw, site.contract.import_max_kw
    ramp_kw_per_min = site.contract.ramp_max_kw_per_min
    rules = SetpointRules(
        p_min_kw=least_kw,
        p_max_kw=most_kw,
        ramp_kw_per_s=(most_kw - least_kw) / table.cycle_s
        if ramp_kw_per_min is None
        else ramp_kw_per_min / 60.0,
        return_kw_per_s=widest_kw / RETURN_S,
        cycle_s=table.cycle_s,
    )
    return LineTerms(
        site=table.site,
        name=f"{table.line} line of {table.site}",
        rules=rules,
        up_kw=offer_kw,
        down_kw=offer_kw,
        opens=partial(LINES[table.line], table),
    )


def _over_104(table: SetpointTable, clock: Clock, on_told: Callable[[], None]) -> SetpointChannel:
    return Iec104Setpoint(
        clock=clock,
        host=table.host,
        port=table.port,
        allowed=frozenset(table.centres) or None,
        on_told=on_told,
    )


def _over_modbus(
    table: SetpointTable, clock: Clock, on_told: Callable[[], None]
) -> SetpointChannel:
    return ModbusSetpoint(clock=clock, host=table.host, port=table.port, on_told=on_told)


LINES: dict[str, Callable[[SetpointTable, Clock, Callable[[], None]], SetpointChannel]] = {
    "iec104": _over_104,
    "modbus": _over_modbus,
}
