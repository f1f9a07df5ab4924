"""Worlds for the pictures, and the two forms a picture is kept in."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

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
