"""Settings as lines and back, keys without their values, files that prove something, the state of the folder."""

from __future__ import annotations

import pytest

from recon.errors import SettingsError
from recon.service.setting_sheet import START_DATE_LOCKED
from recon.store.lock import holder_of
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.shell import Shell
from tests.thai_shop import WHOLESALE
from tui.wiring import service_for


@pytest.fixture
def service(workspace: Workspace, clock: FakeClock):
    with service_for(workspace, clock=clock, actor="nok") as opened:
        yield opened


def lines(service) -> dict:
    return {line.key: line for line in service.upkeep.settings()}


def test_every_setting_is_a_line_with_value_default_kind_and_explanation(service) -> None:
    found = lines(service)
    assert found["connections.shop.receipts"].choices == ("paid", "paid-and-completed")
    assert (found["connections.shop.vat_registered"].kind, found["connections.shop.vat_registered"].value) == (
        "yes-no",
        "yes",
    )
    assert found["connections.shop.source_api.page_size"].bounds == (1, 500)
    assert found["connections.shop.start_date"].kind == "date"
    assert found["approval.two_persons_above"].pattern
    assert found["company.name"].needed
    assert "format" not in found
    assert not [
        line.key for line in found.values() if not line.help and line.section.rpartition(".")[2] != "number_prefix"
    ]


def test_values_are_written_with_the_comments_kept(service, workspace: Workspace) -> None:
    service.upkeep.change_settings(
        {
            ("company", "short_name"): "Siam",
            ("connections", "shop", "vat_registered"): "no",
            ("connections", "shop", "payment_terms_days"): "30",
            ("connections", "shop", "payment_channels"): "Bank, COD",
            ("connections", "shop", "start_date"): "2026-09-01",
        }
    )
    settings, text = workspace.settings(), workspace.settings_file.read_text("utf-8")
    shop = settings.connections["shop"]
    assert (settings.company.short_name, shop.vat_registered, shop.payment_terms_days) == ("Siam", False, 30)
    assert (shop.payment_channels, shop.start_date.isoformat()) == (("Bank", "COD"), "2026-09-01")
    assert "# as it stands in the ledger" in text


def test_an_empty_text_takes_the_setting_out(service, workspace: Workspace) -> None:
    service.upkeep.change_settings({("connections", "shop", "source_api", "base_url"): "https://ledger.example/v1"})
    assert workspace.settings().connections["shop"].source_api.base_url
    service.upkeep.change_settings({("connections", "shop", "source_api", "base_url"): ""})
    assert workspace.settings().connections["shop"].source_api.base_url is None


def test_naming_one_value_of_a_table_loses_none_of_its_others(service, workspace: Workspace) -> None:
    service.upkeep.change_settings({("connections", "shop", "charges", "default", "tip", "account"): "420101"})
    tip = workspace.settings().connections["shop"].charges["default"].tip
    assert (tip.account, tip.treatment) == ("420101", "hold"), "tips stay held until somebody says otherwise"


def test_all_problems_are_named_and_nothing_is_written(service, workspace: Workspace) -> None:
    before = workspace.settings_file.read_bytes()
    with pytest.raises(SettingsError) as caught:
        service.upkeep.change_settings(
            {
                ("connections", "shop", "payment_terms_days"): "soon",
                ("connections", "shop", "start_date"): "2569-10-01",
                ("connections", "shop", "vat_registered"): "perhaps",
                ("company", "colour"): "blue",
            }
        )
    assert len(caught.value.problems) == 4
    assert "write 2026" in str(caught.value)
    with pytest.raises(SettingsError, match="accepted: 'paid' or 'paid-and-completed'"):
        service.upkeep.change_settings({("connections", "shop", "receipts"): "payd"})
    assert workspace.settings_file.read_bytes() == before


def test_the_start_date_is_locked_after_the_first_upload(posted_shell) -> None:
    with service_for(Workspace(posted_shell.root), clock=posted_shell.clock) as opened:
        line = lines(opened)["connections.shop.start_date"]
        assert line.locked == START_DATE_LOCKED
        assert lines(opened)["connections.shop.shop"].locked
        with pytest.raises(SettingsError, match="Locked since the first upload"):
            opened.upkeep.change_settings({line.path: "2026-01-01"})


def test_keys_are_named_by_place_and_never_by_value(workspace: Workspace, clock: FakeClock, key_store) -> None:
    with service_for(workspace, clock=clock) as opened:
        opened.upkeep.change_settings({("connections", "shop", "source"): "zort"})
    with service_for(workspace, clock=clock) as opened:
        opened.keep_secrets("shop", {"storename": "demo"}, keep="keyring")
        opened.keep_secrets("shop", {"apikey": "hush-hush"}, keep="file")
        found = {line.name: line.place for line in opened.upkeep.kept_keys()}
        assert found == {"storename": "key-store", "apikey": "file", "apisecret": "nowhere"}
        assert "hush" not in repr(opened.upkeep.kept_keys())


def test_who_answers_is_asked_and_nothing_is_kept(service, workspace: Workspace) -> None:
    found = service.upkeep.who_answers("shop", {}, ledger=True, shop=False)
    assert found.ledger is not None
    assert (found.ledger.name, found.shop) == (workspace.settings().company.name, None)
    assert service.upkeep.folder().answered == ()


def test_the_folder_tells_backups_and_who_writes(workspace: Workspace, clock: FakeClock) -> None:
    with service_for(workspace, clock=clock) as opened:
        assert opened.upkeep.folder().holder is None
        held = holder_of(workspace.private)
        assert held is not None
        assert held.pid
    assert holder_of(workspace.private) is None


def test_proofs_are_what_lies_in_the_folders(posted_shell) -> None:
    posted_shell("audit", "B0001").expect(0)
    posted_shell("journal", "B0001").expect(0)
    (posted_shell.root / "audit" / "foreign.xlsx").write_bytes(b"x")
    (posted_shell.root / "audit" / "notes.txt").write_bytes(b"x")
    with service_for(Workspace(posted_shell.root), clock=posted_shell.clock, write=False) as opened:
        found = {file.path.name: (file.kind, file.is_ours) for file in opened.upkeep.proofs()}
    assert found["B0001.xlsx"] == ("workbook", True)
    assert found["foreign.xlsx"] == ("workbook", False)
    assert [kind for kind, _ in found.values()].count("journal") == 1
    assert "notes.txt" not in found


@pytest.fixture
def posted_shell(workspace: Workspace, clock: FakeClock) -> Shell:
    """Three receipts stand in the sandbox ledger."""
    shell = Shell(workspace.root, clock)
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    shell("match", "--link-all", "--channel", "Bank Deposit", "--method", "BSV002").expect(0)
    shell("plan").expect(4)
    shell("approve", "B0001", "--as", "Nok").expect(0)
    shell("upload", "B0001").expect(0)
    return shell
