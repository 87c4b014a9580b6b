"""Losses between the UPS and the boards: distribution units with their busways, power supplies."""


def pdu_loss_kw(load_kw: float, share: float = 0.010) -> float:
    """Loss [kW] of distribution units and busways as a share [0-1) of the load [kW], 0 or more.

    Reference: engineering default of about 1 per cent; assumed, give your own.
    """
    return share * load_kw


def power_supply_input_kw(output_kw: float, efficiency: float = 0.95) -> float:
    """What power supplies draw [kW] to give output_kw [kW], 0 or more. efficiency: (0, 1].

    Reference: 0.94 to 0.96 of the 80 Plus Titanium class; assumed, give your own.
    """
    return output_kw / efficiency
