"""Which worker of a run gets which tests: whole modules, long ones first, so that what a module makes once is made once.

Dealt in other pieces, tests of one module land on several workers, and each plays the same story or starts the same world
anew. Modules, and the tests in them, still come in random order.
"""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

CRASH_WORLDS: Final = "tests/cases/+crash worlds"
STORIES: Final = "tests/cases/+stories"
TOGETHER: Final = {
    "tests/cases/test_crash_kinds.py": CRASH_WORLDS,
    "tests/cases/test_crash_real.py": CRASH_WORLDS,
    "tests/cases/test_disk_full.py": CRASH_WORLDS,
    "tests/cases/test_bentoweb_month.py": STORIES,
    "tests/cases/test_cases.py": STORIES,
    "tests/cases/test_us_books.py": STORIES,
    "tests/cases/test_us_summary.py": STORIES,
    "tests/tui/test_json.py": STORIES,
}
"""Modules that share what is made once for a whole run."""
LONG: Final = ("tests/cases/+", "tests/cases/", "tests/screens/", "tests/browser/")
"""Where single modules take long: dealt first, so that no worker stands idle while another ends one of them."""


class ByModule(LoadScopeScheduling):
    """Deals modules instead of tests."""

    def schedule(self) -> None:
        """Keep the random order of the modules; a larger number of tests does not make one the longer."""
        self.config.option.loadscopereorder = False
        super().schedule()

    def _assign_work_unit(self, node: WorkerController) -> None:
        for start in LONG:
            if found := next((scope for scope in self.workqueue if scope.startswith(start)), None):
                self.workqueue.move_to_end(found, last=False)
                break
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return TOGETHER.get(module, module)
