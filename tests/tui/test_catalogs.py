"""The catalogues: nothing of the source is missing, untranslated or fuzzy, and what the program reads is what people wrote."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
import time_machine
from babel.dates import get_month_names

from recon.domain.outbox import STATES
from recon.frames import schemas
from recon.plan.buying.lifecycle import BUYING_RULE_NAMES
from recon.plan.lifecycle import RULE_NAMES
from recon.plan.summing.keys import REASON
from recon.plan.tills.lifecycle import TILL_RULE_NAMES
from recon.store.schema_001 import STATEMENTS
from tui import core_texts, i18n
from tui.catalogs import (
    DOMAINS,
    PLURALS,
    ROOT,
    TRANSLATED,
    extract,
    mo_bytes,
    po_file,
    po_text,
    problems,
    read,
    unreadable_calls,
    updated,
)
from tui.core_extract import SHORT, core_sentences, is_sentence


@pytest.fixture(scope="module")
def templates():
    return {domain: extract(domain) for domain in DOMAINS}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_with_its_places_and_plural_forms_and_compiled(templates, language: str, domain: str):
    """tui-ux U12; `make catalogs` takes new texts in and lists what is left to translate."""
    assert list(problems(language, domain, templates[domain])) == []


def test_every_text_of_the_screens_can_be_read_by_the_extractor():
    assert list(unreadable_calls()) == []


def test_a_text_that_stands_inside_an_f_string_is_found_too(tmp_path: Path):
    (tmp_path / "tui").mkdir()
    (tmp_path / "tui" / "screen.py").write_text(
        """def words(n):\n    return f"= {_('now {n}').format(n=n)} {ngettext('{n} file', '{n} files', n)} {pgettext('verb', 'open')}"\n""",
        "utf-8",
    )
    found = {(message.id, message.context) for message in extract("recon", tmp_path) if message.id}
    assert found == {("now {n}", None), (("{n} file", "{n} files"), None), ("open", "verb")}


def test_the_languages_are_those_of_the_catalogues():
    assert (
        {path.name for path in i18n.FOLDER.iterdir() if path.is_dir()} == set(i18n.LANGUAGES) - {"en"} == set(PLURALS)
    )


@pytest.fixture
def broken(tmp_path: Path):
    """A copy of the catalogues to spoil."""
    return Path(shutil.copytree(i18n.FOLDER, tmp_path / "locales"))


@pytest.mark.parametrize(
    ("language", "before", "after", "complaint"),
    [
        ("nb", 'msgid "Settings"\nmsgstr "Innstillinger"', 'msgid "Settings"\nmsgstr ""', "'Settings': not translated"),
        ("nb", 'msgid "Settings"\nmsgstr', '#, fuzzy\nmsgid "Settings"\nmsgstr', "'Settings': fuzzy"),
        ("nb", 'msgstr "Språk: {name}"', 'msgstr "Språk: {navn}"', "'Language: {name}': places differ"),
        ("nb", 'msgid "Settings"', 'msgid "Setings"', "'Settings' is not in recon.po"),
        ("nb", 'msgid "Settings"', 'msgid "Setings"', "no source has 'Setings' any more"),
        ("nb", "nplurals=2; plural=(n != 1)", "nplurals=2; plural=(n > 1)", "plural forms are"),
        ("th", 'msgstr "การตั้งค่า"', 'msgstr "ตั้งค่า"', "recon.mo is not compiled from recon.po"),
        ("th", 'msgstr "การตั้งค่า"', 'msgstr " การตั้งค่า"', "spaces at the ends differ"),
    ],
)
def test_the_check_names_what_is_wrong(templates, broken: Path, language: str, before: str, after: str, complaint: str):
    file = po_file(language, "recon", broken)
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    assert any(complaint in line for line in problems(language, "recon", templates["recon"], broken))


def test_update_keeps_translations_takes_new_texts_and_drops_old_ones(templates, broken: Path):
    file = po_file("nb", "recon", broken)
    file.write_text(file.read_text("utf-8").replace('msgid "Settings"', 'msgid "Setings"'), "utf-8")
    catalogue = updated("nb", "recon", templates["recon"], broken)
    assert catalogue.get("Filter").string == "Filter"
    assert not catalogue.get("Settings").string
    assert catalogue.get("Setings") is None


def test_the_same_texts_give_the_same_bytes_on_every_day(templates):
    """No time of making stands in the files, so that a commit shows changed texts only."""
    texts, compiled = [], []
    for day in ("2026-11-02 08:00", "2027-01-05 17:30"):
        with time_machine.travel(day, tick=False):
            texts.append(po_text(updated("th", "core", templates["core"])))
            compiled.append(mo_bytes(read("th", "core")))
    assert texts[0] == texts[1]
    assert compiled[0] == compiled[1]
    assert b"-Date:" not in texts[0]


def test_months_are_those_of_the_locale_data():
    with i18n.speaking("th"):
        ours = [i18n.month(f"2026-{number:02d}") for number in range(1, 13)]
    assert ours == [f"{name} 2569" for name in get_month_names("abbreviated", locale="th").values()]


# words for the core's codes


def test_every_code_of_the_core_has_a_word():
    tables = {
        "kind": (core_texts.DOCUMENT_KINDS, schemas.DOCUMENT_KINDS),
        "record": (core_texts.RECORD_KINDS, schemas.RECORD_KINDS),
        "severity": (core_texts.SEVERITIES, schemas.SEVERITIES),
        "order": (core_texts.ORDER_STATES, schemas.ORDER_STATES),
        "payment": (core_texts.PAYMENT_STATES, schemas.PAYMENT_STATES),
        "disposition": (core_texts.DISPOSITIONS, schemas.DISPOSITIONS),
        "vat": (core_texts.VAT_MODES, schemas.VAT_MODES),
        "line": (core_texts.LINE_KINDS, schemas.LINE_KINDS),
        "rule": (core_texts.RULES, (*RULE_NAMES, *BUYING_RULE_NAMES, *TILL_RULE_NAMES, REASON)),
        "outbox": (core_texts.OUTBOX_STATES, STATES),
    }
    assert {name: set(codes) - set(words) for name, (words, codes) in tables.items() if set(codes) != set(words)} == {}
    known = f"state IN ({', '.join(map(repr, core_texts.BATCH_STATES))})"
    assert any(known in statement for statement in STATEMENTS)


def test_every_event_of_the_log_has_words():
    """Kinds are the first argument of ``append(kind, subject, facts, ...)`` in the store."""
    kinds = set(STATES)
    for path in (ROOT / "recon").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and len(node.args) >= 3
            ):
                kinds |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert kinds - set(core_texts.EVENTS) == set()


def test_words_titles_and_remedies_are_of_the_language_and_unknown_codes_stay():
    with i18n.speaking("nb"):
        assert core_texts.word(core_texts.DOCUMENT_KINDS, "credit_note") == "kreditnota"
        assert core_texts.finding_title("sku-missing") == "En linje har ingen SKU"
        assert core_texts.finding_remedy("nothing-to-post") == "Ingenting å gjøre."
    assert core_texts.word(core_texts.EVENTS, "of-a-later-version") == "of-a-later-version"
    assert core_texts.finding_title("no-such-code") == "no-such-code"
    assert core_texts.finding_remedy("no-such-code") == ""


# sentences of the core


def test_the_core_is_read_with_named_places(tmp_path: Path):
    source = tmp_path / "recon" / "steps.py"
    source.parent.mkdir()
    source.write_text(
        '"""A docstring is no text for a person."""\n'
        "def f(batch, rows, minor):\n"
        '    """Nor is this one here."""\n'
        '    assert rows, "checks of our own are no text either"\n'
        '    raise ReconError(f"{batch.name} has {len(rows)} rows " f"of {plain(minor)}; nothing was sent.")\n'
        '    self.database.query("SELECT name FROM table WHERE x", 1)\n'
        '    detail = pl.format("Our VAT is {}, the other is {}.", plain_text("_ours"), "theirs")\n'
        '    return "Payment Method", "the file is " + what + " of the day."\n',
        "utf-8",
    )
    assert [sentence.text for sentence in core_sentences(tmp_path)] == [
        "{name} has {rows_count} rows of {amount_minor}; nothing was sent.",
        "Our VAT is {amount_ours}, the other is {theirs}.",
        "the file is {what} of the day.",
    ]


def test_writers_of_files_and_refusals_around_the_screens_are_read_too():
    """The Audit screen shows what `exports/` refuses, and a session that may only read says so in an error panel."""
    texts = {sentence.text: sentence.file for sentence in core_sentences(ROOT)}
    assert texts["No file of that name exists."] == "exports/workbook.py"
    assert [text for text, file in texts.items() if file == "tui/session.py"] == [
        "This session may only read. Nothing was changed; open recon without --read-only to work."
    ]
    assert not [text for text, file in texts.items() if file.startswith("exports/sheets")]


def test_texts_listed_because_they_are_short_stand_in_their_files():
    lost = [
        (file, text)
        for file, texts in SHORT.items()
        for text in texts
        for piece in re.split(r"\{[a-z0-9_]+\}", text)
        if piece.strip() not in (ROOT / file).read_text("utf-8")
    ]
    assert lost == []


@pytest.mark.parametrize(
    "text", ["Order No.x", "{a}: {b}", "SELECT a FROM b", "recon plan again", "Payment Method", "x", "a b"]
)
def test_headings_joins_and_queries_are_no_sentences(text: str):
    assert not is_sentence(text)


def glossary(heading: str) -> list[list[str]]:
    """Return the rows of a table of the glossary, without the one that names the columns."""
    section = (ROOT / "docs/glossary.md").read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return rows[2:]


NOT_WORDS = re.compile(
    r"\{[^{}]*\}|`[^`]*`|\"[^\"]*\"|'[^']*'|\[[a-z_]+\]|--[a-z-]+|[a-z_]+(?:\.[a-z_{}]+)+|[a-z_]+(?: ?=|:)\S*"
    r"|(?<!\S)/[a-z/]+|recon [a-z]+|\.recon/[a-z/]+|Settings, Open API|\(draft\)|(?:PDF|XML) document|no connection|in a row|in order|Documents per page|on account(?! [{0-9])|connections\.NAME\S*"
)
"""Places, commands, keys and names of others: no words of ours."""
SAID_OTHERWISE = {
    "day of the order", "No order line has this SKU.", "The file does not say how orders were paid.",
    "The file does not say whether orders are paid.", "one for each, in the same order", "is void; nothing more was sent",
    "No column says whether an order is paid.", "put it back (draft)", "charges the wrong rate", "general ledger entries",
    "The file states Total{side}", "sheet Accounts, row",
}  # fmt: skip
"""Beginnings or parts of texts whose translation needs another word, or none."""


@pytest.mark.parametrize(("language", "column"), [("th", 1), ("nb", 2)])
def test_one_english_term_is_one_term_in_each_language(language: str, column: int):
    texts = [
        (
            one,
            NOT_WORDS.sub("", one),
            " ".join(message.string) if isinstance(message.string, (tuple, list)) else str(message.string),
        )
        for domain in DOMAINS
        for message in read(language, domain)
        for one in (message.id if isinstance(message.id, (tuple, list)) else (message.id,))
        if one and "".join(message.string or "") and not any(part in one for part in SAID_OTHERWISE)
    ]
    rows = glossary("One word for one thing")
    wrong = []
    for row in rows:
        english = [re.escape(word.strip()).replace(r"\(", "(?:").replace(r"\)", ")?") for word in row[0].split(",")]
        said = re.compile(rf"(?<![\w-])(?:{'|'.join(english)})(?![\w-])", re.IGNORECASE)
        theirs = [word.strip().lower() for word in row[column].split(",")]
        wrong += [
            (row[0], text, translated)
            for text, words, translated in texts
            if said.search(words) and not any(word in translated.lower() for word in theirs)
        ]
    assert len(rows) >= 35
    assert wrong == []


@pytest.mark.parametrize(("language", "column"), [("nb", 0), ("th", 1)])
def test_words_the_glossary_does_not_want_are_not_said(language: str, column: int):
    unwanted = [word.strip() for row in glossary("Words not used") for word in row[column].split(",") if word.strip()]
    said = [
        (word, message.id)
        for domain in DOMAINS
        for message in read(language, domain)
        for words in [NOT_WORDS.sub("", str(message.string))]
        for word in unwanted
        if re.search(rf"(?<!\w){word}(?!\w)" if language == "nb" else word, words, re.IGNORECASE)
    ]
    assert len(unwanted) >= 8
    assert said == []


@pytest.mark.parametrize(("language", "column"), [("th", 2), ("nb", 4)])
def test_the_words_of_the_glossary_are_those_of_the_screens(language: str, column: int):
    """A word that is changed on the screens is changed in docs/glossary.md too."""
    said = " ".join(str(message.string) for domain in DOMAINS for message in read(language, domain)).lower()
    table = (ROOT / "docs/glossary.md").read_text("utf-8").split("## One word")[0]
    rows = [
        line.split("|")
        for line in table.splitlines()
        if line.startswith("| ") and not line.startswith(("| English", "| ---"))
    ]
    words = [
        word.strip().lower()
        for row in rows
        for cell in [row[column]]
        for word in (cell if language == "th" else cell.replace(" / ", ", ")).split(",")
    ]
    assert len(words) >= 50
    assert [word for word in words if word not in said] == []
