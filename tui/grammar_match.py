"""What `recon match` takes: links, payment channels, charges, decisions, and taking back."""

from __future__ import annotations

import argparse

from tui.grammar_parts import Parser, add_command, add_dry_run


def match_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `recon match`."""
    match = add_command(commands, "match", "tui.commands.match:match", "show and set product and channel mappings")
    match.add_argument(
        "--link-all", action="store_true", help="link every SKU that is exactly a product code of the ledger"
    )
    match.add_argument("--sku", metavar="SKU", help="link this SKU (with --product, --as-text, or --account for tills)")
    match.add_argument("--product", metavar="CODE", help="ledger's product code for --sku")
    match.add_argument("--as-text", action="store_true", help="send --sku as text on the sales account")
    match.add_argument(
        "--text",
        action="store_true",
        help="set: lines without a linked product go as text (products.unlinked, without_sku)",
    )
    match.add_argument("--channel", metavar="NAME", help="map this payment channel (with --method)")
    match.add_argument(
        "--all-channels",
        metavar="CODE",
        help="map every payment channel that has no account yet to this one; gift cards are left alone",
    )
    match.add_argument("--method", metavar="CODE", help="ledger's bank, cash or clearing code for --channel")
    _accounts(match)
    match.add_argument(
        "--decide",
        metavar="ORDER=WHAT",
        action="append",
        default=[],
        help="decide a held order: repost (credit and post anew), credit (cancelled: the money went back), leave, or by-hand:NUMBER",
    )
    match.add_argument(
        "--unlink", metavar="SKU", action="append", default=[], help="take the link of this SKU away (repeatable)"
    )
    _creating(match)
    _channels_charges_returns(match)
    match.add_argument(
        "--search", metavar="WORDS", help="look for a product in the ledger's list; for tills an account of its chart"
    )
    match.add_argument("--why", metavar="SKU", help="show what a SKU might be, who linked it, and orders that hold it")
    _words_of_persons(match)
    match.add_argument("--things", action="store_true", help="show every channel, status, tax and SKU ever seen")
    match.add_argument("--undo", action="store_true", help="take back what was linked or mapped last")
    match.add_argument("--redo", action="store_true", help="do again what was undone last")
    match.add_argument("--export", metavar="FILE", help="write all mappings to an Excel workbook for editing")
    match.add_argument("--import", dest="import_file", metavar="FILE", help="read the edited workbook back")
    match.add_argument("--as", dest="actor", metavar="NAME", help="who decides (default: the system's user)")
    add_dry_run(match)


def _accounts(match: argparse.ArgumentParser) -> None:
    """Add accounts, VAT codes, departments and projects, and the taking of what is proposed."""
    match.add_argument(
        "--account",
        metavar="CODE",
        help="account behind it, used in postings; with --sku the account a till's group is booked on",
    )
    match.add_argument(
        "--vat-code", metavar="CODE", help="the ledger's VAT code for --sku, where the account brings none of its rate"
    )
    match.add_argument(
        "--department",
        metavar="PLACE=CODE",
        action="append",
        default=[],
        help="the ledger's department of a till's place (till.departments); PLACE= takes it away (repeatable)",
    )
    match.add_argument(
        "--project",
        metavar="PLACE=CODE",
        action="append",
        default=[],
        help="the ledger's project of a till's place (till.projects); PLACE= takes it away (repeatable)",
    )
    match.add_argument(
        "--take-accounts",
        action="store_true",
        help="write the accounts proposed from the ledger's chart into recon.toml, where none is chosen; of tills link what is certain: as in every other place, the only account of its rate or name, or the standard VAT code the till states",
    )
    match.add_argument(
        "--accept",
        metavar="SKU",
        action="append",
        default=[],
        help="accept the suggestion shown for this SKU, or of a till's payment (repeatable); of tills * accepts all that are shown",
    )


def _words_of_persons(match: argparse.ArgumentParser) -> None:
    """Add what a person says of new things, status words, missing numbers and suppliers' tax invoices."""
    match.add_argument(
        "--seen",
        metavar="KIND=VALUE",
        action="append",
        default=[],
        help="say that a new thing is all right, so that it is not asked about again; KIND=* or all for many (repeatable)",
    )
    match.add_argument(
        "--means",
        metavar="WORD=STATE",
        action="append",
        default=[],
        help="say what a status word means that nobody has listed, e.g. in_review=unpaid (repeatable)",
    )
    match.add_argument(
        "--gap",
        metavar="NUMBER=REASON",
        action="append",
        default=[],
        help="say why an order number (or FIRST..LAST) is missing, so that it is no longer warned about; NUMBER= takes it back (repeatable)",
    )
    match.add_argument(
        "--tax-invoice",
        metavar="RECORD=NUMBER DATE",
        action="append",
        default=[],
        help="enter the supplier's tax invoice of a purchase, e.g. 'PO-7=IV6906-112 2026-06-12'; a month behind it claims its VAT there; RECORD= takes it back (repeatable)",
    )
    match.add_argument(
        "--tax-invoices",
        metavar="FILE",
        help="enter many from a CSV or Excel file: record, number, date, month (if another)",
    )


def _channels_charges_returns(match: argparse.ArgumentParser) -> None:
    """Add what is said about payment channels, charges beside the goods, and returns."""
    match.add_argument(
        "--unmap",
        metavar="NAME",
        action="append",
        default=[],
        help="take this payment channel's account away (repeatable)",
    )
    match.add_argument(
        "--unmapped", metavar="WHAT", help="set: channels nobody mapped are held (hold), or booked on this code"
    )
    match.add_argument(
        "--charge",
        metavar="CHANNEL:KIND=WHAT",
        action="append",
        default=[],
        help="set what happens to a charge: book, leave-out, hold, account:CODE, product:CODE (repeatable)",
    )
    match.add_argument("--charges", action="store_true", help="show what happens to charges, per sales channel")
    match.add_argument(
        "--return",
        dest="belongs",
        metavar="RETURN=SALE",
        action="append",
        default=[],
        help="say which sale a return belongs to, by number or order key; RETURN= takes it back (repeatable)",
    )
    match.add_argument(
        "--tax-item",
        metavar="NAME=ITEM",
        action="append",
        default=[],
        help="name the ledger's sales tax item (or group), or its VAT code, for a tax of the orders; NAME= takes it away (repeatable)",
    )
    match.add_argument("--returns", action="store_true", help="show returns whose sale is not known, with candidates")


def _creating(match: argparse.ArgumentParser) -> None:
    """Add what marks products for the ledger to create."""
    match.add_argument(
        "--create",
        metavar="SKU[=NAME]",
        action="append",
        default=[],
        help="have the ledger create this product, as an approved line of the plan (repeatable)",
    )
    match.add_argument(
        "--create-unlinked", action="store_true", help="have it create a product for every SKU that is not linked"
    )
    match.add_argument(
        "--create-services",
        action="store_true",
        help="have it create the services ค่าขนส่ง and ค่าบริการ COD; where it has them, book shipping and COD fee on them",
    )
    match.add_argument("--service", action="store_true", help="what --create names are services, not goods")
    match.add_argument(
        "--uncreate", metavar="SKU", action="append", default=[], help="do not create it after all (repeatable)"
    )
