"""The workspace the answers of the first-run guide become: its recon.toml, a test call before it is made, and its doors.

Nothing is made before the person says so at the end; a test call before that happens in a folder of its own which is
deleted again, with keys that are kept nowhere.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from recon.config.edits import with_settings
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.schedule_presets import PRESETS
from recon.config.toml_edits import Value
from recon.domain.providers import ledger_facts, source_facts
from recon.errors import SettingsError
from recon.ports import Clock
from recon.service.upkeep import OtherSide
from recon.workspace import Workspace, make_workspace, write_settings
from tui.connector_setup import first_set_up
from tui.first_answers import BY_FILE, CONNECTION, CONNECTOR, Answers
from tui.first_checks import start_problem
from tui.first_till_answers import departments_of
from tui.i18n import _
from tui.wiring import service_for


def settings_text(answers: Answers) -> str:
    """Return the recon.toml of these answers; raises SettingsError where one is not acceptable."""
    text = first_settings(
        FirstAnswers(
            company=answers.company.strip(),
            tax_id=answers.tax_id.strip(),
            connection=CONNECTION,
            source=answers.source,
            target=answers.system,
            profile="" if source_facts(answers.source).has_columns_of_its_own else "export",
            start_date=dt.date.fromisoformat(answers.start_date.strip()),
            environment="test" if answers.target.endswith("-test") else "live",
            base_url="" if ledger_facts(answers.system).is_sandbox else answers.ledger_url,
            source_base_url=answers.source_url,
        )
    )
    if answers.is_till:
        return with_settings(text, _till_choices(answers))
    return with_settings(text, _american_choices(answers)) if answers.is_american else text


def _american_choices(answers: Answers) -> dict[tuple[str, ...], Value | None]:
    """Return the settings the page about American books asks for; those of a sandbox name its own lists already."""
    base, facts = ("connections", CONNECTION), ledger_facts(answers.system)
    chosen: dict[tuple[str, ...], Value | None] = {}
    if answers.taxes == "items" and facts.has_tax_items:
        chosen[*base, "taxes"] = answers.taxes
    if not facts.is_sandbox:
        chosen[*base, "contacts", "default"] = answers.customer.strip()
        chosen[*base, "quickbooks", "text_item"] = answers.text_item.strip()
    if answers.runs != "manual":
        chosen |= {(*base, "schedule", "when"): answers.runs, (*base, "schedule", "at"): answers.run_at.strip()}
    return chosen


def _till_choices(answers: Answers) -> dict[tuple[str, ...], Value | None]:
    """Return the settings the pages about tills ask for."""
    base = ("connections", CONNECTION)
    chosen: dict[tuple[str, ...], Value | None] = {
        (*base, "writers"): answers.writer,
        (*base, "till", "voucher"): answers.voucher,
        (*base, "till", "counting"): answers.counting,
        (*base, "till", "invoices"): answers.till_invoices,
        (*base, "poweroffice", "route"): answers.route,
    }
    for place, code in departments_of(answers.departments).items():
        chosen[*base, "till", "departments", place] = code
    for name, value in PRESETS.get(answers.runs, {}).items():
        chosen[*base, "schedule", name] = int(value) if value.isdigit() else value
    return chosen


def ask_who(answers: Answers, clock: Clock, *, ledger: bool, shop: bool) -> OtherSide:
    """Ask the ledger or the shop who they are with the keys typed so far; nothing is kept anywhere.

    Raises:
        ReconError: Not reached, or the keys are wrong or missing; the text says which.
    """
    with tempfile.TemporaryDirectory(prefix="recon-test-call-") as place:
        draft = Answers(**{name: getattr(answers, name) for name in Answers.__slots__})
        draft.company = answers.company.strip() or "-"
        draft.start_date = (
            answers.start_date if not start_problem(answers.start_date) else clock.now().date().isoformat()
        )
        workspace = make_workspace(Path(place) / "call", settings_text(draft))
        given = {**answers.shop_keys, **answers.ledger_keys}
        with service_for(workspace, clock=clock, config_folder=Path(place) / "config") as service:
            return service.upkeep.who_answers(CONNECTION, given, ledger=ledger, shop=shop)


def make(answers: Answers, clock: Clock, again: Workspace | None = None) -> Workspace:
    """Make the workspace; ``again``: the one this guide made before, whose settings are written anew.

    Raises:
        UsageError, SettingsError: It cannot be made; the text says why.
    """
    text = settings_text(answers)
    if again is not None:
        write_settings(again, text)
        return again
    workspace = make_workspace(Path(answers.folder.strip()).expanduser(), text)
    with service_for(workspace, clock=clock, actor=answers.person):
        pass  # makes the store
    return workspace


def set_up_connector(workspace: Workspace, answers: Answers, clock: Clock) -> None:
    """Write the .qwc file and keep the password, where documents go through the Web Connector."""
    if answers.system == CONNECTOR:
        rules = workspace.settings().connections[CONNECTION].quickbooks
        first_set_up(
            workspace, rules, company=answers.company.strip(), password=answers.connector_password, clock=clock
        )


def connect(workspace: Workspace, answers: Answers, clock: Clock) -> None:
    """Open the doors whose keys were typed, and keep the keys where the person said.

    Raises:
        ReconError: Not reached, wrong keys, another company, or no key store; nothing was kept.
    """
    given = answers.given()
    ledger, shop = (all(name in given for name in answers.wanted_keys(side)) for side in ("ledger", "shop"))
    with service_for(workspace, clock=clock, actor=answers.person) as service:
        if ledger and shop and answers.system != CONNECTOR:  # which comes by itself, long after this guide
            sides = ("ledger", "source") if source_facts(answers.source).has_api else ("ledger",)
            typed = answers.lists.strip() if answers.system == BY_FILE else ""
            lists = Path(typed).expanduser() if typed else None
            service.connect(
                CONNECTION, sides=sides, set_accounts=False, given=given or None, keep=answers.keep, lists=lists
            )
        elif given:
            found = service.upkeep.who_answers(
                CONNECTION,
                given,
                ledger=ledger and bool(answers.wanted_keys("ledger")) and answers.system != CONNECTOR,
                shop=shop and source_facts(answers.source).has_api,
            )
            if wrong_company(answers, found):
                raise SettingsError(_("The ledger answers for another company. No key was kept."))
            service.keep_secrets(CONNECTION, given, keep=answers.keep)


def wrong_company(answers: Answers, found: OtherSide) -> bool:
    """Return whether the ledger answers for another name than was typed."""
    typed = "".join(answers.company.casefold().split())
    return bool(found.ledger is not None and typed and typed != "".join(found.ledger.name.casefold().split()))
