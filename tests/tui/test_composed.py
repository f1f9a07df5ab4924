"""What the core says in English is shown in the language of the screen, with its facts untouched."""

from __future__ import annotations

import re

import pytest

from tests.pseudo import accented, marked, speaking_pseudo
from tui import i18n
from tui.composed import tr_composed

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def filled(text: str, values: dict[str, str]) -> str:
    return PLACE.sub(lambda place: values[place[1]], text).replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize("language", ["th", "nb"])
def test_every_sentence_of_the_catalogue_is_found_again_with_its_facts(language: str):
    with i18n.speaking(language):
        catalogue = vars(i18n.core_catalogue())["_catalog"]
        pairs = [(text, said) for text, said in catalogue.items() if isinstance(text, str) and PLACE.search(text)]
        lost = []
        for text, said in pairs:
            values = {name: f"X{number}Y" for number, name in enumerate(PLACE.findall(text))}
            if tr_composed(filled(text, values)) != filled(said, values):
                lost.append(text)
    assert len(pairs) > 400
    assert lost == []


def test_amounts_and_days_are_written_anew_and_other_facts_stay_as_they_are():
    said = "Outstanding 1234.50 of 20000.00."
    with i18n.speaking("nb"):
        assert tr_composed(said) == "Utestående 1\u00a0234,50 av 20\u00a0000,00."
        assert tr_composed("The credit note is dated 2026-10-31.") == "Kreditnotaen er datert 31.10.2026."
    with i18n.speaking("th"):
        assert tr_composed(said) == "ค้างชำระ 1,234.50 จาก 20,000.00"
        assert tr_composed("The credit note is dated 2026-10-31.") == "ใบลดหนี้ลงวันที่ 31 ต.ค. พ.ศ. 2569"
        assert (
            tr_composed("File 3fa1, row 7: '1234.50' in column 'Total'.") == "ไฟล์ 3fa1 แถว 7: '1234.50' ในคอลัมน์ 'Total'"
        )


def test_a_sentence_within_a_sentence_is_translated_too():
    with i18n.speaking("nb"):
        said = "jan.xlsx is a 7-Zip archive, not a table. Unpack it and import the file inside."
        assert tr_composed(said) == "jan.xlsx er et 7-Zip-arkiv, ikke en tabell. Pakk det ut og importer filen inni."


@pytest.mark.parametrize(
    ("said", "norwegian"),
    [
        (
            "jan.csv, row 3, order shopify:shop:1: Outstanding 1.00 of 2.00.",
            "jan.csv, rad 3, ordre shopify:shop:1: Utestående 1,00 av 2,00.",
        ),
        (
            "jan.csv, row 3, column Total, value '1,5': The cell is empty.",
            "jan.csv, rad 3, kolonne Total, verdi '1,5': Cellen er tom.",
        ),
        ("order shopify:shop:1", "ordre shopify:shop:1"),
        ("row 3", "rad 3"),
        ("jan.csv", "jan.csv"),
    ],
)
def test_the_example_of_a_finding_is_translated_with_its_place(said: str, norwegian: str):
    with i18n.speaking("nb"):
        assert tr_composed(said) == norwegian


def test_what_the_core_puts_behind_members_of_a_list_is_translated_and_the_members_are_not():
    listed = "Total, Total (column 2 of this name), Sum and 6 more pieces and 6 more"
    said = (
        f"a.csv: no known format. Headings in row 3: {listed}. Known formats: shopify, zort. "
        "Next: `recon profile a.csv` proposes a column profile from these headings."
    )
    with i18n.speaking("th"):
        assert "Total, Total (คอลัมน์ที่ 2 ของชื่อนี้), Sum and 6 more pieces และอีก 6 รูปแบบที่รู้จัก" in tr_composed(said)


@pytest.mark.parametrize(
    ("said", "norwegian"),
    [
        (
            "An import file cannot void a document. Void it in PEAK by hand, then confirm it here.",
            "En importfil kan ikke annullere et bilag. Annuller det i PEAK for hånd, og bekreft det så her.",
        ),
        (
            "PEAK's templates take baht only, not USD. Post it by hand.; It has neither a product nor an account. Post it by hand.",
            "PEAKs maler tar bare baht, ikke USD. Bokfør det for hånd.; Den har verken vare eller konto. Bokfør det for hånd.",
        ),
        ("PEAK said: 'ไม่ได้ no'. Nothing was changed.", "PEAK said: 'ไม่ได้ no'. Ingenting ble endret."),
        (
            "All control totals agree. a.xlsx is open in another program, so it was written as a (2).xlsx.",
            "Alle kontrollsummer stemmer. a.xlsx er åpen i et annet program, så den ble skrevet som a (2).xlsx.",
        ),
        ("Sheet Orders: 1,234 rows, sealed with 1,235", "Ark Orders: 1\u00a0234 rader, forseglet med 1\u00a0235"),
        ("Writing Orders: 34 %", "Skriver Orders: 34 %"),
        (
            "recon.toml: `a.b` is missing.\n`a.c` is 'x'; accepted: 'd', 'e' or 'f'. Did you mean 'f'?\n`a.d` is 0; accepted: at least 1.",
            "recon.toml: `a.b` mangler.\n`a.c` er 'x'; godtatt: 'd', 'e' eller 'f'. Mente du 'f'?\n`a.d` er 0; godtatt: minst 1.",
        ),
    ],
)
def test_several_sentences_in_one_text_are_translated_one_by_one(said: str, norwegian: str):
    with i18n.speaking("nb"):
        assert tr_composed(said) == norwegian


def test_a_long_row_of_pieces_is_left_alone():
    said = "Nothing to do. " * 2_000 + "x"
    with i18n.speaking("nb"):
        assert tr_composed(said) == said


def test_a_shops_own_words_are_not_translated():
    """A payment channel may be called like a word of ours."""
    with i18n.speaking("nb"):
        assert tr_composed("PEAK has no account invoice.") == "PEAK har ingen konto invoice."


def test_facts_with_braces_or_markup_stay_letter_by_letter():
    hostile = "{file} {{x}} [/b] \\g<1> \x1b[31m"
    with i18n.speaking("nb"):
        assert tr_composed(f"PEAK has no product {hostile}.") == f"PEAK har ingen vare {hostile}."


@pytest.mark.parametrize("text", ["", "PEAK said: no", "a sentence of a later version", "x" * 10_000])
def test_what_no_sentence_fits_stays_english(text: str):
    with i18n.speaking("th"):
        assert tr_composed(text) == text


def test_english_is_left_alone():
    assert tr_composed("The cell is empty.") == "The cell is empty."


def test_the_language_can_change_while_running():
    with i18n.speaking("th"):
        assert tr_composed("The cell is empty.") == "เซลล์ว่าง"
        with i18n.speaking("nb"):
            assert tr_composed("The cell is empty.") == "Cellen er tom."
        assert tr_composed("The cell is empty.") == "เซลล์ว่าง"


# languages of the tests


def test_the_long_language_is_40_percent_longer_in_brackets_with_its_places_kept():
    with speaking_pseudo("qps"):
        said = i18n._("{n} open")
        assert said == accented("{n} open") == "[{n} öpéñ····]"
        assert i18n.amount("-1234.50") == "-1,234.50"
        assert i18n.ngettext("{n} row", "{n} rows", 2).startswith("[{n} röwš")
        known = "PEAK has no account {account_code}."
        assert tr_composed("PEAK has no account 4101.") == accented(known).replace("{account_code}", "4101")
    assert i18n.language() == "en"


def test_the_marked_language_has_a_mark_on_each_letter_and_thai_days():
    with speaking_pseudo("qth"):
        assert i18n._("Open `recon`") == marked("Open `recon`") == "O\u0e49p\u0e49e\u0e49n\u0e49 `recon`"
        assert i18n.day("2026-10-31") == "31 ต.ค. 2569"


def test_the_program_does_not_know_the_languages_of_the_tests():
    for code in ("qps", "qth"):
        with pytest.raises(ValueError):
            i18n.use(code)


# what once stood half in English


@pytest.mark.parametrize(
    ("said", "norwegian"),
    [
        ("No number is missing. 2 numbers used twice.", "Ingen numre mangler. 2 numre brukt to ganger."),
        (
            "First seen: payment channel 'PromptPay', 2 orders over 620.00. It is read as completed and unpaid. "
            "If it means something else, say so: recon match --means WORD=STATE; else: recon match --seen 'status=x'",
            "Sett for første gang: betalingskanal 'PromptPay', 2 ordrer på 620,00. Det leses som fullført og ubetalt. "
            "Betyr det noe annet, si det: recon match --means WORD=STATE; ellers: recon match --seen 'status=x'",
        ),
        (
            "Return CN-1: 2 sales are meant by what its description says (#1): 5.00 (2026-06-05, zort:shop:1).",
            "Retur CN-1: 2 salg kan være ment med det beskrivelsen sier (#1): 5.00 (2026-06-05, zort:shop:1).",
        ),
        (
            "Settled 2026-06-11: goods 700.00, own discounts -132.00; transferred 12.00; orders: 3.",
            "Gjort opp 2026-06-11: varer 700,00, egne rabatter -132,00; overført 12,00; ordrer: 3.",
        ),
        (
            "Rows: 1. Not known: no column explains it (-5.00).",
            "Rader: 1. Ikke kjent: ingen kolonne forklarer det (-5,00).",
        ),
        (
            "RT-1: the ledger holds it as RT-2 too. Void one of the two there first.\nNothing was settled.",
            "RT-1: regnskapssystemet har det også som RT-2. Annuller ett av de to der først.\nIngenting ble avklart.",
        ),
        (
            "expense payment EXP-1 (order PO-1): PEAK holds it already; nothing was sent.",
            "betaling av en kostnad EXP-1 (ordre PO-1): PEAK har den allerede; ingenting ble sendt.",
        ),
        (
            "RT-2001 is the number of receipt RT-2001 of 2026-10-05, as listed on 2026-11-02",
            "RT-2001 er nummeret på kvittering RT-2001 av 05.10.2026, slik det var listet 02.11.2026",
        ),
    ],
)
def test_no_english_stands_between_translated_parts(said: str, norwegian: str):
    with i18n.speaking("nb"):
        assert tr_composed(said) == norwegian
