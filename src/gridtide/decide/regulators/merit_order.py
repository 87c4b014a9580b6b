"""Store for what is fast, nodes at rest and points of gangs for what is slow, and the store back to its middle.

Work that has slack costs the signal no energy, so that gangs carry every request that lasts and fill or empty the store
besides; the store bridges the seconds until they have followed.
"""

from gridtide.decide.regulate import Law, Means, Outside, Real, Regulated, RegulatorState, run_block


class MeritOrder:
    """Compute follows what is slower than half a minute and brings the store back within half an hour."""

    law = Law(split_s=30.0, recover_per_h=2.0)

    def respond(
        self,
        request_kw: Real,
        base_kw: Real,
        every_s: int,
        means: Means,
        state: RegulatorState,
        outside: Outside,
    ) -> Regulated:
        """One request every every_s seconds, (N,), above 0 to draw less than base_kw, (N,)."""
        return run_block(self.law, request_kw, base_kw, every_s, means, state, outside)
