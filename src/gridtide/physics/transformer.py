"""Losses of a distribution transformer."""


def transformer_loss_kw(
    load_kw: float, rated_kw: float, iron: float = 0.0010, copper: float = 0.0090
) -> float:
    """Loss: rated * (iron + copper x²) with x = load / rated. [kW]; coefficients [fraction of rated].

    Reference: engineering default; unverified, give your own. load_kw: 0 or more; rated_kw: above 0.
    """
    x = load_kw / rated_kw
    return rated_kw * (iron + copper * x * x)


def transformer_efficiency(share: float, iron: float = 0.0010, copper: float = 0.0090) -> float:
    """Output over input at a share of rated load [0-1]; best at sqrt(iron / copper).

    share above 0. Derived from `transformer_loss_kw`.
    """
    return share / (share + iron + copper * share * share)
