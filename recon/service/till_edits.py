"""What a person says about a till's accounts, VAT codes, departments and projects: checked against the ledger before it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.config.toml_edits import Value
from recon.domain.taxes import percent_text
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold
from recon.match.suggest import LOWEST_SCORE
from recon.match.till_accounts import Books, codes_by_key, line_code
from recon.service.context import Context
from recon.service.mapping_frames import channel_links, tax_links
from recon.service.mapping_till import ledger_departments, ledger_projects
from recon.service.till_channels import channel_proposals, used_channels
from recon.service.till_table import booked_lines, books_of, is_till, till_rows
from recon.service.till_taxes import certain_taxes

Links = dict[str, dict[str, Any] | None]
Account = tuple[str, str, str | None]
"""SKU, number of the account, VAT code chosen with it or None."""


def account_edits(
    context: Context, name: str, rules: Connection, frames: CanonicalFrames | None, wanted: Sequence[Account]
) -> tuple[Links, list[str]]:
    """Return the links that put a till's lines on accounts, and the same in words.

    Raises:
        UsageError: An account or VAT code the ledger does not have, or one that does not fit the line; nothing is changed then.
    """
    require_till(rules)
    lines = {} if frames is None else {row["sku_key"]: row for row in booked_lines(rules, frames).iter_rows(named=True)}
    books, mapped = books_of(context, name), dict(tax_links(context, name).iter_rows())
    links: Links = {}
    words = []
    for sku, account, code in wanted:
        line = lines.get(fold(sku))
        if frames is not None and line is None:
            raise UsageError(f"No settlement has {sku!r}{_like(sku, lines)}. Nothing was changed.")
        _require_account(account, books)
        _require_code(account, code, books)
        if line is not None:
            _require_fit(sku, line, account, code, mapped.get(line["tax_key"]), books)
        links[fold(sku)] = {"product_code": None, "account_code": account, "tax_code": code}
        words.append(
            f"{line['sku'] if line else sku} -> account {_named(account, books)}{f', VAT code {code}' if code else ''}"
        )
    return links, words


def require_till(rules: Connection) -> None:
    """Refuse accounts for SKUs where lines are booked by products.

    Raises:
        UsageError: The connection books no till.
    """
    if not is_till(rules):
        raise UsageError(
            "Lines of this connection are booked by products, not by accounts of their own: link the SKU with --product CODE, or "
            "send it --as-text. Nothing was changed."
        )


def require_product(rules: Connection, frames: CanonicalFrames | None, sku: str) -> None:
    """Refuse a product, or text, for a line that a till books on an account.

    Raises:
        UsageError: The SKU is one of the till's groups.
    """
    if not is_till(rules) or frames is None:
        return
    if fold(sku) in set(booked_lines(rules, frames)["sku_key"]):
        raise UsageError(
            f"{sku!r} is booked on an account of its own, not by a product: --sku {sku!r} --account NUMBER. Nothing was changed."
        )


def _require_account(account: str, books: Books) -> None:
    if books.accounts and account not in books.accounts:
        raise UsageError(
            f"The ledger has no account {account!r} (as last read). Look for it with `recon match --search WORDS`, or read its lists again "
            "with `recon connect --refresh`. Nothing was changed."
        )


def _require_code(account: str, code: str | None, books: Books) -> None:
    if code is None:
        return
    if books.taxes and code not in books.taxes:
        have = ", ".join(f"{tax.code} ({tax.percent})" for tax in books.taxes.values())
        raise UsageError(f"The ledger has no VAT code {code!r}; it has: {have}. Nothing was changed.")
    only, named = books.locked_code(account), _named(account, books)
    if only and only != code:
        raise UsageError(
            f"Account {named} is locked to VAT code {only} in the ledger, so it takes no {code}. Leave --vat-code out, "
            "choose another account, or unlock the code there. Nothing was changed."
        )


def _require_fit(
    sku: str, line: dict[str, Any], account: str, code: str | None, mapped: str | None, books: Books
) -> None:
    """Refuse what contradicts the line's own rate; a code that is still missing is no reason."""
    _code, _origin, problem, detail = line_code(account, code, mapped, line["rate"], line["kind"], books)
    if problem == "vat-code-locked" or (problem == "vat-code-rate" and code):
        says = percent_text(line["rate"])
        raise UsageError(
            f"{sku} cannot stand there: {detail} Choose an account or a VAT code of {says}. Nothing was changed."
        )


def _named(account: str, books: Books) -> str:
    return f"{account} {books.name(account)}".strip()


def _like(sku: str, known: dict[str, dict[str, Any]]) -> str:
    """Return the SKU that was probably meant, in words."""
    from rapidfuzz import process

    names = {row["sku"]: key for key, row in known.items()}
    found = process.extractOne(sku, list(names), score_cutoff=LOWEST_SCORE)
    return f"; did you mean {found[0]!r}?" if found else "; `recon match` lists what there is"


def accepted_edits(
    context: Context, name: str, rules: Connection, frames: CanonicalFrames | None, names: Sequence[str]
) -> tuple[Links, Links, list[str]]:
    """Return links of SKUs and of payment channels whose first proposal is accepted, and the same in words; ``*``: all there are.

    Raises:
        UsageError: One has no proposal.
    """
    if frames is None:
        raise UsageError("There are no orders yet: `recon import FILE` first. Nothing was changed.")
    rows = {row["key"]: row for row in till_rows(context, name, rules, frames).iter_rows(named=True)}
    channels = {
        fold(channel): (channel, hint) for channel, hint in channel_proposals(context, name, rules, frames).items()
    }
    if "*" in names:
        proposed = [row["sku"] for row in rows.values() if row["suggestion"] and row["account"] is None]
        names = [*(one for one in names if one != "*"), *proposed, *(channel for channel, _ in channels.values())]
    links, landed, words = Links(), Links(), list[str]()
    for one in names:
        row, key = rows.get(fold(one)), fold(one)
        if row is not None and row["suggestion"]:
            links[key] = {"product_code": None, "account_code": row["suggestion"], "tax_code": row["suggestion_tax"]}
            words.append(f"{row['sku']} -> account {row['target']} (proposal accepted: {row['reason']})")
        elif key in channels:
            channel, hint = channels[key]
            landed[key] = {"payment_method": hint.code, "account_code": hint.code}
            words.append(f"payment channel {channel} -> {hint.code} {hint.name} (proposal accepted: {hint.reason})")
        else:
            raise UsageError(
                f"There is no proposal for {one!r}. Name the account with --sku {one!r} --account NUMBER, or of a payment with "
                f"--channel {one!r} --method NUMBER. Nothing was changed."
            )
    return links, landed, words


def certain_edits(
    context: Context, name: str, rules: Connection, frames: CanonicalFrames | None
) -> tuple[Links, Links, Links, list[str]]:
    """Return every certain proposal: links of SKUs, of payment channels and of taxes, and the same in words."""
    if frames is None:
        return {}, {}, {}, []
    links, landed, taxes, words = Links(), Links(), Links(), list[str]()
    for row in till_rows(context, name, rules, frames).iter_rows(named=True):
        if row["rule"]:
            links[row["key"]] = {
                "product_code": None,
                "account_code": row["suggestion"],
                "tax_code": row["suggestion_tax"],
            }
            words.append(f"{row['sku']} -> {row['target']} ({row['reason']})")
    for channel, hint in channel_proposals(context, name, rules, frames).items():
        if hint.rule:
            landed[fold(channel)] = {"payment_method": hint.code, "account_code": hint.code}
            words.append(f"{channel} -> {hint.code}  {hint.name} ({hint.reason})")
    for tax, hint in certain_taxes(context, name, rules, frames).items():
        taxes[fold(tax)] = {"tax_code": hint.code}
        words.append(f"{tax} -> {hint.code}  {hint.name} ({hint.reason})")
    return links, landed, taxes, words or ["no proposal is certain; `recon match` lists what is proposed"]


def open_channels(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> list[str]:
    """Return the till's payment channels without an account; those of gift cards and of counts land elsewhere."""
    known = set(channel_links(context, name)["payment_channel"])
    used = used_channels(rules, frames).filter(pl.col("orders") > 0)
    kept = {"12005", "12010", "cash difference", "to bank"}
    return [
        row["channel"]
        for row in used.iter_rows(named=True)
        if fold(row["channel"]) not in known and row["code"] not in kept
    ]


PlaceEdits = tuple[dict[tuple[str, ...], Value | None], list[str]]
"""Settings of places (None: taken away), and the same in words."""


@dataclass(frozen=True, slots=True)
class _Dimension:
    """What places are put into, with its sentences, each whole so that it can be said in another language."""

    table: str
    """Its table of recon.toml under ``till``."""
    unknown: Callable[[str, str], str]
    given: Callable[[str, str, str], str]
    taken_away: Callable[[str], str]


_DEPARTMENT: Final = _Dimension(
    "departments",
    lambda code, have: f"The ledger has no department {code!r}; it has: {have}. Nothing was changed.",
    lambda shown, code, there: f"place {shown} -> department {code} {there}",
    lambda shown: f"place {shown}: department taken away",
)
_PROJECT: Final = _Dimension(
    "projects",
    lambda code, have: f"The ledger has no project {code!r}; it has: {have}. Nothing was changed.",
    lambda shown, code, there: f"place {shown} -> project {code} {there}",
    lambda shown: f"place {shown}: project taken away",
)


def department_edits(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    wanted: Sequence[tuple[str, str | None]],
) -> PlaceEdits:
    """Return the settings that put a till's places into departments; raises like `_place_edits`."""
    there = ledger_departments(context, name)
    return _place_edits(_DEPARTMENT, name, rules, frames, wanted, rules.till.departments, there)


def project_edits(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    wanted: Sequence[tuple[str, str | None]],
) -> PlaceEdits:
    """Return the settings that put a till's places into projects; raises like `_place_edits`."""
    return _place_edits(_PROJECT, name, rules, frames, wanted, rules.till.projects, ledger_projects(context, name))


def _place_edits(
    dimension: _Dimension,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    wanted: Sequence[tuple[str, str | None]],
    said: dict[str, str],
    there: dict[str, str],
) -> PlaceEdits:
    """Return the settings that give a till's places codes of the ledger.

    Args:
        dimension: What the codes are.
        name: The connection.
        rules: Its settings.
        frames: Its records; None: there are none.
        wanted: Places and codes; None: taken away.
        said: Codes by place as they are set.
        there: The ledger's codes with their names; empty: never read, so nothing is refused.

    Raises:
        UsageError: A place no till has, or a code the ledger does not have.
    """
    require_till(rules)
    settings: dict[tuple[str, ...], Value | None] = {}
    words = []
    for place, code in wanted:
        shown = _shown_place(place, frames, said)
        if code is not None and there and code not in there:
            have = ", ".join(f"{each} {title}" for each, title in there.items())
            raise UsageError(dimension.unknown(code, have))
        settings["connections", name, "till", dimension.table, shown] = code
        given = dimension.given(shown, code, there.get(code, "")).rstrip() if code else dimension.taken_away(shown)
        words.append(given)
    return settings, words


def _shown_place(place: str, frames: CanonicalFrames | None, said: dict[str, str]) -> str:
    """Return a place as the settings spell it, else as the till does.

    Raises:
        UsageError: No till stands there.
    """
    places = {} if frames is None else {fold(one): one for one in till_places(frames)}
    spelled = {fold(one): one for one in said}
    if frames is not None and fold(place) not in places and fold(place) not in spelled:
        listed = ", ".join(sorted(places.values())) or "none"
        raise UsageError(f"No till stands at {place!r}; there are: {listed}. Nothing was changed.")
    return spelled.get(fold(place)) or places.get(fold(place), place)


def till_places(frames: CanonicalFrames) -> list[str]:
    """Return the places of the settlements, by name."""
    heads = frames.orders.filter(frames.orders["record_kind"].cast(str).is_in(["settlement", "till_invoice"]))
    return [place for place in heads["sales_channel"].unique().sort().to_list() if place]


def department_of(rules: Connection, place: str) -> str:
    """Return the ledger's department of a place; empty: none is said."""
    return codes_by_key(rules.till.departments).get(fold(place), "")


def project_of(rules: Connection, place: str) -> str:
    """Return the ledger's project of a place; empty: none is said."""
    return codes_by_key(rules.till.projects).get(fold(place), "")


def proposed_code(place: str, there: dict[str, str]) -> str:
    """Return the ledger's department, or project, that is called like a place, or has all its words; empty: none, or several."""
    from rapidfuzz import fuzz, utils

    same = [code for code, title in there.items() if fold(title) == fold(place) or fold(code) == fold(place)]
    alike = same or [
        code
        for code, title in there.items()
        if fuzz.token_set_ratio(place, title, processor=utils.default_process) == 100
    ]
    return alike[0] if len(alike) == 1 else ""
