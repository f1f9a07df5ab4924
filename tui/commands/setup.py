"""`recon init` and `recon connect`: a workspace, the keys, and who is on the other side."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from pathlib import Path

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.domain.providers import LEDGERS, SOURCES, keys_of, ledger_facts, source_facts
from recon.errors import UsageError
from recon.workspace import make_workspace
from tui.asking import ask, ask_secret, can_ask
from tui.crashing import crash_points
from tui.output import Output


def init(args: argparse.Namespace) -> int:
    """Make a workspace from flags, asking for what is missing where there is a terminal."""
    from recon.ports import SystemClock
    from tui.wiring import service_for

    output = Output(as_json=args.json)
    answers = _answers(args)
    text = first_settings(answers)
    root = Path(args.directory)
    if args.dry_run:
        output.line(f"Would make {root} with this recon.toml:")
        for line in text.splitlines():
            output.line(line)
    else:
        workspace = make_workspace(root, text, crash=crash_points())
        with service_for(workspace, clock=SystemClock()):
            pass  # makes the store, so that everything can be looked at from now on
    output.document(
        "init",
        {
            "workspace": str(root),
            "connection": answers.connection,
            "source": answers.source,
            "target": answers.target,
            "dry_run": args.dry_run,
        },
    )
    if not args.dry_run:
        output.line(f"Made the workspace {root}: one folder, one company ({answers.company}).")
        for step in _next_steps(answers, root):
            output.line(f"  next: {step}")
    return 0


def _next_steps(answers: FirstAnswers, root: Path) -> list[str]:
    where = f"recon -C {root}"
    ledger = ledger_facts(answers.target)
    steps = [f"{where} qbwc file", f"{where} qbwc password --generate"] if ledger.is_visited else []
    steps.append(f"{where} connect" + ("        (the sandbox needs no keys)" if ledger.is_sandbox else ""))
    facts = source_facts(answers.source)
    if facts.has_api:
        which = f"--since {answers.start_date}" if facts.lists_orders else "--orders NUMBERS"
        steps.append(f"{where} pull {which}")
    elif not facts.has_columns_of_its_own:
        steps += [f"{where} profile EXPORT --save {answers.profile}", f"{where} import EXPORT"]
    elif facts.is_marketplace:
        steps.append(f"{where} import EXPORT.xlsx")
    elif facts.is_till:
        if not ledger.is_sandbox:
            steps.append(
                'writers = "recon" in recon.toml, once no other integration posts these settlements (docs/tills.md)'
            )
        return [*steps, f"{where} import FILE", f"{where} match", f"{where} plan"]
    else:
        steps.append(f"{where} import EXPORT.csv")
    return [*steps, f"{where} match", f"{where} plan"]


def _answers(args: argparse.Namespace) -> FirstAnswers:
    quiet = args.no_input

    def need(value: str | None, question: str, option: str, default: str = "", pattern: str = r".+") -> str:
        if value is not None:
            return value
        if not can_ask(no_input=quiet):
            if default:
                return default
            raise UsageError(f"{question}? Give {option}. Nothing was made.")
        return ask(
            question,
            default=default,
            option=option,
            no_input=quiet,
            check=lambda a: None if re.fullmatch(pattern, a) else f"expected {pattern}",
        )

    company = need(args.company, "Company name, as it stands in the ledger", "--company NAME")
    asked = f"Where do orders come from ({', '.join(SOURCES)})"
    source = need(args.source, asked, "--source", "shopify", "|".join(SOURCES))
    is_till = source_facts(source).is_till
    targets = tuple(name for name, facts in LEDGERS.items() if facts.takes_settlements == is_till)
    usual = next(name for name in targets if LEDGERS[name].is_sandbox)
    target = need(args.target, f"Where do documents go ({', '.join(targets)})", "--target", usual, "|".join(targets))
    start = need(
        args.start_date,
        "Start date: nothing before it is posted (YYYY-MM-DD)",
        "--start-date YYYY-MM-DD",
        "",
        r"\d{4}-\d{2}-\d{2}",
    )
    vat = (
        "yes"
        if is_till
        else need(
            args.vat_registered, "Is the company registered for VAT (yes, no)", "--vat-registered", "yes", "yes|no"
        )
    )
    if is_till:
        _only_for_shops(args)
    return FirstAnswers(
        company=company,
        tax_id=args.tax_id or "",
        connection=args.name or "shop",
        source=source,
        target=target,
        shop=args.shop or "shop",
        profile=args.profile or ("" if source_facts(source).has_columns_of_its_own else "export"),
        start_date=_date(start, "--start-date"),
        vat_registered=vat == "yes",
        prices=args.prices or "as-source",
        receipts=args.receipts or "paid",
        invoices=args.invoices or "off",
        numbering=args.numbering or "source",
        base_url=args.ledger_url or "",
        source_base_url=args.source_url or "",
        environment=args.environment or "live",
    )


def _only_for_shops(args: argparse.Namespace) -> None:
    """Refuse options that settle what a till's settlement has no place for; a person who gave one would believe in it."""
    names = ("vat_registered", "prices", "receipts", "invoices", "numbering", "profile", "source_url")
    if given := [f"--{name.replace('_', '-')}" for name in names if getattr(args, name)]:
        raise UsageError(
            f"{', '.join(given)}: for orders of shops; tills have their own settings, [connections.NAME.till] in recon.toml. Nothing was made."
        )


def _date(text: str, option: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a date like 2026-01-31. Nothing was made.") from None
    if day.year >= 2400:
        raise UsageError(f"{option} {text} is a Buddhist year; write {day.year - 543}. Nothing was made.")
    return day


def connect(args: argparse.Namespace) -> int:
    """Take keys, keep them, and show who answers on the other side."""
    from recon.config.connection import rules_of_source
    from tui.wiring import open_service

    output = Output(as_json=args.json)
    with open_service(args, write=not args.dry_run) as service:
        name, connection = service.settings.connection(args.connection)
        sides = _sides(args.side, connection.source, connection.target)
        given = None
        beside = rules_of_source(connection).secret_names()
        if (sides or beside) and not args.refresh:
            given = _given_keys(sides, beside, from_stdin=args.stdin, no_input=args.no_input)
        named = tuple(side for side, _ in sides)
        report = service.connect(
            name, sides=named, set_accounts=args.set_accounts, given=given, keep=args.keep, dry_run=args.dry_run,
            lists=Path(args.lists) if args.lists else None,
        )  # fmt: skip
    output.document("connect", report.as_facts())
    for line in report.lines():
        output.line(line)
    return 4 if report.missing else 0


def _sides(wanted: str, source: str, target: str) -> list[tuple[str, str]]:
    """Return which outside systems of this connection need keys: (side, system)."""
    sides = []
    if wanted in {"ledger", "both"} and keys_of(target):
        sides.append(("ledger", target))
    if wanted in {"source", "both"} and source_facts(source).has_api:
        sides.append(("source", source))
    return sides


def _given_keys(
    sides: list[tuple[str, str]], beside: tuple[str, ...], *, from_stdin: bool, no_input: bool
) -> dict[str, str]:
    names = [*(name for _, system in sides for name in keys_of(system)), *beside]
    if not from_stdin:
        return {name: ask_secret(name.replace("_", " "), no_input=no_input) for name in names}
    given = _read_keys(sys.stdin.read())
    missing = [name for name in names if not given.get(name)]
    if missing:
        raise UsageError(f"Standard input lacks {', '.join(missing)}. Give JSON or name=value lines. Nothing was kept.")
    return {name: given[name] for name in names}


def _read_keys(text: str) -> dict[str, str]:
    if text.lstrip().startswith("{"):
        try:
            return {str(key): str(value) for key, value in json.loads(text).items()}
        except ValueError:
            raise UsageError("Standard input is no valid JSON. Nothing was kept.") from None
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, value in pairs}
