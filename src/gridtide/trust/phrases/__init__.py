"""How is what rooms, devices and doors say in English said in Chinese? Tables from the English form to the Chinese.

Figures stand in braces, and a figure whose name ends in `_n` begins with a digit. A form is the English text as the
code makes it, letter for letter: what the code says and no form reads fails a test. A figure may be a sentence itself.
"""

from collections.abc import Mapping

from gridtide.trust.phrases import (
    acts,
    boards,
    checks,
    doors,
    meters,
    people,
    plans,
    rooms,
    signs,
    why,
)

PHRASES: Mapping[str, str] = {
    **signs.PHRASES,
    **checks.PHRASES,
    **meters.PHRASES,
    **people.PHRASES,
    **plans.PHRASES,
    **why.PHRASES,
    **rooms.PHRASES,
    **acts.PHRASES,
    **boards.PHRASES,
    **doors.PHRASES,
}
"""By the English form."""
