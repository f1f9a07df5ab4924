"""The first recon.toml for tills: Norwegian books, settlements and invoices, each line with a VAT code of the ledger.

What only a person knows (departments, who writes, who issues invoices) stands there with its choices explained, on the careful side.
"""

from __future__ import annotations

import json
from typing import Final

from recon.config.first.answers import FirstAnswers
from recon.domain.organisation_number import plain_number
from recon.domain.providers import SOURCES, ledger_facts, source_facts

_WORDS: Final = {
    "cancelled": "Ordre kansellert",
    "returned": "Varer returnert",
    "refunded": "Beløp tilbakebetalt",
    "corrected": "Beløp rettet, nytt dokument utstedt",
}
"""Reasons on credit notes, in the language of these books."""
_RECEIVABLE: Final = "1500"
"""Trade debtors in the sandbox's chart; in a real one a person chooses."""


def till_settings(answers: FirstAnswers) -> str:
    """Return a commented recon.toml for tills."""
    return _company(answers) + _tills(answers.connection) + _books(answers)


def _company(answers: FirstAnswers) -> str:
    """Return the company, and its tills' connection."""
    facts = ledger_facts(answers.target)
    kinds = source_facts(answers.source).record_kinds
    tills = ", ".join(name for name, source in SOURCES.items() if source.is_till)
    return f"""# Settings of this workspace. Every setting is explained in docs/settings.md; secrets never stand here.
format = 1

[company]
name = {_text(answers.company)}    # as it stands in the ledger
tax_id = {_text(plain_number(answers.tax_id))}              # organisation number; files of another company are refused
currency = {_text(facts.currency)}
timezone = {_text(facts.timezone)}
workbook_language = "nb"          # language of the workbooks that are written: nb Norwegian, en English

[connections.{answers.connection}]
source = {_text(answers.source)}                   # {tills}
target = {_text(answers.target)}
shop = {_text(answers.shop)}                     # part of every settlement's key: never change it
start_date = {answers.start_date.isoformat()}           # nothing before this day is ever posted; locked after the first upload
record_kinds = {json.dumps(list(kinds))}     # settlement: the voucher of a Z report; till_invoice: credit sales
writers = {_text("recon" if facts.is_sandbox else "others")}                # recon: only we; shared: others too, the ledger is read first; others: we only compare.
                                  # Two writers book every day twice: recon only once the till's own integration is switched off
taxes = "codes"                   # each line carries the ledger's VAT code, which works VAT out of the gross
"""


def _tills(name: str) -> str:
    """Return the settings of the tills themselves."""
    return f"""
[connections.{name}.till]
voucher = "report"                # report: one voucher per Z report; day: all of one department and day together
day_ends = "00:00"                # 06:00: a Z report made before six in the morning belongs to the day before
counting = "hold"                 # cash nobody has counted: hold (wait for the count), warn, till (what the till recorded), or off
bank_deposits = "settlement"      # cash taken to the bank: settlement (with the count), or statement (from the bank statement)
invoices = "hold"                 # credit sales: hold, order (the ledger is to issue the invoice),
                                  # issued (the till has issued it: booked, never issued again), or others

# Place of a till (its location in the file, else its register) = the ledger's code of the department.
[connections.{name}.till.departments]
# "Kafé Torget" = "10"

# The same of the ledger's projects; only where it books by them, or has accounts that take nothing without one.
[connections.{name}.till.projects]
# "Kafé Torget" = "P1"
"""


def _books(answers: FirstAnswers) -> str:
    """Return where vouchers go, who is asked, and when it runs."""
    name = answers.connection
    environment = "sandbox" if ledger_facts(answers.target).is_sandbox else answers.environment
    ledger_url = f"base_url = {_text(answers.base_url)}\n" if answers.base_url else ""
    reasons = "\n".join(f"{cause} = {_text(words)}" for cause, words in _WORDS.items())
    return f"""
[connections.{name}.poweroffice]
route = "draft"                   # draft: unposted in the journal entry view; import: unposted in the Import list; posted: at once
attach = "z-report"               # a PDF of the Z reports is put on each voucher; off: nothing is
requests_per_second = {10 if environment == "sandbox" else 5}           # the ledger allows 10 for all companies of one subscription key together

[connections.{name}.ledger]
environment = {_text(environment)}
{ledger_url}
[connections.{name}.contacts]
default = ""                      # number of the customer for credit sales that name none; empty: they wait

[connections.{name}.accounts]
receivable = {_text(_RECEIVABLE if environment == "sandbox" else "")}                   # trade debtors, for credit sales of customers

[connections.{name}.number_prefix]   # a till's own numbers are kept as they are
invoice = ""
receipt = ""
credit_note = ""

[connections.{name}.credit_note_reasons]
{reasons}

[connections.{name}.schedule]
when = "manual"                   # manual, hourly, daily, weekly or monthly; `recon schedule set --preset daily` sets 05:00
at = "05:00"

[approval]
two_persons = "warn"              # off, warn or block: the person who planned also approves
valid_days = 7
"""


def _text(value: str) -> str:
    """Write a TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
