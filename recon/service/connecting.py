"""Connections: keys into the key store, who is on the other side, what is missing, accounts proposed by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from recon.config.connection import Connection
from recon.config.edits import with_settings
from recon.domain.providers import ledger_facts, source_facts
from recon.errors import SettingsError, TargetError
from recon.service.account_proposals import AccountProposal, buys, proposal_values, proposed_accounts
from recon.service.context import Context
from recon.service.mapping_frames import ledger_taxes
from recon.service.mapping_till import CLOSED_UNTIL, closed_until
from recon.service.rooms import crowded, keep_rooms, rooms_line
from recon.targets.base import Catalog, Company, LedgerAccount, LedgerContact, LedgerMethod, LedgerProduct, ListRoom
from recon.upload.company import same_name, same_tax_id
from recon.workspace import write_settings

_Listed = TypeVar("_Listed")
_CODE_WIDTH: Final = 8
RECORD_WORDS: Final = {
    "sale": "sales", "sale_return": "sales returns", "purchase": "purchases", "purchase_return": "purchase returns",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """Who is on the other side, and what is missing there or here."""

    connection: str
    company: str
    company_id: str
    tax_id: str
    environment: str
    target: str
    products: int = 0
    methods: tuple[tuple[str, str], ...] = ()
    accounts: int = 0
    contacts: int = 0
    rooms: tuple[ListRoom, ...] = ()
    """How full the ledger's lists are."""
    taxes: tuple[tuple[str, str], ...] = ()
    """Code and rate of the ledger's sales tax items, where it works tax out by them."""
    closed_until: str = ""
    """Last day on which nothing is entered there; empty: the ledger names none."""
    departments: int = 0
    vat_codes: int = 0
    """Both only where settlements go to."""
    source: str = ""
    source_says: str = ""
    source_checks: tuple[str, ...] = ()
    """What could be confirmed of the shop system's API and what not, without any value of an answer."""
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    """What else is missing there, of which everything goes on."""
    proposals: tuple[AccountProposal, ...] = ()
    """Proposed by name and type, chosen by a person."""
    proposals_written: bool = False
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.connect/1."""
        facts = asdict(self)
        facts["methods"] = [{"code": code, "name": name} for code, name in self.methods]
        facts["taxes"] = [{"code": code, "percent": percent} for code, percent in self.taxes]
        return facts

    def lines(self) -> list[str]:
        """What a person reads."""
        lines = [f"{self.company}  ({self.environment.upper()}, {self.target}, tax id {self.tax_id or 'none'})"]
        if self.source_says:
            lines.append(f"shop system: {self.source_says}")
            lines += [f"  {check}" for check in self.source_checks]
        lines.append(
            f"ledger lists: {self.products} products, {self.accounts} accounts, {self.contacts} contacts, {len(self.methods)} payment channels"
        )
        width = max([_CODE_WIDTH, *(len(code) for code, _ in self.methods)])
        lines += [f"  {code:<{width}} {name}" for code, name in self.methods]
        lines += [f"room in its lists: {rooms_line(self.rooms)}"] if self.rooms else []
        if self.vat_codes or self.departments:
            closed = f"on or before {self.closed_until} nothing is entered" if self.closed_until else "no lock date"
            lines.append(f"VAT codes: {self.vat_codes}, departments: {self.departments}; {closed}")
        if self.taxes:
            lines.append(f"sales tax items: {len(self.taxes)}")
            width = max(len(code) for code, _ in self.taxes)
            lines += [f"  {code:<{width}} {percent}" for code, percent in self.taxes]
        if self.proposals:
            head = (
                f"Accounts {'that would be ' if self.dry_run else ''}written to recon.toml:"
                if self.proposals_written
                else "Accounts proposed from the ledger's chart (take them with --set-accounts or recon match --take-accounts, or choose others in recon.toml):"
            )
            lines += [head, *proposal_lines(self.proposals)]
        lines += [f"missing: {text}" for text in self.missing]
        lines += [f"note: {text}" for text in self.lacking]
        if self.dry_run:
            lines.append("Dry run: both sides were asked; no key, no list and no setting was kept.")
        return lines


def keep_secrets(context: Context, name: str, values: dict[str, str], *, keep: str) -> None:
    """Put secrets into the key store, or the owner-only file if the person said so."""
    context.outside.keep_secrets(name, values, keep=keep)


def connect(
    context: Context, name: str, *, sides: tuple[str, ...], set_accounts: bool, dry_run: bool = False
) -> ConnectionReport:
    """Ask the ledger (and the shop system) who they are, read the ledger's lists, and keep both (unless ``dry_run``).

    Raises:
        TargetUnavailable, SourceUnavailable, SecretsError: Not reached, or the keys are wrong or missing.
        SettingsError: The ledger's company is not the one in recon.toml.
    """
    connection = context.settings.connections[name]
    is_file = context.outside.capabilities(name, connection).is_file
    known = known_catalog(context, name) if is_file else None  # nobody answers, so what was handed in before stays
    with context.outside.target(name, connection, known=known) as target:
        company = target.verify()
        require_same_company(context, company)
        catalog = target.catalog()
    missing = [*company.missing, *missing_here(connection, catalog, is_file=is_file), *crowded(company.rooms)]
    if not dry_run:
        keep_catalog(context, name, catalog)
        keep_rooms(context, name, company)
        if ledger_facts(connection.target).takes_settlements:
            from recon.service.till_missing import setup_facts  # reads the orders, which few connections need here

            missing += setup_facts(context, name)
        context.store.catalog.note_verified(
            name,
            company_id=company.company_id,
            name=company.name,
            tax_id=company.tax_id,
            environment=company.environment,
            missing=missing,
        )
    proposals = proposed_accounts(connection, catalog.accounts)
    if set_accounts and proposals:
        if not dry_run:
            _write_accounts(context, name, proposals)
        missing = [text for text in missing if not any(f"{one.full_name} " in text for one in proposals)]
    says, checks = "", tuple[str, ...]()
    if "source" in sides:
        with context.outside.shop(name, connection) as shop:
            says, checks = shop.verify(), (*shop.checks(), *kinds_said(connection))
    return ConnectionReport(
        connection=name,
        company=company.name,
        company_id=company.company_id,
        tax_id=company.tax_id,
        environment=company.environment,
        target=connection.target,
        products=len(catalog.products),
        methods=tuple((method.code, method.name) for method in catalog.methods),
        accounts=len(catalog.accounts),
        contacts=len(catalog.contacts),
        rooms=company.rooms,
        taxes=tuple((tax.code, tax.percent) for tax in catalog.taxes) if connection.taxes == "items" else (),
        closed_until=str(catalog.closed_until or ""),
        departments=len(catalog.classes) if connection.taxes == "codes" else 0,
        vat_codes=len(catalog.taxes) if connection.taxes == "codes" else 0,
        source=connection.source,
        source_says=says,
        source_checks=checks,
        missing=tuple(missing),
        lacking=company.lacking,
        proposals=tuple(proposals),
        proposals_written=set_accounts and bool(proposals),
        dry_run=dry_run,
    )


def kinds_said(connection: Connection) -> tuple[str, ...]:
    """Return which kinds of records are pulled and posted and which are not; nothing where there is only one kind."""
    kinds = source_facts(connection.source).record_kinds
    if len(kinds) == 1:
        return ()
    on, off = (
        [RECORD_WORDS[each] for each in kinds if (each in connection.record_kinds) is is_on] for is_on in (True, False)
    )
    rest = f"; {' and '.join(off)} are not" if off else ""
    return (f"{' and '.join(on)} are pulled and posted{rest} (record_kinds)",)


def require_same_company(context: Context, company: Company) -> None:
    """Stop where the ledger names another company than recon.toml (F35).

    Raises:
        SettingsError: Name or tax id differ.
    """
    ours = context.settings.company
    _require_same_books(context, company)
    if ours.tax_id and company.tax_id and not same_tax_id(ours.tax_id, company.tax_id):
        raise SettingsError(
            f"The ledger answers for {company.name} (tax id {company.tax_id}), but recon.toml is for {ours.name} (tax id "
            f"{ours.tax_id}). One folder is one company: use the keys of {ours.name}, or another workspace. Nothing was kept."
        )
    if company.name and not same_name(company.name, ours.name):
        raise SettingsError(
            f"The ledger answers for {company.name!r}, but company.name in recon.toml is {ours.name!r}. If it is the same "
            "company, write the ledger's spelling into recon.toml; if not, you have the wrong keys. Nothing was kept."
        )


def _require_same_books(context: Context, company: Company) -> None:
    """Stop where another tax id answers behind keys with which something was approved already, whatever recon.toml says."""
    for name in context.settings.connections:
        known = context.store.catalog.verified(name)
        if (
            known is not None
            and known.company_id == company.company_id
            and known.tax_id
            and company.tax_id
            and not same_tax_id(company.tax_id, known.tax_id)
            and context.store.batches.approvals()
        ):
            raise SettingsError(
                f"The ledger answers for {company.name} (tax id {company.tax_id}), but batches of this folder were approved for "
                f"{known.name} (tax id {known.tax_id}). One folder is one company: correct the keys and the address, or make "
                "another workspace. Nothing was kept."
            )


def keep_catalog(context: Context, name: str, catalog: Catalog) -> None:
    """Keep the ledger's lists for matching without asking again."""
    whole = asdict(catalog)
    parts = ["products", "methods", "accounts", "contacts"]
    parts += [part for part in ("classes", "projects", "taxes") if whole[part] or context.store.catalog.get(name, part)]
    limits = {"limits": _limits(catalog)} if catalog.closed_until or context.store.catalog.get(name, "limits") else {}
    context.store.catalog.put(name, {part: whole[part] for part in parts} | limits)


def _limits(catalog: Catalog) -> list[dict[str, str]]:
    return [{CLOSED_UNTIL: catalog.closed_until.isoformat()}] if catalog.closed_until else []


def known_catalog(context: Context, name: str) -> Catalog:
    """Return the ledger's lists as last read; empty before the first `recon connect`."""
    return Catalog(
        products=_known(context, name, "products", LedgerProduct),
        methods=known_methods(context, name),
        accounts=_known(context, name, "accounts", LedgerAccount),
        contacts=_known(context, name, "contacts", LedgerContact),
        classes=_known(context, name, "classes", LedgerAccount),
        projects=_known(context, name, "projects", LedgerAccount),
        taxes=ledger_taxes(context, name),
        closed_until=closed_until(context, name),
    )


def known_methods(context: Context, name: str) -> tuple[LedgerMethod, ...]:
    """Return the ledger's bank, cash and clearing channels, as last read; its other lists may be long and stay where they are."""
    return _known(context, name, "methods", LedgerMethod)


def _known(context: Context, name: str, part: str, kind: type[_Listed]) -> tuple[_Listed, ...]:
    found = context.store.catalog.get(name, part)
    return tuple(kind(**row) for row in found.rows) if found else ()


def missing_here(connection: Connection, catalog: Catalog, *, is_file: bool = False) -> list[str]:
    """Return what the settings still lack or name wrongly, each with where to set it.

    ``is_file``: the ledger takes files, which create no contact.
    """
    missing = []
    known_accounts = {account.code for account in catalog.accounts}
    for setting in needed_accounts(connection):
        code = getattr(connection.accounts, setting)
        if not code:
            missing.append(
                f"accounts.{setting} in recon.toml is not chosen yet (postings show the word instead of a code)"
            )
        elif known_accounts and code not in known_accounts:
            missing.append(
                f"accounts.{setting} = {code} is not in the ledger's chart of accounts; choose one of its codes in recon.toml"
            )
    known_contacts = {contact.code for contact in catalog.contacts}
    wanted = dict.fromkeys((connection.contacts.default, *connection.contacts.by_channel.values()))
    how = "create it there" if is_file else "it is created with the first upload"
    missing += [
        f"contact {code} is not in the ledger; {how}, or set contacts.default in recon.toml"
        for code in filter(None, wanted)
        if known_contacts and code not in known_contacts
    ]
    return missing + (_missing_for_purchases(connection, known_accounts, known_contacts) if buys(connection) else [])


def needed_accounts(connection: Connection) -> list[str]:
    """Return the account settings this connection's postings use."""
    if connection.taxes == "codes":  # its lines name their own accounts; what customers owe only sales on account need
        return ["receivable"] if connection.till.invoices in {"issued", "order"} else []
    needed = ["sales"]
    if connection.vat_registered:
        needed.append("output_vat")
    if connection.invoices != "off":
        needed += ["receivable"] + (["undue_output_vat"] if connection.vat_registered else [])
    return needed + (_needed_for_purchases(connection) if buys(connection) else [])


def _needed_for_purchases(connection: Connection) -> list[str]:
    rules = connection.purchases
    vat = {"later": "undue_input_vat", "with-expense": "input_vat"}[rules.tax_invoice]
    needed = ["payable", *([vat] if connection.vat_registered else [])]
    return needed + (["withholding_payable"] if rules.withholds else [])


def _missing_for_purchases(connection: Connection, accounts: set[str], contacts: set[str]) -> list[str]:
    """Return accounts and suppliers' codes of the settings that the ledger does not have."""
    rules = connection.purchases
    named = {"purchases.account": rules.account}
    named |= {f'purchases.by_sku."{key}".account': line.account for key, line in rules.by_sku.items()}
    missing = [
        f"{setting} = {code} is not in the ledger's chart of accounts; choose one of its codes in recon.toml"
        for setting, code in named.items()
        if code and accounts and code not in accounts
    ]
    return missing + [
        f"contact {code} of supplier {name} is not in the ledger; create it there, or correct purchases.suppliers in recon.toml"
        for name, code in rules.suppliers.items()
        if contacts and code not in contacts
    ]


def proposal_lines(proposals: Sequence[AccountProposal]) -> list[str]:
    """Return proposals as a person reads them: setting, account, why this one."""
    return [f"  {one.full_name} = {' '.join(filter(None, (one.code, one.name)))}   {one.reason}" for one in proposals]


def account_proposals(context: Context, name: str) -> list[AccountProposal]:
    """Return the accounts proposed from the ledger's chart as it was read last."""
    return proposed_accounts(context.settings.connections[name], _known(context, name, "accounts", LedgerAccount))


def take_accounts(context: Context, name: str, settings: Sequence[str] | None = None) -> list[AccountProposal]:
    """Write proposed accounts into recon.toml and return them; ``settings``: only these, as `AccountProposal.setting`.

    Raises:
        SettingsError: recon.toml cannot take them.
    """
    chosen = [one for one in account_proposals(context, name) if settings is None or one.setting in settings]
    if chosen:
        _write_accounts(context, name, chosen)
    return chosen


def _write_accounts(context: Context, name: str, proposals: Sequence[AccountProposal]) -> None:
    text = context.workspace.settings_file.read_text(encoding="utf-8")
    write_settings(
        context.workspace, with_settings(text, proposal_values(name, proposals)), crash=context.store.database.crash
    )


def known_company(context: Context, name: str) -> tuple[str, str, str]:
    """Return (company id, name, environment) of a connection, asking the ledger if nobody has yet.

    Raises:
        TargetUnavailable, SecretsError, SettingsError: As for `connect`.
    """
    verified = context.store.catalog.verified(name)
    if verified is not None:
        return verified.company_id, verified.name, verified.environment
    if not context.store.database.writable:
        return "", context.settings.company.name, context.settings.connections[name].environment
    try:
        report = connect(context, name, sides=("ledger",), set_accounts=False)
    except TargetError as error:
        error.add_note("run `recon connect` first")
        raise
    return report.company_id, report.company, report.environment
