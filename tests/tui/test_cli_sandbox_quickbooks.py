"""`recon sandbox quickbooks`: visits the endpoint a .qwc file names, and says how each visit went."""

from __future__ import annotations

import io
import json
import re
import threading
from pathlib import Path

import pytest

from recon.targets.base import Company
from recon.targets.quickbooks.endpoint.desks import EndpointDesk
from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, Endpoint, endpoint
from recon.targets.quickbooks.endpoint.password import digest_of
from recon.targets.quickbooks.endpoint.qwc import Address, new_file_id, qwc_text
from recon.targets.quickbooks.endpoint.waiting import Times
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.target import QuickBooksTarget
from tests.clock import FakeClock
from tui.cli import main

PASSWORD = "a-password-for-tests"


def qwc_of(here: Endpoint, folder: Path) -> Path:
    """Write the file a person adds to the Web Connector."""
    port, _, room = here.url.removeprefix("http://localhost:").partition("/")
    path = folder / "shop.qwc"
    address = Address(port=int(port), room=room)
    path.write_text(qwc_text(address, company="Maple", file_id=new_file_id(), poll_minutes=5), encoding="utf-8")
    return path


def visit(path: Path, password: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return main(["sandbox", "quickbooks", str(path), "--once", "--stdin", "--company", "Maple Inc.", *more])


def test_one_visit_brings_the_answers_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered: list[Company] = []
    with endpoint(folder=tmp_path / "a", port=0, clock=FakeClock(), times=Times(wait=60)) as here:
        here.journal.keep_facts(**{PASSWORD_FACT: digest_of(PASSWORD)})
        path = qwc_of(here, tmp_path)
        assert visit(path, "guess", monkeypatch) != 0
        assert "wrong user or password" in capsys.readouterr().err
        ledger = QuickBooksTarget(EndpointDesk(here.dispatch), QuickBooksOptions(environment="sandbox"))

        def work() -> None:
            answered.append(ledger.identify())
            here.dispatch.leave()

        program = threading.Thread(target=work, daemon=True)
        program.start()
        assert visit(path, PASSWORD, monkeypatch, "--json") == 0
        program.join(20)
    said = capsys.readouterr()
    facts = json.loads(said.out)
    assert (facts["which"], facts["url"], facts["keys"]["company"]) == ("quickbooks", here.url, "Maple Inc.")
    assert re.search(r"visit 1: \d message sets, done", said.err)
    assert [one.name for one in answered] == ["Maple Inc."]
    assert (tmp_path / "sandbox-quickbooks.sqlite").exists()


def test_without_a_file_or_with_one_a_web_connector_refuses_nothing_is_visited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "quickbooks"]) == 2
    assert "Name the .qwc file" in capsys.readouterr().err
    path = tmp_path / "shop.qwc"
    path.write_text("<QBWCXML><AppName>recon</AppName></QBWCXML>", encoding="utf-8")
    assert visit(path, PASSWORD, monkeypatch) == 2
    assert "AppURL is missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]
