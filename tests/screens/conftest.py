"""Worlds for the pictures, and the two forms a picture is kept in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.screens.still import wait_for_screen
from tests.screens.worlds import Worlds
from tui import i18n


class GridFile(SingleFileSnapshotExtension):
    """A text grid in a file of its own: a difference reads like the screen."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class PictureFile(SingleFileSnapshotExtension):
    """An SVG, for people."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Worlds:
    """Workspaces made once for all workers; each caller gets a copy."""
    own = tmp_path_factory.mktemp("worlds")
    base = tmp_path_factory.getbasetemp()
    return Worlds((base if worker_id == "master" else base.parent) / "original-worlds", own)


@pytest.fixture(scope="session", autouse=True)
def short_pauses() -> Iterator[None]:
    """Let the test pilot look at the queues of the screens, and every 5 ms at the processor: most of a test was such waiting."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 200)
        patch.setattr("textual.pilot.Pilot._wait_for_screen", wait_for_screen)
        yield


@pytest.fixture
def english():
    """Speak English before and after."""
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture
def grids(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Text grids."""
    return snapshot.use_extension(GridFile)


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """SVGs."""
    return snapshot.use_extension(PictureFile)


@pytest.fixture
def in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with colours; the tests' surroundings ask for none."""
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def same_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pictures of the gallery show no digest of a chain and nothing of the machine the tests run on."""
    if not request.module.__name__.endswith(("test_gallery", "test_languages")):
        return
    from tui import checks
    from tui.checks import Check, workspace_checks
    from tui.screens import audit_words, doctor
    from tui.thai_probe import SAMPLES

    real = audit_words.chain_state
    crooked = tuple(cells + (cells == 2) for _text, cells in SAMPLES)

    def machine(*_: object, size: tuple[int, int], **__: object) -> list[Check]:
        seen = [checks._size(size), checks._thai(crooked), checks._key_store()]
        return [Check("python", "ok", "3.11.7"), Check("terminal", "ok", "UTF-8, xterm-256color"), *seen]

    def chain(service: object) -> tuple[str, int, str]:
        head, number, damage = real(service)  # type: ignore[arg-type]  # a service, whatever a picture's world gives
        return "0" * len(head), number, damage

    def still(start: Path, ask: Callable[..., object]) -> list[Check]:
        return [
            replace(check, text=_still(check.text.replace(str(start), "/books")))
            for check in workspace_checks(start, ask)
        ]

    monkeypatch.setattr(audit_words, "chain_state", chain)
    monkeypatch.setattr(doctor, "machine_checks", machine)
    monkeypatch.setattr(doctor, "workspace_checks", still)


def _still(text: str) -> str:
    text = re.sub(r"[0-9a-f]{16}", "0" * 16, text)
    text = re.sub(r"store-\d+T\d+", "store-20261102T020000000000", text)
    return re.sub(r"\d[\d.,\u00a0\u202f ]* (MB|KB)", r"70 \1", text)


QUICK = {
    "test_keys_and_themes",
    "test_cells",
    "test_table",
    "test_filter_line",
    "test_figures",
    "test_tmux",
    "test_late_answers",
}
"""Modules whose tests all belong to the quick tier."""
QUICK_IN_USE = {
    "test_books_screen",
    "test_till_screens",
    "test_connection_side",
    "test_doctor_screen",
    "test_first_run",
    "test_home",
    "test_upload_screen",
}
"""Modules whose tests of keys, clicks and decisions belong to it; their further pictures do not."""
QUICK_USES = ("marked_is_decided", "filter_typed_fast", "double_click_opens", "undo", "f9", "unknown")
"""Uses of Review and ways to the places that belong to it; the commands' tests show the same decisions."""
QUICK_PICTURES = ("-demo]", "-worst]")
"""States of the gallery that belong to it, at all sizes; the other states, languages and themes are looked at in the slow tier."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the wide sweep over the screens to `make nightly`: it takes longer than everything else together."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not _is_quick(item.path.stem, item.name):
            item.add_marker(pytest.mark.slow)


def _is_quick(module: str, name: str) -> bool:
    """Return whether a test is worth its time at every change."""
    if module == "test_gallery":
        is_state = name.startswith("test_state[") and name.endswith(QUICK_PICTURES)
        return is_state or "[" not in name
    if module in {"test_review_use", "test_places"}:
        return any(word in name for word in QUICK_USES)
    return module in QUICK or (module in QUICK_IN_USE and not name.startswith("test_picture"))
