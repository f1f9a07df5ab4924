"""Files that are laid out otherwise are read the same, and files that are none are refused with file, line and what to do."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.sources.base import COMPANY_FIELD, IntakeFile
from recon.sources.saft import CashRegisterFiles
from recon.sources.saft.file import read_plain
from recon.sources.saft.rewriting import rewritten
from tests.recon.saft_reading import taken_in, told
from tests.saft_files import NAMESPACE, PAYMENTS, WORKED_EXAMPLE, Day, Line, Receipt, Register, saft_bytes, saft_text

TEXT = saft_text([WORKED_EXAMPLE])


def _mixed(text: str) -> str:
    event = re.search(r"<event>.*?</event>\n", text, re.S)
    assert event
    first, _, others = text.replace(event[0], "").partition("</cashtransaction>\n")
    return first + "</cashtransaction>\n" + event[0] + others


WAYS: dict[str, Callable[[str], str]] = {
    "comment": lambda text: text.replace("<event>", "<!-- till <event> of K1 -->\n<event>"),
    "CDATA": lambda text: text.replace("Mat servert", "<![CDATA[Mat servert]]>"),
    "entities": lambda text: text.replace("Mat servert", "Mat &#115;ervert"),
    "instruction": lambda text: text.replace("<location>", "<?till here?><location>"),
    "mixed": _mixed,
    "attributes": lambda text: text.replace("<ctLine>", '<ctLine line="1">'),
    "blanks in tags": lambda text: text.replace("</cashtransaction>", "</cashtransaction >").replace("<event>", "<event >"),
    "byte-order mark": lambda text: "\ufeff" + text,
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "in one line": lambda text: text.replace("\n", ""),
    "two prefixes": lambda text: text.replace("<event>", f'<e:event xmlns:e="{NAMESPACE}">').replace("</event>", "</e:event>"),
    "empty elements": lambda text: text.replace("<eventReport>", "<eventText/><eventReport>").replace("</name><cash", "</name><streetAddress/><cash"),
}  # fmt: skip


def _same(one: CanonicalFrames, other: CanonicalFrames) -> None:
    for name in ("orders", "lines", "payments"):
        left, right = (getattr(each, name).drop("file", "row", strict=False) for each in (one, other))
        assert left.equals(right), name


@pytest.mark.parametrize("way", WAYS)
def test_other_layouts_are_read_the_same(tmp_path: Path, way: str) -> None:
    other = WAYS[way](TEXT)
    assert other != TEXT
    frames = taken_in(tmp_path, other.encode())
    _same(frames, taken_in(tmp_path, TEXT.encode()))
    found = other[: other.index("<eventReport>")].count("\n") + 1
    begins = other[: other.index("<reportID>")].rindex("<eventReport>" if way != "two prefixes" else "eventReport")
    assert frames.orders["row"].to_list() == [other[:begins].count("\n") + 1] == [found]
    assert set(told(frames)) == ({"saft-slip"} if way in {"mixed"} else set())


def _some_file(seed: int) -> str:
    pick = random.Random(seed)
    days = []
    for number in range(1, pick.randint(2, 4)):
        receipts = []
        for _ in range(pick.randint(0, 6)):
            lines = tuple(
                Line(
                    group=pick.choice(("100", "200")),
                    amount=pick.randint(-5_000, 90_000),
                    code=pick.choice(("3", "31", "0")),
                )
                for _ in range(pick.randint(0, 3))
            )
            receipts.append(
                Receipt(
                    lines=lines,
                    payments=((pick.choice(tuple(PAYMENTS)), sum(line.amount for line in lines)),),
                    is_void=pick.random() < 0.1,
                    tips=pick.choice((0, 0, 500)),
                    kind=pick.choice(("CASHSALE", "RETURN")),
                )
            )
        days.append(Day(date=dt.date(2026, 3, number), number=number, receipts=tuple(receipts)))
    tills = [
        Register(number=f"K{till}", place=pick.choice(("", "Torg & Brygge", "Kafé <1>")), days=tuple(days))
        for till in range(pick.randint(1, 3))
    ]
    return saft_text(tills)


@pytest.mark.parametrize("seed", range(12))
def test_fast_and_slow_reading_agree(seed: int) -> None:
    data = _some_file(seed).encode()
    fast, slow = read_plain(data), read_plain(rewritten(data).content)
    for name in ("heads", "lines", "payments", "raises"):
        one, other = (
            getattr(each.till, name).with_columns(pl.col(pl.Categorical).cast(pl.String)) for each in (fast, slow)
        )
        assert one.equals(other), name
    for name in ("tills", "basics", "articles", "vat_codes", "customers"):
        assert getattr(fast.lists, name).equals(getattr(slow.lists, name)), name
    assert fast.reports.heads.drop("line").equals(slow.reports.heads.drop("line"))
    for name, part in fast.reports.parts.items():
        assert part.equals(slow.reports.parts[name]), name
    assert tuple(rewritten(data).lines[at - 1] for at in slow.reports.heads["line"]) == tuple(
        fast.reports.heads["line"]
    )


REFUSED = {
    "": "the file is empty",
    TEXT[: len(TEXT) * 2 // 3]: "it was cut off on its way. Export it again",
    TEXT.replace("</ctLine>", "", 1): "line 7, column 527: mismatched tag",
    TEXT.replace("<nr>1</nr>", "<nr>1 & 2</nr>", 1): "not well-formed",
    TEXT.replace("<nr>1</nr>", "<nr>\x02</nr>", 1): "not well-formed",
    TEXT.replace("</nr><transID>", "</nr>loose<transID>", 1): "text stands where only elements may stand: 'loose'",
    TEXT.replace("<auditfile", '<!DOCTYPE auditfile [<!ENTITY a "b">]><auditfile'): "it has a DOCTYPE",
    TEXT.replace("<auditfile", "<!-- " + "x" * 5000 + " --><!DOCTYPE auditfile><auditfile", 1): "it is an audit file",
    TEXT.replace(NAMESPACE, "urn:StandardAuditFile-Taxation-Financial:NO"): "no SAF-T Cash Register file",
    TEXT.replace("UTF-8", "ISO-8859-7"): "it is written in ISO-8859-7",
    TEXT.replace("<ctLine>", '<ctLine xmlns="urn:other">', 1): "the element ctLine belongs to urn:other",
    TEXT.replace("<registerID>K1</registerID>\n", "<registerID/>\n"): "a till has no registerID",
    TEXT.replace("<company>", "<firm>").replace("</company>", "</firm>"): "it names no company",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_file_of_a_till_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MalformedFile, match=re.escape(REFUSED[text])) as caught:
        taken_in(tmp_path, text.encode())
    assert str(caught.value).startswith("till.xml was not read: ")
    assert str(caught.value).endswith("Nothing was taken in.")


def test_utf_16_and_latin_bytes(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="UTF-16"):
        taken_in(tmp_path, TEXT.encode("utf-16"))
    with pytest.raises(MalformedFile, match="line 4, column 64: not well-formed"):
        taken_in(tmp_path, TEXT.encode("latin-1"))
    said = TEXT.replace("UTF-8", "ISO-8859-1")
    places = taken_in(tmp_path, said.encode("latin-1")).orders["sales_channel"].to_list()
    assert places == taken_in(tmp_path, TEXT.encode()).orders["sales_channel"].to_list() == ["Kafé Torget"]
    with pytest.raises(MalformedFile, match=r"windows-1252, but byte [0-9]+ is none of its letters"):
        taken_in(tmp_path, TEXT.replace("UTF-8", "windows-1252").encode("cp1252").replace(b"\xe9", b"\x81"))


def test_another_company_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        MalformedFile, match="belongs to Kafé AS, organisation number 999999999; this workspace is that of 888888888"
    ):
        taken_in(tmp_path, TEXT.encode(), (COMPANY_FIELD, "888888888"))
    spaced = TEXT.replace("<companyIdent>999999999", "<companyIdent>NO 999 999 999 MVA", 1)
    assert told(taken_in(tmp_path, spaced.encode(), (COMPANY_FIELD, "999999999"))) == {}
    assert "till-company-unchecked" in taken_in(tmp_path, TEXT.encode()).findings["code"].to_list()


def test_slips_against_the_schema_are_warnings_with_their_line(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, TEXT.replace("<amntTp>C</amntTp><transDate>", "<amntTp>X</amntTp><transDate>").encode())
    slip = frames.findings.filter(pl.col("code") == "saft-slip").row(0, named=True)
    assert (slip["severity"], slip["row"]) == ("warning", 6)
    assert "amntTp" in slip["detail"]


def test_equal_numbers_of_reports_are_no_slip(tmp_path: Path) -> None:
    """The schema wants reportID unique in the whole file; tills that number each from 1 break that rule."""
    both = [Register(number=number, days=WORKED_EXAMPLE.days) for number in ("K1", "K2")]
    assert told(taken_in(tmp_path, saft_bytes(both))) == {}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (TEXT, True),
        ("\ufeff" + TEXT, True),
        ("<AuditFile xmlns='x'>", True),
        ("order,total\n1,2\n", False),
        ("<auditfiles/>", False),
    ],
)
def test_files_are_known_by_their_content(tmp_path: Path, text: str, is_one: bool) -> None:
    path = tmp_path / "any.csv"
    path.write_text(text, encoding="utf-8")
    assert CashRegisterFiles().identify(IntakeFile(path, path.name, "0" * 64, 1)) is is_one
