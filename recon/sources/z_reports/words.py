"""Headings and words of a table of Z reports, in English and Norwegian; the empty form is written with the first of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recon.frames.text import fold

LANGUAGES: Final = ("en", "nb")
HEADINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "register": {"en": ("Register", "Till"), "nb": ("Kasse", "Kassenummer", "Kasseapparat")},
    "z": {"en": ("Z", "Z number", "Z report"), "nb": ("Z-nummer", "Z-rapport", "Z nr")},
    "date": {"en": ("Date",), "nb": ("Dato",)},
    "time": {"en": ("Time",), "nb": ("Klokkeslett", "Tid", "Kl")},
    "place": {"en": ("Place", "Department", "Location"), "nb": ("Sted", "Avdeling")},
    "kind": {"en": ("Kind", "Line"), "nb": ("Type", "Linjetype")},
    "code": {"en": ("Code",), "nb": ("Kode",)},
    "name": {"en": ("Name", "Description"), "nb": ("Navn", "Beskrivelse", "Tekst")},
    "vat_percent": {"en": ("VAT %", "VAT percent"), "nb": ("Mva %", "Mva-sats", "Mva-prosent")},
    "count": {"en": ("Count", "Number"), "nb": ("Antall",)},
    "amount": {"en": ("Amount",), "nb": ("Beløp",)},
    "vat": {"en": ("VAT", "VAT amount"), "nb": ("Mva", "Mva-beløp")},
}
"""Column to its headings by language; the first of each stands in the form."""
REQUIRED: Final = ("register", "z", "date", "kind", "amount")
"""Columns without which a file is no table of Z reports."""
KINDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "group": {"en": ("group", "article group", "sales"), "nb": ("varegruppe", "gruppe", "salg")},
    "payment": {"en": ("payment",), "nb": ("betaling", "betalingsmiddel")},
    "vat": {"en": ("VAT",), "nb": ("mva", "merverdiavgift")},
    "tip": {"en": ("tip", "tips"), "nb": ("tips", "driks")},
    "rounding": {"en": ("rounding",), "nb": ("øreavrunding", "avrunding")},
    "pay-in": {"en": ("pay-in", "pay in"), "nb": ("innskudd", "innbetaling i kassen")},
    "pay-out": {"en": ("pay-out", "pay out"), "nb": ("uttak", "utbetaling fra kassen")},
    "customer-payment": {"en": ("customer payment",), "nb": ("innbetaling fra kunde",)},
    "opening-float": {"en": ("opening float",), "nb": ("inngående veksel", "vekselpenger", "inngående kassebeholdning")},
    "counted": {"en": ("counted",), "nb": ("opptalt", "talt kasse")},
    "to-bank": {"en": ("to bank",), "nb": ("til bank",)},
    "total": {"en": ("total",), "nb": ("sum", "totalt salg")},
}  # fmt: skip
"""Kind of a row to its words by language; the first of each stands in the form."""
CASH: Final = ("12001", "cash", "kontant", "kontanter")
"""Codes and names of cash."""
BY_WORD: Final[Mapping[str, str]] = {
    fold(word): kind for kind, said in KINDS.items() for words in (*said.values(), (kind,)) for word in words
}


def accepted_kinds() -> str:
    """Return the words of kinds for a message: each in English and Norwegian."""
    return ", ".join(f"{said['en'][0]} ({said['nb'][0]})" for said in KINDS.values())
