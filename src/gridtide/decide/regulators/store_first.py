"""The store answers alone, gangs take over only what it cannot give: how batteries are mostly run."""

from gridtide.decide.regulate import Law, Means, Outside, Real, Regulated, RegulatorState, run_block


class StoreFirst:
    """No energy management: the store drifts with the signal until it has nothing left to give or to take."""

    law = Law(split_s=1e12, recover_per_h=0.0)

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
