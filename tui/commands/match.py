"""`recon match`: what is mapped and what is open, everything a person sets there, and taking it back."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from recon.errors import UsageError
from recon.service import MatchEdits, ReconService
from recon.service.match_undo import MappingUndo
from tui.match_output import charge_facts, show_accounts, show_charges, show_match, show_returns, show_undone, show_why
from tui.output import SHOWN, Output
from tui.seen_output import (
    gap_words,
    meanings,
    print_beginning,
    print_seen,
    print_things,
    seen_words,
    tax_invoices,
    thing_facts,
)
from tui.wiring import open_service


def match(args: argparse.Namespace) -> int:
    """Show mappings and what is still open; set what the options say."""
    output = Output(as_json=args.json)
    edits = _edits(args)
    _require_alone(args, edits)
    with open_service(args, write=True) as service:
        if args.export and args.dry_run:
            output.note(f"Would write {args.export}.")
        elif args.export:
            path = service.export_mappings(Path(args.export), connection=args.connection)
            output.note(f"Wrote {path}. Fill in the ledger codes, save, then `recon match --import {path}`.")
        undone = _moved(service, args)
        said = service.say_seen(args.connection, seen_words(args.seen), dry_run=args.dry_run) if args.seen else ()
        if args.gap:
            said = (*said, *service.say_gaps(args.connection, gap_words(args.gap), dry_run=args.dry_run))
        if args.tax_invoice or args.tax_invoices:
            said = (*said, *_tax_invoices(service, args))
        if args.means:
            said = (*said, *service.say_means(args.connection, meanings(args.means), dry_run=args.dry_run))
        taken = service.upkeep.account_proposals(args.connection) if edits.take_accounts and not args.dry_run else ()
        report = service.match(args.connection, edits, dry_run=args.dry_run)
        proposed = service.upkeep.account_proposals(args.connection)
        report = replace(report, changes=(*report.changes, *said))
        things = service.new_things(args.connection)
        first = service.beginning(args.connection)
        accounts = {
            "proposals": [asdict(each) for each in proposed],
            "proposals_taken": [asdict(each) for each in taken],
        }
        more = {"things": thing_facts(things), "beginning": first} | accounts | _more(service, args, output)
    if undone is not None:
        more["undone"] = undone.as_facts()
    output.document("match", report.as_facts() | more)
    if undone is not None:
        show_undone(undone, output, dry_run=args.dry_run)
    show_match(report, things, output)
    show_accounts(taken, proposed, output)
    print_beginning(first, output)
    print_things(things, output)
    return 4 if report.open_count or any(thing.holds for thing in things) else 0


def _said(args: argparse.Namespace) -> bool:
    """Return whether a person said something beside the mappings."""
    return bool(args.seen or args.gap or args.means or args.tax_invoice or args.tax_invoices)


def _require_alone(args: argparse.Namespace, edits: MatchEdits) -> None:
    if (args.undo or args.redo) and (edits != MatchEdits() or _said(args)):
        raise UsageError("--undo and --redo go without other changes. Nothing was changed.")


def _tax_invoices(service: ReconService, args: argparse.Namespace) -> tuple[str, ...]:
    """Enter the suppliers' tax invoices that were typed, and those of a list."""
    listed = Path(args.tax_invoices) if args.tax_invoices else None
    return service.say_tax_invoices(args.connection, tax_invoices(args.tax_invoice), listed, dry_run=args.dry_run)


def _moved(service: ReconService, args: argparse.Namespace) -> MappingUndo | None:
    """Take back, or do again, what was set last."""
    if not (args.undo or args.redo):
        return None
    if args.dry_run:
        table = service.products(args.connection, suggestions=False)
        name = table.undo_name if args.undo else table.redo_name
        if not name:
            raise UsageError("There is nothing to undo or to do again. Nothing was changed.")
        return MappingUndo(
            connection=table.connection, what="undo" if args.undo else "redo", name=name, kind="", count=0, by="",
            next_undo=table.undo_name, next_redo=table.redo_name,
        )  # fmt: skip
    return service.undo_match(args.connection) if args.undo else service.redo_match(args.connection)


def _more(service: ReconService, args: argparse.Namespace, output: Output) -> dict[str, Any]:
    """Return, and print, what was asked for beside the mappings."""
    more: dict[str, Any] = {}
    if args.search is not None:
        catalog, kind = service.catalog(args.connection), "products"
        if not catalog.height and (chart := service.tills.accounts(args.connection).accounts).height:
            catalog, kind = chart, "accounts"  # where lines are booked on accounts
        found = catalog.frame[catalog.search(args.search)].select("product_code", "product_name").rows()
        more["found"] = [{"code": code, "name": name} for code, name in found]
        output.table(
            ("Code", "Product of the ledger" if kind == "products" else "Account of the ledger"), found[:SHOWN]
        )
        output.line(
            f"{len(found):,} of {catalog.height:,} {kind} fit {args.search!r}, as last read {catalog.read_at[:10]}"
        )
    if args.why is not None:
        detail = service.product_detail(args.connection, args.why)
        more["why"] = detail.as_facts()
        show_why(detail, output)
    if args.things:
        seen = service.seen_things(args.connection)
        more["seen"] = [asdict(line) for line in seen]
        print_seen(seen, output)
    if args.charges:
        table = service.charges(args.connection)
        more["charges"] = charge_facts(table)
        show_charges(table, output)
    if args.returns:
        waiting = service.open_returns(args.connection)
        more["returns"] = [each.as_facts() for each in waiting]
        show_returns(waiting, output)
    return more


def _creation(text: str, *, service: bool) -> tuple[str, str | None, str]:
    sku, equals, name = text.partition("=")
    if equals and not name.strip():
        raise UsageError(f"--create {text!r}: write SKU=NAME, or SKU alone for the shop's name. Nothing was changed.")
    return sku, name if equals else None, "service" if service else "product"


def _return(text: str) -> tuple[str, str | None]:
    back, equals, sale = text.partition("=")
    if not equals or not back.strip():
        raise UsageError(f"--return {text!r}: write RETURN=SALE, e.g. CN-202606001=SO-202606021. Nothing was changed.")
    return back.strip(), sale.strip() or None


def _tax_item(text: str) -> tuple[str, str | None]:
    name, equals, item = text.rpartition("=")
    if not equals:
        raise UsageError(
            f"--tax-item {text!r}: write NAME=ITEM, e.g. 'California State Tax 7.25%=CA Sales Tax'; NAME= takes it away. Nothing was changed."
        )
    return name.strip(), item.strip() or None


def _of_place(option: str, text: str) -> tuple[str, str | None]:
    place, equals, code = text.rpartition("=")
    if not equals or not place.strip():
        raise UsageError(f"{option} {text!r}: write PLACE=CODE, e.g. 'Kafé Torget=10'. Nothing was changed.")
    return place.strip(), code.strip() or None


def _charge(text: str) -> tuple[str, str, str]:
    head, equals, what = text.rpartition("=")
    channel, colon, kind = head.rpartition(":")
    if not equals or not colon:
        raise UsageError(
            f"--charge {text!r}: write CHANNEL:KIND=WHAT, e.g. Lazada:shipping=leave-out or default:cod_fee=hold. Nothing was changed."
        )
    return channel, kind, what


def _edits(args: argparse.Namespace) -> MatchEdits:
    products: list[tuple[str, str | None]] = []
    channels: list[tuple[str, str, str | None]] = []
    accounts: list[tuple[str, str, str | None]] = []
    if args.sku is not None:
        if not (args.product or args.as_text or args.account):
            raise UsageError("--sku needs --product CODE, --as-text, or --account CODE for tills. Nothing was changed.")
        if args.account and (args.product or args.as_text):
            raise UsageError("--sku takes either --account or a product, not both. Nothing was changed.")
        if args.account:
            accounts.append((args.sku, args.account, args.vat_code or None))
        else:
            products.append((args.sku, args.product or None))
    if args.vat_code and not accounts:
        raise UsageError("--vat-code goes with --sku SKU --account CODE. Nothing was changed.")
    if args.channel is not None:
        if not args.method:
            raise UsageError("--channel needs --method CODE. Nothing was changed.")
        channels.append((args.channel, args.method, args.account))
    decisions = []
    for text in args.decide:
        order, equals, what = text.partition("=")
        if not equals or what.partition(":")[0] not in {"repost", "credit", "leave", "by-hand"}:
            raise UsageError(
                f"--decide {text!r}: write ORDER=repost, ORDER=credit, ORDER=leave or ORDER=by-hand:NUMBER. Nothing was changed."
            )
        decisions.append((order, what.partition(":")[0], what.partition(":")[2] or None))
    return MatchEdits(
        link_all=args.link_all,
        text=args.text,
        products=tuple(products),
        channels=tuple(channels),
        all_channels=args.all_channels,
        accept=tuple(args.accept),
        decisions=tuple(decisions),
        import_file=Path(args.import_file) if args.import_file else None,
        unlink=tuple(args.unlink),
        unmap=tuple(args.unmap),
        create=tuple(_creation(text, service=args.service) for text in args.create),
        create_services=args.create_services,
        create_unlinked=args.create_unlinked,
        uncreate=tuple(args.uncreate),
        unmapped=args.unmapped,
        charges=tuple(_charge(text) for text in args.charge),
        returns=tuple(_return(text) for text in args.belongs),
        tax_items=tuple(_tax_item(text) for text in args.tax_item),
        take_accounts=args.take_accounts,
        accounts=tuple(accounts),
        departments=tuple(_of_place("--department", text) for text in args.department),
        projects=tuple(_of_place("--project", text) for text in args.project),
    )
