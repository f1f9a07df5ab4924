"""Keeps the catalogues of the languages in step with the source: `python -m tui.catalogs extract|update|compile|check`.

``recon.pot``/``.po`` hold the texts of the screens (``_()``, ``N_()``, ``ngettext()``, ``pgettext()`` in ``tui/``),
``core.pot``/``.po`` the core's own: findings, settings, errors, and sentences it composes, ``workbook.po`` what stands
in workbooks. ``update`` takes new texts
into the .po files (nothing is guessed: a changed text is a new one), ``compile`` writes the .mo files the program
reads, ``check`` lists what is missing. `make catalogs` does it all. Only this module needs babel.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tui.core_extract import core_sentences
from tui.core_texts import fixed_texts
from tui.i18n import BOOK_LANGUAGES, BOOKS, DOMAINS, FOLDER, LANGUAGES
from tui.workbook_extract import workbook_texts

ROOT: Final = Path(__file__).parent.parent
SPOKEN: Final = {**dict.fromkeys(DOMAINS, tuple(code for code in LANGUAGES if code != "en")), BOOKS: BOOK_LANGUAGES}
"""Each catalogue, and the languages it is in."""
TRANSLATED: Final = tuple(language for language in LANGUAGES if language != "en")
KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
PLURALS: Final = {"th": (1, "0"), "nb": (2, "(n != 1)")}
"""Number of plural forms and the rule, as CLDR has them."""
_NO_DAY: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_HEADER: Final = "# {language} texts of recon. Words of the trade: docs/glossary.md.\n"


def extract(domain: str, root: Path = ROOT) -> Catalog:
    """Return the texts of the source, without translations.

    Args:
        domain: ``recon``: the screens; ``core``: the core; ``workbook``: what workbooks say.
        root: The folder that holds ``recon/`` and ``tui/``.
    """
    template = Catalog(domain=domain, fuzzy=False)
    if domain == "recon":
        for file, line, text, comments, context in extract_from_dir(
            root / "tui", [("**.py", "python")], keywords=KEYWORDS, comment_tags=("i18n:",), strip_comment_tags=True
        ):
            template.add(text, locations=[(f"tui/{file}", line)], auto_comments=comments, context=context)
        for file, ids, context in _inside_f_strings(root):
            template.add(ids if ids[1:] else ids[0], locations=[(file, 0)], context=context)
        return template
    if domain == BOOKS:
        for text, place in workbook_texts(root):
            template.add(text, locations=[(place, 0)])
        return template
    for fixed, place in fixed_texts():
        template.add(fixed, locations=[(place, 0)])
    for sentence in core_sentences(root):
        template.add(sentence.text, locations=[(sentence.file, 0)])
    return template


def _inside_f_strings(root: Path) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    """Yield place, text (and its plural) and context of calls inside f-strings: babel sees them from Python 3.12 on."""
    for path in sorted((root / "tui").rglob("*.py")):
        whole = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr))
        for call in (inner for node in whole for inner in ast.walk(node) if isinstance(inner, ast.Call)):
            name = getattr(call.func, "id", "")
            said = [
                str(part.value) for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            if name in KEYWORDS and said:
                context, ids = (said[0], said[1:2]) if name == "pgettext" else (None, said[: 1 + (name == "ngettext")])
                yield path.relative_to(root).as_posix(), tuple(ids), context


def po_file(language: str, domain: str, folder: Path = FOLDER) -> Path:
    """Return where the translations of a language lie."""
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str, folder: Path = FOLDER) -> Catalog:
    """Return the translations of a language; an empty catalogue where there are none yet."""
    file = po_file(language, domain, folder)
    if not file.exists():
        return Catalog(locale=language, domain=domain, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=language, domain=domain, abort_invalid=True)


def updated(language: str, domain: str, template: Catalog, folder: Path = FOLDER) -> Catalog:
    """Return the catalogue of a language brought to the source's texts; what the source lost is dropped."""
    old = read(language, domain, folder)
    new = Catalog(
        locale=language, domain=domain, fuzzy=False, header_comment=_HEADER.format(language=LANGUAGES[language])
    )
    for message in template:
        if message.id:
            known = old.get(_key(message), message.context)
            kept = (
                known.string if known is not None and bool(known.pluralizable) == bool(message.pluralizable) else None
            )
            new.add(message.id, kept, message.locations, auto_comments=message.auto_comments, context=message.context)
    return new


def po_text(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of a .po file; the same texts give the same bytes on every day."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Project-Id-Version|Report-Msgid-Bugs-To|Language-Team):.*\n',
        b"",
        out.getvalue(),
    )


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it; the same texts give the same bytes on every day."""
    whole = read_po(io.BytesIO(po_text(catalogue)), locale=catalogue.locale, domain=catalogue.domain)
    whole.creation_date = whole.revision_date = _NO_DAY
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def problems(language: str, domain: str, template: Catalog, folder: Path = FOLDER) -> Iterator[str]:
    """Yield what is wrong with a language: missing, untranslated, fuzzy, stale, wrong places, wrong plural forms."""
    catalogue = read(language, domain, folder)
    file = po_file(language, domain, folder)
    if (catalogue.num_plurals, catalogue.plural_expr) != PLURALS[language]:
        yield f"{file.name} ({language}): plural forms are {catalogue.plural_forms}"
    wanted = {(_key(message), message.context): message for message in template if message.id}
    have = {(_key(message), message.context): message for message in catalogue if message.id}
    for key in have.keys() - wanted.keys():
        yield f"{language}: no source has {key[0]!r} any more; run `make catalogs`"
    for key, message in wanted.items():
        said = have.get(key)
        if said is None:
            yield f"{language}: {key[0]!r} is not in {file.name}; run `make catalogs`"
        else:
            yield from (f"{language}: {key[0]!r}: {what}" for what in _wrong(message, said, PLURALS[language][0]))
    compiled = file.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != mo_bytes(catalogue):
        yield f"{language}: {compiled.name} is not compiled from {file.name}; run `make catalogs`"


def _wrong(source: Message, said: Message, forms: int) -> Iterator[str]:
    strings = said.string if isinstance(said.string, (tuple, list)) else (said.string,)
    originals = source.id if isinstance(source.id, (tuple, list)) else (source.id,)
    if said.fuzzy:
        yield "fuzzy"
    if bool(source.pluralizable) != isinstance(said.string, (tuple, list)) or (
        source.pluralizable and len(strings) != forms
    ):
        yield f"wants {forms} plural forms"
    for string in strings:
        if not string:
            yield "not translated"
        elif {_places(string)} - set(map(_places, originals)):
            yield f"places differ: {string!r}"
        elif originals[0][:1].isspace() != string[:1].isspace() or originals[0][-1:].isspace() != string[-1:].isspace():
            yield f"spaces at the ends differ: {string!r}"


def _places(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(_PLACE.findall(text))))


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def unreadable_calls(root: Path = ROOT) -> Iterator[str]:
    """Yield calls in ``tui/`` no extractor can read: a text that is put together before it is translated."""
    for path in sorted((root / "tui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                texts = {"_": 1, "N_": 1, "ngettext": 2, "pgettext": 2}.get(called, 0)
                own = path.name == "i18n.py" or (isinstance(node.func, ast.Attribute) and called == "_")
                if not own and any(
                    isinstance(text, (ast.JoinedStr, ast.BinOp)) or _is_filled(text) for text in node.args[:texts]
                ):
                    yield f"{path.relative_to(root)}:{node.lineno}: {called}() wants a plain text; fill places with .format() afterwards"


def _is_filled(text: ast.expr) -> bool:
    return isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) and text.func.attr == "format"


def main(arguments: list[str]) -> int:
    """Carry out one of the steps, or all of them (``all``)."""
    parser = argparse.ArgumentParser(prog="python -m tui.catalogs", description="catalogues of the languages")
    parser.add_argument("step", choices=("extract", "update", "compile", "check", "all"))
    step = parser.parse_args(arguments).step
    wrong = list(unreadable_calls())
    for domain, languages in SPOKEN.items():
        template = extract(domain)
        if step == "extract":
            sys.stdout.buffer.write(po_text(template))
            continue
        for language in languages:
            file = po_file(language, domain)
            file.parent.mkdir(parents=True, exist_ok=True)
            if step in ("update", "all"):
                file.write_bytes(po_text(updated(language, domain, template)))
            if step in ("compile", "all"):
                file.with_suffix(".mo").write_bytes(mo_bytes(read(language, domain)))
            wrong += problems(language, domain, template) if step in ("check", "all") else ()
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
