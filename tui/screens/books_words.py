"""Rows, columns and words of the comparison with books read back from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl
from textual.content import Content

from recon.money import parse_minor
from recon.summaries.books import BooksDifference, BooksReport, BooksVoucher
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import DOCUMENT_KINDS, word
from tui.i18n import N_, _, count, day, day_heading
from tui.screens.others_words import DIFFERENCE_WORDS
from tui.widgets.columns import Column

Amount = Callable[[str], str]
Minor = Callable[[int], str]

FACES: Final = {"vouchers": N_("Vouchers"), "accounts": N_("Accounts")}
VERDICTS: Final = {
    "twice": ("!", N_("there twice"), "bad"),
    "differs": ("!", N_("differs"), "check"),
    "missing": ("!", N_("not there"), "bad"),
    "strange": ("?", N_("not ours"), "check"),
    "there": ("·", N_("there but held here"), "dim"),
    "equal": ("✓", N_("equal"), "done"),
}
"""Sign, word and tone, in the order they are listed."""
WAYS: Final = {
    "number": N_("recon's mark or its number in the text"),
    "reference": N_("the number in a reference"),
    "word": N_("the Z report its text names"),
    "amount": N_("day and sum only; its text names no Z report"),
}
_WHY: Final = {
    "names-report": N_("It names a Z report that no file of ours holds, or one that another voucher is already."),
    "like-settlement": N_("It moves sales and money of the till like a settlement."),
}
_STANDS: Final = {
    "planned": N_("recon has not sent it."),
    "held": N_("It is held here, so its accounts were not compared."),
}
_FIELDS: Final = {
    "date": N_("Date: here {ours}, in the books {theirs}"),
    "account": N_("Account {account}: here {ours}, in the books {theirs}"),
    "amount": N_("Amount of account {account}: here {ours}, in the books {theirs}"),
    "vat-code": N_("VAT code of account {account}: here {ours}, in the books {theirs}"),
    "department": N_("Department: here {ours}, in the books {theirs}"),
    "project": N_("Project: here {ours}, in the books {theirs}"),
}
_VOUCHERS: Final = {
    "key": pl.Int64, "state": pl.String, "number": pl.String, "day": pl.String, "total_minor": pl.Int64, "voucher": pl.String,
    "by": pl.String, "entered_on": pl.String, "posted_on": pl.String, "differs": pl.String,
}  # fmt: skip
_ACCOUNTS: Final = {
    "key": pl.String, "account": pl.String, "ours_minor": pl.Int64, "found_minor": pl.Int64, "others_minor": pl.Int64,
    "ledger_minor": pl.Int64, "difference_minor": pl.Int64,
}  # fmt: skip


NOTHING: Final = pl.DataFrame(schema=_VOUCHERS)
"""No vouchers."""


def voucher_frame(report: BooksReport, currency: str) -> pl.DataFrame:
    """Return documents of ours and vouchers that are none of ours as rows; what is not equal stands first."""
    rows: list[tuple[object, ...]] = [
        (
            at, one.verdict, shown(one.order_number), one.day, parse_minor(one.total, currency), shown(" + ".join(one.vouchers)),
            shown(" + ".join(dict.fromkeys(filter(None, one.writers)))), one.entered_on or "", one.posted_on or "", _differs_words(one.differences),
        )
        for at, one in enumerate(report.vouchers)
    ]  # fmt: skip
    rows += [
        (
            len(report.vouchers) + at, "strange", "", one.day or "", parse_minor(one.debit, currency), shown(one.voucher),
            shown(one.entered_by or ""), one.entered_on or "", "", shown(one.description),
        )
        for at, one in enumerate(report.strange)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=_VOUCHERS, orient="row")
    rank = pl.col("state").replace_strict({name: at for at, name in enumerate(VERDICTS)}, return_dtype=pl.UInt8)
    return frame.sort(rank, maintain_order=True)


def _differs_words(differences: Sequence[BooksDifference]) -> str:
    """Return in what a voucher differs: ``amount 1504, department``."""
    names = {"date": "day"}
    said = (
        " ".join(filter(None, (_(DIFFERENCE_WORDS[names.get(one.field, one.field)]), one.account)))
        for one in differences
    )
    return ", ".join(dict.fromkeys(said))


def verdict_words(state: str) -> str:
    """Return sign and word of a verdict."""
    sign, words, _tone = VERDICTS[state]
    return f"{sign} {_(words)}"


def voucher_columns(minor: Minor) -> Sequence[Column]:
    """Return the columns of vouchers."""
    return (
        Column("number", lambda: _("Ours"), priority=0),
        Column("day", lambda: day_heading(_("Date")), render=day, priority=4, drop_below=70),
        Column("total_minor", lambda: _("Sum"), amount=True, render=minor, priority=2),
        Column("voucher", lambda: _("Voucher"), priority=3),
        Column("by", lambda: _("Entered by"), priority=5, drop_below=76),
        Column("entered_on", lambda: day_heading(_("Entered")), render=_day, priority=7, drop_below=120),
        Column("posted_on", lambda: day_heading(_("Posted")), render=_day, priority=6, drop_below=110),
        Column("differs", lambda: _("Differs in"), grow=True, least=8, priority=3),
        Column("state", lambda: _("State"), render=verdict_words, tone=lambda state: VERDICTS[state][2], priority=1),
    )


def _day(text: str) -> str:
    return day(text) if text else ""


def account_frame(report: BooksReport, currency: str) -> pl.DataFrame:
    """Return the accounts as rows; those that differ stand first."""

    def minor(text: str | None) -> int | None:
        return None if text is None else parse_minor(text, currency)

    rows = [
        (
            one.account, shown(" ".join(filter(None, (one.account, one.name)))), minor(one.ours), minor(one.found),
            minor(one.others), minor(one.ledger), minor(one.difference),
        )
        for one in report.accounts
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=_ACCOUNTS, orient="row")
    return frame.sort(pl.col("difference_minor") == 0, maintain_order=True)


def account_columns(minor: Minor, *, has_vouchers: bool) -> Sequence[Column]:
    """Return the columns of accounts; a trial balance knows no vouchers."""

    def amount(name: str, words: Callable[[], str], priority: int) -> Column:
        return Column(name, words, amount=True, render=lambda n: "" if n is None else minor(n), priority=priority)

    whole = (amount("ledger_minor", lambda: _("The ledger"), 2),)
    parts = (
        amount("found_minor", lambda: _("Our vouchers there"), 2),
        amount("others_minor", lambda: _("Other vouchers"), 3),
    )
    return (
        Column("account", lambda: _("Account"), grow=True, least=12, priority=0),
        amount("ours_minor", lambda: _("Ours"), 1),
        *(parts if has_vouchers else whole),
        Column(
            "difference_minor", lambda: _("Difference"), amount=True, render=minor, priority=0,
            tone=lambda value: "bad" if value else "",
        ),
    )  # fmt: skip


def result_words(report: BooksReport) -> Content:
    """Return whose books they are, how the comparison ended, by whom the vouchers were entered, and what was not compared."""
    whose = " ".join(filter(None, (report.company, report.company_number)))
    span = " - ".join(day(text) if text else "…" for text in (report.since, report.until))
    form = _("trial balance") if report.form == "trial balance" else shown(report.form)
    about = f"{shown(report.file)}  {form}  {shown(whose)}  {span}\n"
    counts = Counter(report.counts) + Counter({"strange": len(report.strange)})
    said = ", ".join(f"{count(counts[name])} {_(VERDICTS[name][1])}" for name in VERDICTS if counts[name])
    agrees = ("✓ ", "$recon-done") if report.agrees else ("! ", "$recon-bad")
    ending = (
        _("Everything stands there as it should.") if report.agrees else _("Not everything stands there as it should.")
    )
    parts: list[str | tuple[str, str]] = [(about, "$recon-dim"), agrees, f"{said}. {ending}" if said else ending]
    who = ", ".join(f"{shown(name)} {count(number)}" for name, number in report.entered_by.items())
    if who:
        parts.append(("\n" + _("Entered by: {names}").format(names=who), "$recon-dim"))
    parts += [(f"\n{tr_composed(shown(note))}", "$recon-dim") for note in report.notes]
    return Content.assemble(*parts)


def voucher_facts(report: BooksReport, key: int, amount: Amount) -> Content:
    """Return everything about one document of ours and its voucher, or about a voucher that is none of ours."""
    if key >= len(report.vouchers):
        return _strange_facts(report, key - len(report.vouchers), amount)
    one = report.vouchers[key]
    name = f"{word(DOCUMENT_KINDS, one.kind)} {shown(one.order_number)}  {day(one.day)}  {amount(one.total)}"
    parts: list[str | tuple[str, str]] = [(name, "bold"), "  ", (verdict_words(one.verdict), f"$recon-{VERDICTS[one.verdict][2]}"), "\n"]  # fmt: skip
    if one.stands in _STANDS:
        parts.append(f"{_(_STANDS[one.stands])}\n")
    if one.voucher is not None:
        parts += _entry_facts(_numbers(one), one.voucher_text, one.voucher_day)
        parts += _who_facts(one.entered_by, one.entered_on, one.posted_on)
        parts += [(_("Recognised by: {way}").format(way=_(WAYS[one.way or "amount"])), "$recon-dim"), "\n"]
    for each in one.differences:
        parts.append(f"{_(_FIELDS[each.field]).format(account=each.account, ours=_side(each.ours, each, amount), theirs=_side(each.theirs, each, amount))}\n")  # fmt: skip
    return Content.assemble(*parts)


def _numbers(voucher: BooksVoucher) -> str:
    """Return the numbers of the vouchers that are it; of several each with who entered it: the same one, or two programs."""
    if len(voucher.vouchers) == 1:
        return voucher.vouchers[0]
    pairs = zip(voucher.vouchers, voucher.writers, strict=True)
    return " + ".join(f"{number} ({who})" if who else number for number, who in pairs)


def _side(text: str, difference: BooksDifference, amount: Amount) -> str:
    """Return a value of one side as it is written here."""
    if text == "none":
        return _("none")
    if difference.difference is not None:
        return amount(text)
    return day(text) if difference.field == "date" else shown(text)


def _entry_facts(voucher: str, text: str | None, entered: str | None) -> list[str | tuple[str, str]]:
    head = _("Voucher {number}").format(number=shown(voucher))
    return ["  ".join(filter(None, (head, day(entered) if entered else "", shown(text or "")))), "\n"]


def _who_facts(by: str | None, entered: str | None, posted: str | None) -> list[str | tuple[str, str]]:
    """Return who or what entered a voucher and when it was posted, as far as the books say."""
    pairs = (
        (_("Entered by"), shown(by) if by else _("not stated")),
        (_("Entered"), day(entered) if entered else ""),
        (_("Posted"), day(posted) if posted else ""),
    )
    return [
        part for name, said in pairs if said for part in ((f"{name}: ", "$recon-dim"), f"{said}  ")
    ] + ["\n"]  # fmt: skip


def _strange_facts(report: BooksReport, at: int, amount: Amount) -> Content:
    one = report.strange[at]
    state = (verdict_words("strange"), "$recon-check")
    parts: list[str | tuple[str, str]] = [(f"{amount(one.debit)}  ", "bold"), state, "\n"]
    parts += _entry_facts(one.voucher, one.description, one.day)
    parts += _who_facts(one.entered_by, one.entered_on, None)
    return Content.assemble(*parts, _(_WHY[one.why]))


def account_facts(row: dict[str, Any], minor: Minor) -> Content:
    """Return the sums of one account."""
    names = (
        ("ours_minor", _("What our documents should have moved")), ("found_minor", _("What their vouchers moved")),
        ("others_minor", _("What all other vouchers moved")), ("ledger_minor", _("All of it")), ("difference_minor", _("Difference")),
    )  # fmt: skip
    parts: list[str | tuple[str, str]] = [(f"{row['account']}\n", "bold")]
    for name, words in names:
        if row[name] is not None:
            parts += [(f"{words}: ", "$recon-dim"), f"{minor(row[name])}\n"]
    return Content.assemble(*parts)
