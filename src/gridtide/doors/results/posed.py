"""What a what-if is asked of: a decision of a run taken again, or one that a control room made."""

from dataclasses import dataclass, replace

from gridtide.decide.objective import Objective
from gridtide.decide.situation import Situation
from gridtide.decide.steering import covered


@dataclass(frozen=True, kw_only=True, eq=False)
class Posed:
    """What the decision knew and what it was weighed by. planned_by: the uncertainty its own plan was made under."""

    situation: Situation
    objective: Objective
    planned_by: str

    @property
    def as_planned(self) -> Situation:
        """What it knew, over the horizon its signals cover."""
        return replace(self.situation, horizon=covered(self.situation))
