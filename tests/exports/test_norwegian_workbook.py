"""Workbooks in Norwegian: every heading and word of ours, sealed and read back in the language they were written in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bench.made_audit import dossier, made_frames
from exports.audit_workbook import write_audit_workbook
from exports.mapping_workbook import read_mappings, write_mappings
from exports.sheets import summary
from exports.sheets.controls import controls
from exports.vat_workbook import write_vat_workbook
from exports.verify_workbook import blank_tables, verify_workbook
from exports.words import ENGLISH, FORMULA_WORDS
from recon.errors import ExportError
from recon.plan.lifecycle import RULE_NAMES
from tests.exports.test_mapping_workbook import CHANNELS, LEDGER_PRODUCTS, METHODS, PRODUCTS
from tests.exports.test_vat_workbook import AT, made
from tui import i18n
from tui.catalogs import read
from tui.core_texts import DOCUMENT_KINDS, FINDING_CODES, RECORD_KINDS
from tui.workbook_words import all_words, words_of

NB = words_of("nb")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with i18n.speaking("th"):  # the language of the screens changes nothing
        return write_audit_workbook(
            dossier(), made_frames(60), tmp_path_factory.mktemp("nb") / "revisjon.xlsx", words=NB
        ).path


def test_it_is_read_back_in_its_own_language_and_names_a_changed_cell(path: Path, tmp_path: Path) -> None:
    found = verify_workbook(path, languages=all_words())
    assert (found.problems, found.notes, found.batch) == ((), (), "B-2026-06-001 (ferdig)")
    book = openpyxl.load_workbook(path)
    book["Posteringer"]["G6"].value = 1
    book["Oversikt"]["B31"].value = 7
    book.save(tmp_path / "changed.xlsx")
    said = " ".join(verify_workbook(tmp_path / "changed.xlsx", languages=all_words()).problems)
    assert "Sheet Posteringer, column Debet" in said
    assert "Control total Debetposteringer, THB" in said
    with pytest.raises(ExportError, match="no sheet Summary"):
        verify_workbook(path, languages=(ENGLISH,))


def test_the_same_books_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = write_audit_workbook(dossier(), made_frames(60), tmp_path / "again.xlsx", words=NB)
    assert again.path.read_bytes() == path.read_bytes()
    assert again.message == "All control totals agree."


def test_what_a_workbook_is_read_back_by_never_changes() -> None:
    """Workbooks that were handed on carry these words; another translation would make strangers of them."""
    labels = (
        summary.TITLE, "Seal", summary.CONTROLS_HEADING, summary.FACTS_HEADING, summary.BOOKS_CURRENCY, summary.BATCH,
        summary.PLAN_DIGEST, summary.CHAIN_HEAD, summary.WRITTEN_BY, summary.SEAL_LABEL, summary.NOTE, "Products", "Channels",
    )  # fmt: skip
    assert [NB.say(label) for label in labels] == [
        "Oversikt", "Segl", "Kontrollsummer", "Om denne arbeidsboken", "Regnskapets valuta", "Bunt", "SHA-256 av planen",
        "Hendelseskjedens hode", "Skrevet av", "Arbeidsbokens segl", "Merknad", "Varer", "Kanaler",
    ]  # fmt: skip


def test_no_heading_caption_or_control_total_stays_english(path: Path) -> None:
    known = {message.id for message in read("nb", i18n.BOOKS)}
    sealed = blank_tables("NOK", pl.DataFrame(schema={"sheet": str, "column": str}))
    texts = {text for table in sealed for text in (table.title, *(column.heading for column in table.columns))}
    listed = (control for bought in (False, True) for control in controls(["NOK"], "NOK", bought=bought))
    texts |= {text for each in listed for text in (each.name.removesuffix(", NOK"), each.proves)}
    assert {text for text in texts if text not in known} == set()
    assert all(NB.say(found.title) != found.title for found in FINDING_CODES.values() if found.title)
    assert {rule for rule in RULE_NAMES if rule not in known} == set()


@pytest.mark.parametrize("codes", [DOCUMENT_KINDS, RECORD_KINDS], ids=["documents", "records"])
def test_words_that_formulas_look_for_are_told_apart(codes: dict[str, str]) -> None:
    said = [NB.say(code.replace("_", " ")) for code in codes]
    assert len({word.casefold() for word in said}) == len(said)
    assert all(FORMULA_WORDS.fullmatch(word) for word in said)


def test_texts_days_and_sentences_are_norwegian(path: Path) -> None:
    book = openpyxl.load_workbook(path, data_only=True)
    front = [str(cell.value) for cell in book["Oversikt"]["A"] if cell.value]
    assert "01.06.2026 til 30.06.2026  ·  Bunt B-2026-06-001 (ferdig)  ·  godkjent av Somsri" in front
    assert book["Bilag"]["B6"].number_format == "dd.mm.yyyy"
    assert book["Per dag"]["A6"].value == "01.06.2026"
    assert {cell.value for cell in book["Ordrer"]["S"][5:]} == {"salg"}
    assert NB.sentence("No postings: VAT 1234.50.") == "No postings: VAT 1234.50.", "what no catalogue knows stays"


def test_the_mapping_workbook_comes_back_in_norwegian(tmp_path: Path) -> None:
    path = write_mappings(
        tmp_path / "koblinger.xlsx", products=PRODUCTS, channels=CHANNELS, ledger_products=LEDGER_PRODUCTS,
        methods=METHODS, title="Kafé Torget AS", currency="NOK", written_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), words=NB,
    )  # fmt: skip
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Varer", "Kanaler", "Regnskapets varer", "Regnskapets kontoer"]
    assert [cell.value for cell in book["Varer"]["A"][5:]][-1] == "(ingen SKU)"
    book["Varer"]["E7"].value, book["Kanaler"]["D7"].value = "0012", "nonsense"
    book.save(path)
    edits = read_mappings(path, languages=all_words())
    assert [(edit.sku, edit.product_code) for edit in edits.products] == [("0100", "0012")]
    assert [(each.sheet, each.column) for each in edits.problems] == [("Kanaler", "Kontokode")]


def test_the_vat_workbook_is_norwegian(tmp_path: Path) -> None:
    path = write_vat_workbook(made(), tmp_path / "mva.xlsx", written_at=AT, words=NB)
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames[:2] == ["Mva", "Utgående mva"]
    figures = {row[0]: row[1] for row in book["Mva"].iter_rows(values_only=True)}
    assert round(figures["Inngående mva med fradragsrett"] * 100) == 700
    assert any(str(label).startswith("holdt tilbake: ") for label in figures)


def test_channels_of_ours_and_sums_behind_accounts_are_norwegian() -> None:
    """What a till or a shop calls a channel stays as it is."""
    words = words_of("nb")
    channels = pl.Series(
        ["Kafé Torget/cash difference", "Kafé Torget/to bank", "Kafé Torget/BAX BankAxept", "Cash", None]
    )
    assert words.told(channels, "channels").to_list() == [
        "Kafé Torget/kassedifferanse", "Kafé Torget/til bank", "Kafé Torget/BAX BankAxept", "Cash", None,
    ]  # fmt: skip
    sums = pl.Series(["1503 1105.40, 1900 -20.00", "1503", "Kasse 1.50 x"])
    assert words.told(sums, "sums").to_list() == ["1503 1105,40; 1900 -20,00", "1503", "Kasse 1.50 x"]
