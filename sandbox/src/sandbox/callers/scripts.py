"""Every script of a caller, by name."""

from sandbox.callers import nasty
from sandbox.callers.conversation import book_a_perm
from sandbox.callers.stories import STORIES, told
from sandbox.callers.turns import Script

SCRIPTS: dict[str, Script] = {
    "perm": book_a_perm,
    "hang-up": nasty.hang_up_in_the_middle,
    "indecisive": nasty.indecisive,
    "withheld": nasty.withheld_number,
    "two-at-once": nasty.two_at_once,
    "injection": nasty.injection_in_the_name,
    "wrong-names": nasty.wrong_names,
    **{name: told(steps) for name, steps in STORIES.items()},
}
