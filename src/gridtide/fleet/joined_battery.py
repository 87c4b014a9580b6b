"""A battery and the part of a store for backup that may cycle, as one."""

from dataclasses import replace

from gridtide.fleet.backup_store import BackupStore
from gridtide.fleet.site import Battery


def joined_battery(battery: Battery | None, backup: BackupStore | None) -> Battery | None:
    """What a site may cycle: its battery with what the backup's owner lets it give, never its reserve.

    Both rise and fall together, each by its part of the energy that may be used, so whatever the one battery does the
    two can do: of the backup as much energy counts as it can move at the battery's pace. Efficiencies and wear
    are those of the two at that pace. At the start the backup stands where the battery stands, alone it is full.
    """
    usable_kwh = backup.usable_kwh(backup.energy_kwh) if backup else 0.0
    if backup is None or usable_kwh <= 0.0:
        return battery
    if battery is None:
        return Battery(
            energy_kwh=usable_kwh,
            charge_max_kw=backup.power_max_kw,
            discharge_max_kw=backup.power_max_kw,
            charge_efficiency=backup.charge_efficiency,
            discharge_efficiency=backup.discharge_efficiency,
            soc_min=0.0,
            soc_start=1.0,
            wear_cost_per_kwh=backup.wear_cost_per_kwh,
        )
    return _together(battery, backup, usable_kwh)


def _together(battery: Battery, backup: BackupStore, usable_kwh: float) -> Battery:
    own_kwh = battery.energy_kwh * (1.0 - battery.soc_min)
    most_in_kw = backup.power_max_kw * backup.charge_efficiency
    most_out_kw = backup.power_max_kw / backup.discharge_efficiency
    added_kwh = min(
        usable_kwh,
        _kept_pace_kwh(own_kwh, battery.charge_max_kw * battery.charge_efficiency, most_in_kw),
        _kept_pace_kwh(own_kwh, battery.discharge_max_kw / battery.discharge_efficiency, most_out_kw),
    )  # fmt: skip
    if added_kwh <= 0.0:
        return battery
    both_kwh = own_kwh + added_kwh
    share, other = own_kwh / both_kwh, added_kwh / both_kwh
    taken_kwh = share / battery.charge_efficiency + other / backup.charge_efficiency
    given_kwh = share * battery.discharge_efficiency + other * backup.discharge_efficiency
    wear = share * battery.discharge_efficiency * battery.wear_cost_per_kwh
    wear += other * backup.discharge_efficiency * backup.wear_cost_per_kwh
    least_kwh = battery.energy_kwh * battery.soc_min
    level = (battery.soc_start - battery.soc_min) / (1.0 - battery.soc_min)
    grown = both_kwh / own_kwh
    return replace(
        battery,
        energy_kwh=least_kwh + both_kwh,
        charge_max_kw=battery.charge_max_kw * battery.charge_efficiency * grown * taken_kwh,
        discharge_max_kw=battery.discharge_max_kw
        / battery.discharge_efficiency
        * grown
        * given_kwh,
        charge_efficiency=1.0 / taken_kwh,
        discharge_efficiency=given_kwh,
        soc_min=least_kwh / (least_kwh + both_kwh),
        soc_start=(least_kwh + level * both_kwh) / (least_kwh + both_kwh),
        wear_cost_per_kwh=wear / given_kwh,
        charge_least_kw=battery.charge_least_kw * battery.charge_efficiency * grown * taken_kwh,
    )


def _kept_pace_kwh(own_kwh: float, own_kw: float, most_kw: float) -> float:
    """Energy of another store that most_kw inside it moves in the time in which own_kw move own_kwh; inf where those
    never move."""
    return own_kwh * most_kw / own_kw if own_kw > 0.0 else float("inf")
