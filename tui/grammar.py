"""The grammar of the command line: which commands there are and their options. Nothing heavy is imported here."""

from __future__ import annotations

import argparse

from recon.domain.providers import LEDGERS, SOURCES
from tui.grammar_match import match_command
from tui.grammar_others import others_commands
from tui.grammar_parts import Parser, add_command, add_dry_run, add_lines, add_looks, at_least_one, count, port
from tui.grammar_profile import profile_command
from tui.grammar_proof import proof_commands
from tui.grammar_qbwc import qbwc_command
from tui.grammar_sandbox import sandbox_command
from tui.grammar_schedule import schedule_commands
from tui.grammar_till import till_command
from tui.grammar_vat import vat_command
from tui.grammar_verify import verify_command
from tui.help_texts import SETTLE_MEANS, SETTLE_OPTIONS, SETTLE_WORDS, STATUSES

KINDS = (
    "invoice", "receipt", "payment", "void", "credit_note", "product", "expense", "expense_payment", "supplier_credit",
    "refund", "settlement",
)  # fmt: skip
"""As `recon.frames.schemas.DOCUMENT_KINDS`, which would import half the program."""

_PLACES = (
    "home", "import", "match", "channels", "taxes", "counts", "setup", "returns", "others", "review", "upload", "audit", "books", "settings", "doctor",
)  # fmt: skip
"""Screens that can be begun with."""


def build_parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    parser = Parser(
        prog="recon",
        description="Turns shop orders into the right accounting documents, once, with proof.",
        epilog="Start with `recon demo`, or `recon init DIR`. `recon help exit-codes` lists the exit codes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and those of the main libraries")
    parser.add_argument(
        "-C", "--workspace", metavar="DIR", default="", help="workspace to use (default: here or above)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document (docs/json.md)")
    add_looks(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _setup_commands(commands)
    _input_commands(commands)
    _work_commands(commands)
    _sending_commands(commands)
    _read_commands(commands)
    _other_commands(commands)
    return parser


def _setup_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    init = add_command(commands, "init", "tui.commands.setup:init", "make a workspace", connection=False)
    init.add_argument("directory", metavar="DIR", help="folder of the workspace; made if it is not there")
    init.add_argument("--company", metavar="NAME", help="company name as it stands in the ledger")
    init.add_argument("--tax-id", metavar="ID", default=None, help="tax id or organisation number, digits only")
    init.add_argument("--name", metavar="NAME", default=None, help="name of the connection (default: shop)")
    init.add_argument(
        "--source",
        choices=tuple(SOURCES),
        help="where orders come from",
    )
    init.add_argument("--target", choices=tuple(LEDGERS), help="where documents go")
    init.add_argument("--shop", metavar="NAME", default=None, help="short name of the shop, part of every order's key")
    init.add_argument("--profile", metavar="NAME", default=None, help="column profile (source profile)")
    init.add_argument("--start-date", metavar="YYYY-MM-DD", default=None, help="nothing before this day is posted")
    init.add_argument("--vat-registered", choices=("yes", "no"), default=None, help="registered for VAT")
    init.add_argument(
        "--prices",
        choices=("as-source", "by-order", "with-vat", "without-vat"),
        default=None,
        help="do prices include VAT",
    )
    init.add_argument(
        "--receipts", choices=("paid", "paid-and-completed"), default=None, help="when a sale gets its receipt"
    )
    init.add_argument(
        "--invoices",
        choices=("off", "completed-unpaid", "awaiting-transfer-unpaid"),
        default=None,
        help="when an unpaid sale gets an invoice",
    )
    init.add_argument("--numbering", choices=("source", "ledger"), default=None, help="who numbers the documents")
    init.add_argument(
        "--ledger-url", metavar="URL", default=None, help="base address of the ledger's API, if not the published one"
    )
    init.add_argument(
        "--source-url", metavar="URL", default=None, help="base address of the shop's API, if not the published one"
    )
    init.add_argument(
        "--environment",
        choices=("live", "test", "sandbox"),
        default=None,
        help="what stands behind the ledger's address",
    )
    add_dry_run(init)

    connect = add_command(
        commands,
        "connect",
        "tui.commands.setup:connect",
        "take the keys of a connection and see who is on the other side",
    )
    connect.add_argument(
        "--stdin", action="store_true", help="read the keys from standard input (JSON or name=value lines)"
    )
    connect.add_argument(
        "--keep",
        choices=("keyring", "file"),
        default="keyring",
        help="where keys are kept: the system's key store, or a file only you can read",
    )
    connect.add_argument("--side", choices=("ledger", "source", "both"), default="both", help="whose keys")
    connect.add_argument("--set-accounts", action="store_true", help="write the proposed account codes into recon.toml")
    connect.add_argument(
        "--lists", metavar="FILE", help="a file with the ledger's lists, exported there (QuickBooks by import file)"
    )
    connect.add_argument(
        "--refresh", action="store_true", help="use the keys already kept; read the ledger's lists again"
    )
    add_dry_run(connect)


def _input_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    take = add_command(commands, "import", "tui.commands.intake:import_files", "take in order exports")
    take.add_argument("files", metavar="FILE", nargs="+", help="CSV or Excel export, or a kept API answer")
    take.add_argument("--profile", metavar="NAME", help="read with this column profile")
    add_dry_run(take)

    pull = add_command(
        commands,
        "pull",
        "tui.commands.intake:pull",
        "fetch orders from the shop system's API; raw answers are kept first",
    )
    pull.add_argument(
        "--since", metavar="YYYY-MM-DD", help="orders from this day on (default: one day before the last pull)"
    )
    pull.add_argument("--until", metavar="YYYY-MM-DD", help="orders up to this day")
    pull.add_argument(
        "--by", choices=("updated", "ordered", "created", "paid"), default="updated", help="which date is meant"
    )
    pull.add_argument(
        "--status", metavar="CODES", default="", help="only these states (comma list of the shop system's codes)"
    )
    pull.add_argument("--payment-status", metavar="CODES", default="", help="only these payment states")
    pull.add_argument(
        "--orders", metavar="NUMBERS", default="", help="just these orders: 4410012,4410020-4410040 (BentoWeb)"
    )
    pull.add_argument("--orders-from", metavar="FILE", help="orders named in a file, one to a line (BentoWeb)")
    pull.add_argument("--products", action="store_true", help="fetch the product list instead")
    add_dry_run(pull)

    profile_command(commands)
    files = add_command(
        commands, "files", "tui.commands.intake:files", "list what was taken in, and what waits in the inbox folder"
    )
    files.add_argument(
        "file", metavar="FILE", nargs="?", help="name, or first digits: also what was found in this file"
    )


def _work_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    match_command(commands)
    till_command(commands)


def _sending_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    plan = add_command(
        commands,
        "plan",
        "tui.commands.work:plan",
        "work out the documents that should stand in the ledger and do not",
        aliases=("preview",),
    )
    plan.add_argument("--rows", type=count, default=20, metavar="N", help="documents to show (default 20)")
    add_dry_run(plan)

    approve = add_command(
        commands,
        "approve",
        "tui.commands.work:approve",
        "approve exactly the documents of a batch; only a person does this",
    )
    approve.add_argument("batch", metavar="BATCH", nargs="?", help="as `recon plan` named it, e.g. B0001")
    approve.add_argument(
        "--decided",
        action="store_true",
        help="only the documents approved with `recon decide`; the rest becomes a draft of its own",
    )
    approve.add_argument("--as", dest="actor", metavar="NAME", required=True, help="name of the person who approves")
    approve.add_argument(
        "--confirm", metavar="NAME", help="company's short name; asked for on a terminal when the ledger is live"
    )
    add_dry_run(approve)

    _decide_command(commands)
    upload = add_command(
        commands,
        "upload",
        "tui.commands.work:upload",
        "send what is approved, each document once; resume after a stop",
        connection=False,
    )
    upload.add_argument("batch", metavar="BATCH", help="as `recon plan` named it, e.g. B0001")
    upload.add_argument("--limit", type=at_least_one, default=None, metavar="N", help="stop after N documents")
    upload.add_argument(
        "--confirm-taken",
        metavar="FILE",
        help="ledger that takes files: the numbers it took in, exported from it or one a line in a plain text",
    )
    upload.add_argument("--state", action="store_true", help="send nothing; print where the batch stands")
    upload.add_argument(
        "--stop", action="store_true", help="ask the upload that runs here to stop after the document in hand"
    )
    add_dry_run(upload)

    _settle_command(commands)
    others_commands(commands)
    schedule_commands(commands)
    vat_command(commands)
    verify_command(commands)


def _decide_command(commands: argparse._SubParsersAction[Parser]) -> None:
    decide = add_command(
        commands,
        "decide",
        "tui.commands.review:decide",
        "approve, reject or put back single documents of the newest draft; undo and redo that",
    )
    decide.add_argument("what", choices=("approve", "reject", "draft", "undo", "redo"), help="what is decided")
    decide.add_argument("documents", metavar="DOCUMENT", nargs="*", help="number, key or order number")
    decide.add_argument("--filter", metavar="F", default="", help="all that pass this filter (docs/review.md)")
    decide.add_argument("--status", choices=STATUSES, default="", help="all of this status")
    decide.add_argument("--like", metavar="DOCUMENT", default="", help="approve this one and all ready ones like it")
    decide.add_argument("--below", metavar="AMOUNT", default="", help="with --like: only those below this amount")
    decide.add_argument("--as", dest="actor", metavar="NAME", required=True, help="name of the person who decides")
    decide.add_argument("--reason", metavar="TEXT", default="", help="why they are rejected; kept in the event log")
    add_dry_run(decide)


def _settle_command(commands: argparse._SubParsersAction[Parser]) -> None:
    settle = add_command(
        commands,
        "settle",
        "tui.commands.settle:settle",
        "end documents that wait for a person, by a named person's word and after a look at the ledger",
        connection=False,
    )
    settle.add_argument("documents", metavar="DOCUMENT", nargs="+", help="number or key, as `recon status` names it")
    settle.add_argument("--as", dest="actor", metavar="NAME", required=True, help="name of the person who decides")
    settle.add_argument("--to", choices=SETTLE_WORDS, required=True, help=SETTLE_MEANS)
    settle.add_argument(
        "--reason", metavar="TEXT", required=True, help="what was found, and why; stays in the event log"
    )
    number, ledger_id, differs, blind = SETTLE_OPTIONS
    settle.add_argument("--number", metavar="N", action="append", default=[], help=number)
    settle.add_argument("--ledger-id", metavar="ID", action="append", default=[], help=ledger_id)
    settle.add_argument("--accept-differences", action="store_true", help=differs)
    settle.add_argument("--without-look-up", action="store_true", help=blind)
    add_dry_run(settle)


def _read_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    proof_commands(commands)
    show = add_command(
        commands,
        "show",
        "tui.commands.reports:show_document",
        "one document with lines, postings, VAT, reasons and provenance",
        connection=False,
    )
    show.add_argument("document", metavar="DOCUMENT", help="document number, document key or order number")
    documents = add_command(commands, "documents", "tui.commands.reports:documents", "list the documents of a batch")
    documents.add_argument("batch", metavar="BATCH", nargs="?", help="default: the newest batch")
    documents.add_argument(
        "--filter", metavar="F", default="", help="newest batch: documents and held orders that pass (docs/review.md)"
    )
    documents.add_argument(
        "--status",
        choices=STATUSES,
        default="",
        help="newest batch: only rows of this status (of any batch: open, unsure, refused, posted)",
    )
    documents.add_argument("--kind", choices=KINDS, help="only documents of this kind")
    add_lines(documents)
    findings = add_command(
        commands, "findings", "tui.commands.reports:findings", "list what was found, grouped by cause"
    )
    findings.add_argument("--code", metavar="CODE", help="only this kind of finding, row by row")
    orders = add_command(
        commands, "orders", "tui.commands.reports:orders", "list the orders and where their money went"
    )
    orders.add_argument("--held", action="store_true", help="only held orders")
    add_lines(findings)
    add_lines(orders)


def _other_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    screens = add_command(
        commands, "tui", "tui.commands.screens:tui", "open the screens (the same as `recon` alone)", connection=False
    )
    screens.add_argument("--as", dest="actor", metavar="NAME", help="who works here (default: the system's user)")
    screens.add_argument("--read-only", action="store_true", help="look, and change nothing")
    screens.add_argument(
        "--place",
        choices=_PLACES,
        help="where to begin",
    )
    served = add_command(
        commands,
        "serve",
        "tui.commands.serve:serve",
        "show the screens in a browser on this computer, until interrupted",
        connection=False,
    )
    served.add_argument("--port", type=port, default=0, metavar="N", help="port to listen on (default: any free one)")
    served.add_argument("--as", dest="actor", metavar="NAME", help="who works here (default: the system's user)")
    served.add_argument("--read-only", action="store_true", help="look, and change nothing, in every tab")
    served.add_argument("--open", action="store_true", help="open the browser too")
    demo = add_command(
        commands,
        "demo",
        "tui.demo:demo",
        "an invented month of a Thai shop through the whole chain, with a sandbox ledger",
        connection=False,
    )
    demo.add_argument(
        "directory", metavar="DIR", nargs="?", default="demo", help="folder for the demo workspace (default: demo)"
    )
    demo.add_argument(
        "--leave-open", action="store_true", help="stop at the second plan: a batch waits to be reviewed and uploaded"
    )
    doctor = add_command(
        commands, "doctor", "tui.commands.doctor:doctor", "check this machine and workspace", connection=False
    )
    doctor.add_argument(
        "--adopt", action="store_true", help="make a copied workspace one of its own; everything is looked up first"
    )
    add_dry_run(doctor)
    sandbox_command(commands)
    qbwc_command(commands)
    completion = add_command(
        commands, "completion", "tui.completion:completion", "print a completion script", connection=False
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish", "powershell"), help="your shell")
    helps = add_command(commands, "help", "tui.cli:help_topic", "explain a topic", connection=False)
    helps.add_argument("topic", choices=("exit-codes",), help="what to explain")
