"""The real program in a real terminal multiplexer: from a demo workspace to an uploaded batch, with the keys a person presses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.workspace import Workspace
from tests.screens.worlds import Worlds
from tests.shell import process_env
from tui.demo import COMPANY, TAX_ID

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
FEWEST = 40
"""Documents the invented month leaves to be decided, at least."""
MOST_KEYS_TO_THE_DOOR = 6

pytestmark = pytest.mark.skipif(
    not shutil.which("tmux"), reason="tmux is not installed; the other tests cover the screens without it"
)


class Tmux:
    """One window of a server of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "tmux"
        self.keys = 0

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *arguments]
        env = {name: value for name, value in process_env(LANG="C.UTF-8").items() if name not in {"COLUMNS", "LINES"}}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd=ROOT).stdout

    def open(self, *command: str, size: tuple[int, int] = (100, 30), cwd: Path = ROOT) -> None:
        width, height = map(str, size)
        where = ("-c", str(cwd), "-e", "LANG=C.UTF-8", "-e", f"PYTHONPATH={ROOT}")
        self.run("-u", "new-session", "-d", "-x", width, "-y", height, *where, *command)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.run("send-keys", key)

    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def until(self, *words: str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            seen = self.screen()
            if all(word in seen for word in words):
                return seen
            time.sleep(0.1)
        raise AssertionError(f"{words} did not come\n{self.screen()}")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    window = Tmux(tmp_path)
    yield window
    subprocess.run(["tmux", "-S", str(window.socket), "kill-server"], capture_output=True, check=False)


def test_from_the_demo_to_an_uploaded_batch_in_a_terminal(tmux: Tmux, worlds: Worlds) -> None:
    root = worlds("demo").root
    tmux.open(sys.executable, "-m", "tui.cli", "-C", str(root), "tui", "--as", "Nok")
    tmux.until("DEMO", "documents of B0002 wait for your decision")
    tmux.press("Enter")
    review = tmux.until("[Review]", " ready ", "blocked")
    number = sum(int(count) for count in re.findall(r"(\d+) (?:ready|check)\b", review))
    assert number >= FEWEST
    before = tmux.keys
    tmux.press("*", "a")
    tmux.until(f"{number} approved")
    tmux.press("F9")
    door = tmux.until(f"{number} documents", f"Upload {number}", "same company")
    assert tmux.keys - before <= MOST_KEYS_TO_THE_DOOR
    assert COMPANY in door
    tmux.press("Tab", "Enter")
    tmux.until(f"= posted {number}", "refused 0")
    tmux.press("v")
    tmux.until("all equal")
    tmux.press("C-q")
    with SandboxPeak(path=Workspace(root).sandbox_file, company=sandbox_company(name=COMPANY, tax_id=TAX_ID)) as ledger:
        assert ledger.truth(live_only=False)


def test_from_an_empty_folder_through_the_guide_to_sample_data(tmux: Tmux, tmp_path: Path) -> None:
    """A person who never saw recon: every page of the guide at 80x24, then the sample, looked at and thrown away."""
    empty = tmp_path / "new"
    empty.mkdir()
    tmux.open(sys.executable, "-m", "tui.cli", size=(80, 24), cwd=empty)
    tmux.until("Welcome", "step 1 of 5", "Enter Next")
    for number, words in enumerate(("Where do your orders come from?", "Folder and company", "Accounting service"), 2):
        tmux.press("Enter" if number == 2 else "F3")
        tmux.until(words, f"step {number} of 5")
    tmux.press("F2")
    tmux.until("step 3 of 5")
    tmux.press("Escape")
    tmux.until("step 4 of 5")
    tmux.press("Escape")
    last = tmux.until("step 5 of 5", "Enter Sample data")
    assert "Your name" in last
    assert list(empty.iterdir()) == [], "nothing is made by looking"
    tmux.press("F3")
    tmux.until("Sample data", "Esc Stop")
    review = tmux.until("DEMO", "[Review]", "24 blocked")
    assert "F1 Help" in review
    assert (empty / "demo" / "recon.toml").is_file()
    assert not (empty / "books").exists()
    tmux.press("F2", "F2", "F2")
    tmux.until("Needs you", "159 documents of B0002 wait for your decision")
    tmux.press("Enter")
    tmux.until("[Review]", "24 blocked")
    tmux.press("C-p")
    tmux.until("Search for commands")
    tmux.run("send-keys", "-l", "Throw the sample")
    tmux.until("Delete this sample workspace")
    tmux.press("Enter")
    tmux.until("Throw the sample away?")
    tmux.press("Tab", "Enter")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while list(empty.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(empty.iterdir()) == [], "nothing is left of the sample"
