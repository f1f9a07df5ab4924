"""The part of a connection's check-list that is about the ledger, the shop, their keys and the accounts and contacts chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from recon.config.connection import Connection
from recon.domain.providers import keys_of, ledger_facts, source_facts
from recon.errors import SecretsError, SettingsError
from recon.service.account_proposals import buys
from recon.service.check_tills import limit_lines
from recon.service.connecting import needed_accounts, require_same_company
from recon.service.context import Context
from recon.service.rooms import crowded_words, is_crowded, known_rooms, rooms_line
from recon.store.catalog import Verified
from recon.store.moments import moment
from recon.summaries.checks import CheckLine, State
from recon.targets.base import Catalog, Company, ListRoom, Session

CLOCK_OK_SECONDS: Final = 5
CLOCK_MOST_SECONDS: Final = 60
"""More than this and a signed request is refused."""
APART: Final = (
    "receivable", "output_vat", "undue_output_vat", "input_vat", "undue_input_vat", "payable", "withholding_payable",
)  # fmt: skip
"""Account settings of which no two may be one account."""
LISTS_OLD: Final = dt.timedelta(days=30)


@dataclass(slots=True)
class Answers:
    """What both sides said just now."""

    asked: bool
    company: Company | None = None
    session: Session = field(default_factory=Session)
    error: str = ""
    shop: str = ""
    shop_checks: tuple[str, ...] = ()
    shop_error: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger said of itself the last time."""

    verified: Verified | None
    catalog: Catalog
    read_at: str
    """When its lists were read; empty: never, or not all of them."""


def ledger_lines(context: Context, name: str, rules: Connection, answers: Answers, kept: Kept) -> Iterator[CheckLine]:
    """Yield the lines about ledger, shop, keys, accounts and standing contacts."""
    yield _keys(context, name, rules.target, "ledger-keys")
    yield _answer(answers, kept, rules)
    yield from _company(context, answers, kept)
    yield _environment(rules, answers)
    for about, text in context.outside.capabilities(name, rules).unstated:
        yield CheckLine(check=about, state="unknown", text=text)
    yield _token(answers)
    yield _clock(answers)
    yield _lists(context, kept)
    yield from _rooms(answers.company.rooms if answers.company else known_rooms(context, name))
    if ledger_facts(rules.target).takes_settlements:
        yield from limit_lines(rules, kept.catalog)
    yield from _accounts(rules, kept.catalog)
    yield from _one_account_twice(rules)
    yield from _suppliers(context, name, rules, kept.catalog)
    if answers.company is not None:
        for text in answers.company.missing:
            if not text.startswith("accounts."):
                yield CheckLine(
                    check="ledger-lacks",
                    state="missing",
                    text=text,
                    remedy="recon connect --refresh, when it is mended",
                )
        for text in answers.company.lacking:
            yield CheckLine(check="ledger-lacks", state="warning", text=text)
    if source_facts(rules.source).has_api:
        yield _keys(context, name, rules.source, "shop-keys")
        yield _shop(answers)


def _keys(context: Context, name: str, system: str, check: str) -> CheckLine:
    wanted = keys_of(system)
    if not wanted:
        return CheckLine(check=check, state="ok", text="It needs no keys.")
    store = context.outside.secrets(name, keep="")
    lacking, trouble = [], ""
    for key in wanted:
        try:
            store.get(name, key)
        except SecretsError as error:
            lacking.append(key)
            trouble = str(error)
    if not lacking:
        return CheckLine(check=check, state="ok", text=f"All are kept: {', '.join(wanted)}.")
    return CheckLine(
        check=check,
        state="missing",
        text=f"Keys that cannot be read: {', '.join(lacking)}. {trouble}",
        remedy="recon connect",
        place="settings",
    )


def _answer(answers: Answers, kept: Kept, rules: Connection) -> CheckLine:
    """Say whether the ledger answered, or when it did the last time."""
    if answers.error:
        return CheckLine(
            check="ledger-answers", state="missing", text=answers.error, remedy="recon connect", place="settings"
        )
    if answers.asked:
        text = f"It answered just now at {rules.ledger.base_url}." if rules.ledger.base_url else "It answered just now."
        return CheckLine(check="ledger-answers", state="ok", text=text)
    if kept.verified is None:
        return CheckLine(
            check="ledger-answers",
            state="missing",
            text="It was never asked who it is.",
            remedy="recon connect",
            place="settings",
        )
    return CheckLine(
        check="ledger-answers",
        state="unknown",
        text=f"Not asked now; it answered last at {_at(kept.verified.verified_at)}.",
    )


def _company(context: Context, answers: Answers, kept: Kept) -> Iterator[CheckLine]:
    """Hold the ledger's company against recon.toml."""
    ours = context.settings.company
    named = answers.company or kept.verified
    if named is None:
        yield CheckLine(
            check="company", state="unknown", text=f"recon.toml says {ours.name}; the ledger was not asked."
        )
        return
    if isinstance(named, Company):
        try:
            require_same_company(context, named)
        except SettingsError as error:
            yield CheckLine(
                check="company", state="missing", text=str(error), remedy="company.name or company.tax_id in recon.toml, or other keys: recon connect",
                setting="company.name", place="settings",
            )  # fmt: skip
            return
    silent = f"The ledger does not say whose books it holds; recon.toml says {ours.name}."
    yield _stated("company", named.name, f"{named.name}, as in recon.toml.", silent)
    if not ours.tax_id:
        yield CheckLine(
            check="tax-id", state="warning", text="recon.toml names no tax id of the company, so it cannot be compared.",
            remedy="company.tax_id in recon.toml", setting="company.tax_id", place="settings",
        )  # fmt: skip
    else:
        silent = f"The ledger does not state the tax id; recon.toml says {ours.tax_id}."
        yield _stated("tax-id", named.tax_id, f"{named.tax_id}, as in recon.toml.", silent)


def _stated(check: str, stated: str, same: str, silent: str) -> CheckLine:
    """Return a line about what the ledger states as recon.toml does, or does not state at all."""
    return (
        CheckLine(check=check, state="ok", text=same)
        if stated
        else CheckLine(check=check, state="unknown", text=silent)
    )


def _environment(rules: Connection, answers: Answers) -> CheckLine:
    stated = answers.company.environment if answers.company else rules.environment
    words = {
        "live": "Live: what is sent stands in the real books.",
        "test": "Test system: nothing of it stands in the real books.",
        "sandbox": "Sandbox on this computer: nothing leaves it.",
    }
    return CheckLine(check="environment", state="ok", text=words[stated])


def _token(answers: Answers) -> CheckLine:
    until = answers.session.token_until
    if until is not None:
        return CheckLine(check="token", state="ok", text=f"The log-in is kept until {until:%Y-%m-%d %H:%M} UTC.")
    if answers.company is not None:
        return CheckLine(check="token", state="ok", text="The keys were taken; the log-in is not kept.")
    return CheckLine(
        check="token", state="unknown", text="Whether the keys are still taken is known when the ledger is asked."
    )


def _clock(answers: Answers) -> CheckLine:
    ahead = answers.session.clock_ahead_seconds
    if ahead is None:
        return CheckLine(
            check="clock", state="unknown", text="The ledger's clock is not known; it is seen when the ledger is asked."
        )
    text = "Both clocks say the same."
    if ahead:
        before = f"This computer's clock is {abs(ahead)} s ahead of the ledger's."
        text = before if ahead > 0 else f"This computer's clock is {abs(ahead)} s behind the ledger's."
    if abs(ahead) <= CLOCK_OK_SECONDS:
        return CheckLine(check="clock", state="ok", text=text)
    state: State = "warning" if abs(ahead) <= CLOCK_MOST_SECONDS else "missing"
    return CheckLine(
        check="clock",
        state=state,
        text=text,
        remedy="this computer's date and time: automatic; signatures carry the time",
    )


def _lists(context: Context, kept: Kept) -> CheckLine:
    remedy = "recon connect --refresh"
    if not kept.read_at:
        return CheckLine(
            check="lists", state="missing", text="The ledger's lists were never read.", remedy=remedy, place="settings"
        )
    catalog = kept.catalog
    text = (
        f"Read at {_at(kept.read_at)}: {len(catalog.products):,} products, {len(catalog.accounts):,} accounts, "
        f"{len(catalog.methods):,} payment channels, {len(catalog.contacts):,} contacts."
    )
    if context.clock.now() - moment(kept.read_at) > LISTS_OLD:
        return CheckLine(check="lists", state="warning", text=text, remedy=remedy, place="settings")
    return CheckLine(check="lists", state="ok", text=text)


def _rooms(rooms: tuple[ListRoom, ...]) -> Iterator[CheckLine]:
    """Yield a line per list that can hold only so much."""
    for room in filter(is_crowded, rooms):
        yield CheckLine(
            check="rooms", state="warning", text=crowded_words(room), remedy="detail in recon.toml", place="settings",
            setting="detail.customers", count=room.count,
        )  # fmt: skip
    free = [room for room in rooms if not is_crowded(room)]
    if free:
        yield CheckLine(check="rooms", state="ok", text=f"Entries there: {rooms_line(free)}.")


def _accounts(rules: Connection, catalog: Catalog) -> Iterator[CheckLine]:
    """Yield a line per needed account that is not chosen or not in the chart; one line where all are."""
    chart = {account.code: account.name for account in catalog.accounts}
    chosen, bad = [], 0
    for setting in needed_accounts(rules):
        code = getattr(rules.accounts, setting)
        if code and (not chart or code in chart):
            chosen.append(f"{setting} {code}")
            continue
        bad += 1
        text = (
            f"The account {code} is not in the ledger's chart."
            if code
            else "No account is chosen; postings show the word instead of a code."
        )
        yield CheckLine(
            check="accounts", state="missing" if code else "warning", text=f"accounts.{setting}: {text}",
            remedy=f"accounts.{setting} in recon.toml, or recon connect --set-accounts", setting=f"accounts.{setting}",
            place="settings",
        )  # fmt: skip
    if chosen and not bad:
        listed = ", ".join(chosen)
        text = f"All are in the ledger's chart: {listed}." if chart else f"The ledger's chart is not known: {listed}."
        yield CheckLine(check="accounts", state="ok" if chart else "unknown", text=text)


def _one_account_twice(rules: Connection) -> Iterator[CheckLine]:
    """Warn where settings that mean different things name one account: their balances could not be told apart."""
    used: dict[str, list[str]] = {}
    for setting in APART:
        if code := getattr(rules.accounts, setting):
            used.setdefault(code, []).append(setting)
    for code, settings in used.items():
        if len(settings) < 2:
            continue
        named = ", ".join(f"accounts.{setting}" for setting in settings)
        yield CheckLine(
            check="accounts", state="warning", text=f"{named} name one account, {code}: what stands on it cannot be told apart.",
            remedy=f"accounts.{settings[-1]} in recon.toml", setting=f"accounts.{settings[-1]}", place="settings",
        )  # fmt: skip


def _suppliers(context: Context, name: str, rules: Connection, catalog: Catalog) -> Iterator[CheckLine]:
    """Yield a line per supplier whose code the ledger lacks or cannot take."""
    longest = context.outside.capabilities(name, rules).contact_code_max_length
    known = {contact.code for contact in catalog.contacts}
    for supplier, code in rules.purchases.suppliers.items() if buys(rules) else ():
        if not 0 < len(code) <= longest:
            text = f"The ledger takes codes of 1 to {longest} characters, and {code!r} of supplier {supplier} has {len(code)}."
        elif known and code not in known:
            text = f"The ledger has no contact {code} of supplier {supplier}. Purchases that do not state its tax id are held."
        else:
            continue
        yield CheckLine(
            check="contacts", state="missing", text=text, setting="purchases.suppliers", place="settings",
            remedy="purchases.suppliers in recon.toml, or create it in the ledger and run recon connect --refresh",
        )  # fmt: skip


def _shop(answers: Answers) -> CheckLine:
    if answers.shop_error:
        return CheckLine(
            check="shop-answers", state="missing", text=answers.shop_error, remedy="recon connect", place="settings"
        )
    if not answers.asked:
        return CheckLine(check="shop-answers", state="unknown", text="The shop system was not asked now.")
    return CheckLine(check="shop-answers", state="ok", text=" ".join((f"{answers.shop}.", *answers.shop_checks)))


def _at(stamped: str) -> str:
    """Return a moment of the store as a person reads it."""
    return f"{moment(stamped):%Y-%m-%d %H:%M} UTC"
