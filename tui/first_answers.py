"""What the first-run guide asks, what is wrong with an answer, and making the workspace in the end.

Nothing is made before the person says so at the end; a test call before that happens in a folder of its own which is
deleted again, with keys that are kept nowhere.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from recon.config.edits import with_settings
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.toml_edits import Value
from recon.domain.providers import keys_of, ledger_facts, source_facts
from recon.errors import SettingsError
from recon.ports import Clock
from recon.service.upkeep import OtherSide
from recon.targets.quickbooks.endpoint.password import LONGEST, SHORTEST
from recon.workspace import Workspace, make_workspace, write_settings
from tui.connector_setup import first_set_up, fits
from tui.first_till_answers import till_choices
from tui.i18n import N_, _
from tui.wiring import service_for

CONNECTION: Final = "shop"
CONNECTOR: Final = "quickbooks"
"""Documents go through the Web Connector."""
BY_FILE: Final = "quickbooks-iif"
"""Documents go as import files, held against lists a person exported."""
SOURCES: Final = (
    ("zort", N_("ZORT, through its API")),
    ("shopify", N_("Shopify, its CSV export")),
    ("shopify-api", N_("Shopify, through its API")),
    ("shopee", N_("Shopee, its order export")),
    ("lazada", N_("Lazada, its order export")),
    ("tiktok", N_("TikTok Shop, its order export")),
    ("bentoweb", N_("BentoWeb, through its API")),
    ("saft", N_("Tills in Norway: SAF-T Cash Register files")),
    ("z-reports", N_("Tills in Norway: Z reports in a table")),
    ("profile", N_("Another file: any CSV or Excel export")),
)
TARGETS: Final = (
    ("sandbox", N_("A sandbox ledger, to try things on")),
    ("peak-live", N_("PEAK through its API, your real books")),
    ("peak-test", N_("PEAK through its API, its test system")),
    ("peak-file", N_("PEAK by import file (Excel)")),
    ("sandbox-quickbooks", N_("A sandbox QuickBooks Desktop (US), to try things on")),
    ("quickbooks", N_("QuickBooks Desktop (US) through its Web Connector")),
    ("quickbooks-iif", N_("QuickBooks Desktop (US) by import file (IIF)")),
    ("sandbox-poweroffice", N_("A sandbox PowerOffice Go, to try things on")),
    ("poweroffice-live", N_("PowerOffice Go through its API, your real books")),
    ("poweroffice-test", N_("PowerOffice Go through its API, its demo system")),
)
_SYSTEMS_OF: Final = re.compile(r"-(live|test)$")
"""What stands behind a ledger's name where it has a test system beside the real one."""
_TAX_DIGITS: Final = 13
_EIN: Final = re.compile(r"[0-9]{2}-?[0-9]{7}")
"""Employer identification number of an American company; it has no check digit."""
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_NAME: Final = 200


@dataclass(slots=True)
class Answers:
    """What was answered so far; everything has a default."""

    folder: str
    start_date: str
    person: str = ""
    language: str = "en"
    source: str = "zort"
    target: str = "sandbox"
    company: str = ""
    tax_id: str = ""
    keep: str = "file"
    """Where keys go: keyring or file."""
    shop_keys: dict[str, str] = field(default_factory=dict)
    ledger_keys: dict[str, str] = field(default_factory=dict)
    ledger_url: str = ""
    """Of a ledger on this machine, for trying things out."""
    source_url: str = ""
    taxes: str = "line"
    """How sales tax stands in American books: line or items."""
    customer: str = "Shopify Customer"
    """Standing customer for buyers."""
    text_item: str = "Shop Line"
    """Item of lines without a product."""
    connector_password: str = ""
    """The Web Connector gives it; only its digest is kept."""
    runs: str = "manual"
    """When orders are fetched and planned: manual, daily, and of tills also weekly or monthly."""
    run_at: str = "05:00"
    lists: str = ""
    """Export of the ledger's lists, where nobody answers."""
    writers: str = ""
    """Who writes settlements: others, shared or recon; empty: as the ledger is real or not."""
    departments: str = ""
    """Places of tills and their departments: ``Kafé Torget = 10; Bar = 20``."""
    voucher: str = "report"
    counting: str = "hold"
    till_invoices: str = "hold"
    route: str = "draft"

    @property
    def is_till(self) -> bool:
        """Whether settlements of tills are what comes."""
        return source_facts(self.source).is_till

    @property
    def is_american(self) -> bool:
        """Whether the books are American ones."""
        return ledger_facts(self.system).is_american

    @property
    def system(self) -> str:
        """The accounting system, as recon.toml names it."""
        return system_of(self.target)

    def use_source(self, source: str) -> None:
        """Take another source, and a ledger that takes what it has."""
        self.source = source
        if self.target not in {value for value, _words in self.targets()}:
            self.target = next(value for value, _words in self.targets() if ledger_facts(system_of(value)).is_sandbox)

    def targets(self) -> tuple[tuple[str, str], ...]:
        """Return the accounting systems that take what the source has, with their words."""
        return tuple(each for each in TARGETS if ledger_facts(system_of(each[0])).takes_settlements == self.is_till)

    def wanted_keys(self, side: str) -> tuple[str, ...]:
        """Return the names of the keys one side needs; side is shop or ledger."""
        return keys_of(self.source if side == "shop" else self.system)

    def given(self) -> dict[str, str]:
        """Return the keys of both sides that were typed in full."""
        found: dict[str, str] = {}
        for side, keys in (("shop", self.shop_keys), ("ledger", self.ledger_keys)):
            wanted = self.wanted_keys(side)
            if wanted and all(keys.get(name) for name in wanted):
                found |= {name: keys[name] for name in wanted}
        return found

    def settings_text(self) -> str:
        """Return the recon.toml of these answers; raises SettingsError where one is not acceptable."""
        text = first_settings(
            FirstAnswers(
                company=self.company.strip(),
                tax_id=self.tax_id.strip(),
                connection=CONNECTION,
                source=self.source,
                target=self.system,
                profile="" if source_facts(self.source).has_columns_of_its_own else "export",
                start_date=dt.date.fromisoformat(self.start_date.strip()),
                environment="test" if self.target.endswith("-test") else "live",
                base_url="" if ledger_facts(self.system).is_sandbox else self.ledger_url,
                source_base_url=self.source_url,
            )
        )
        if self.is_till:
            return with_settings(text, till_choices(self, CONNECTION))
        return with_settings(text, self._american_choices()) if self.is_american else text

    def _american_choices(self) -> dict[tuple[str, ...], Value | None]:
        """Return the settings the page about American books asks for; those of a sandbox name its own lists already."""
        base, facts = ("connections", CONNECTION), ledger_facts(self.system)
        chosen: dict[tuple[str, ...], Value | None] = {}
        if self.taxes == "items" and facts.has_tax_items:
            chosen[*base, "taxes"] = self.taxes
        if not facts.is_sandbox:
            chosen[*base, "contacts", "default"] = self.customer.strip()
            chosen[*base, "quickbooks", "text_item"] = self.text_item.strip()
        if self.runs != "manual":
            chosen |= {(*base, "schedule", "when"): self.runs, (*base, "schedule", "at"): self.run_at.strip()}
        return chosen


def system_of(target: str) -> str:
    """Return a ledger as recon.toml names it, by the choice of the guide."""
    return _SYSTEMS_OF.sub("", target)


def folder_problem(text: str) -> str:
    """Return what is wrong with a folder; empty: nothing. It may exist, but holds no workspace yet."""
    if not text.strip():
        return _("Name the folder that shall hold the books of this company.")
    folder = Path(text.strip()).expanduser()
    if (folder / "recon.toml").exists():
        return _("{folder} is a workspace already. Name another folder; this one is not touched.").format(
            folder=text.strip()
        )
    if folder.exists() and not folder.is_dir():
        return _("{folder} is a file. Name a folder.").format(folder=text.strip())
    return ""


def tax_id_problem(text: str) -> str:
    """Return what is wrong with a tax id; empty: nothing. No tax id is fine."""
    digits = text.strip()
    if not digits or _EIN.fullmatch(digits):
        return ""
    if len(digits) != _TAX_DIGITS or not (digits.isascii() and digits.isdigit()):
        return _("A tax id has 13 digits; this has {n} characters. Leave it empty if there is none.").format(
            n=len(digits)
        )
    if int(digits[-1]) != check_digit(digits[:-1]):
        return _("The last digit of the tax id does not fit the others: one of them is mistyped.")
    return ""


def check_digit(first_twelve: str) -> int:
    """Return the thirteenth digit of a Thai tax id."""
    total = sum(int(digit) * (_TAX_DIGITS - place) for place, digit in enumerate(first_twelve))
    return (11 - total % 11) % 10


def company_problem(text: str) -> str:
    """Return what is wrong with a company's name; empty: nothing."""
    return (
        _("The name is longer than {n} characters.").format(n=_LONGEST_NAME)
        if len(text.strip()) > _LONGEST_NAME
        else ""
    )


def start_problem(text: str) -> str:
    """Return what is wrong with the start date; empty: nothing."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return _("{text} is not a date like 2026-01-31.").format(text=text.strip() or "''")
    return (
        _("{year} is a Buddhist year; write {other}.").format(year=day.year, other=day.year - 543)
        if day.year >= 2400
        else ""
    )


def password_problem(text: str) -> str:
    """Return what is wrong with the Web Connector's password; empty: nothing. None is fine: it can be set later."""
    if not text or fits(text):
        return ""
    return _("The password has {n} characters; {least} to {most} are needed. Leave it empty to set it later.").format(
        n=len(text), least=SHORTEST, most=LONGEST
    )


def run_at_problem(text: str) -> str:
    """Return what is wrong with the time of a daily run; empty: nothing."""
    return (
        "" if _TIME.fullmatch(text.strip()) else _("{text} is not a time like 05:00.").format(text=text.strip() or "''")
    )


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
        workspace = make_workspace(Path(place) / "call", draft.settings_text())
        given = {**answers.shop_keys, **answers.ledger_keys}
        with service_for(workspace, clock=clock, config_folder=Path(place) / "config") as service:
            return service.upkeep.who_answers(CONNECTION, given, ledger=ledger, shop=shop)


def make(answers: Answers, clock: Clock, again: Workspace | None = None) -> Workspace:
    """Make the workspace; ``again``: the one this guide made before, whose settings are written anew.

    Raises:
        UsageError, SettingsError: It cannot be made; the text says why.
    """
    text = answers.settings_text()
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


Check = Callable[[str], str]
CHECKS: Final[dict[str, Check]] = {
    "folder": folder_problem,
    "company": company_problem,
    "tax_id": tax_id_problem,
    "start_date": start_problem,
}
"""Answer to what finds out what is wrong with it."""


def wrong_company(answers: Answers, found: OtherSide) -> bool:
    """Return whether the ledger answers for another name than was typed."""
    typed = "".join(answers.company.casefold().split())
    return bool(found.ledger is not None and typed and typed != "".join(found.ledger.name.casefold().split()))


def named(error: SettingsError) -> str:
    """Return the problems of settings, one a line."""
    return "\n".join(error.problems) or str(error)
