"""The small lists of a file: whose it is, its tills and places, code lists, articles, VAT codes and customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import MalformedFile
from recon.sources.saft.layout import NAMESPACE, Layout

if TYPE_CHECKING:
    from lxml import etree

_NS: Final = {"s": NAMESPACE}
_COMPANY: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "basics": ("s:basics/s:basic", {"basicType": "basic_type", "basicID": "basic_id", "predefinedBasicID": "predefined", "basicDesc": "text"}),
    "articles": ("s:articles/s:article", {"artID": "article", "artGroupID": "group", "artDesc": "text"}),
    "vat_codes": ("s:vatCodeDetails/s:vatCodeDetail", {"vatCode": "vat_code", "vatDesc": "text", "standardVatCode": "standard"}),
    "customers": ("s:customersSuppliers/s:customerSupplier", {
        "custSupID": "customer_id", "custSupName": "name", "custSupType": "kind", "eMail": "email", "taxRegIdent": "tax_id",
        **{f"{kind}Address/{part}": f"{kind}_{part}" for kind in ("street", "postal") for part in ("streetname", "number", "postalCode", "city", "country")},
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lists:
    """What stands in a file beside events and transactions; all text."""

    header: Mapping[str, str]
    company_id: str
    company_name: str
    tills: pl.DataFrame
    """till_no, register_id, description, location_no, location, spot (location by name, else by number) and own_no (the first till_no of
    the same register in the same spot: a file may write one till in several parts); in the order of the file, as `Layout.tills`."""
    basics: pl.DataFrame
    articles: pl.DataFrame
    vat_codes: pl.DataFrame
    customers: pl.DataFrame


def read_lists(layout: Layout) -> Lists:
    """Return the lists.

    Raises:
        MalformedFile: The file is no well-formed XML outside its runs.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(layout.rest, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedFile(f"it is no well-formed XML: {error.msg}") from None
    if next(root.iter(f"{{{NAMESPACE}}}event", f"{{{NAMESPACE}}}cashtransaction"), None) is not None:
        raise MalformedFile("an event or a transaction does not begin or end as the others do")
    company = root.find("s:company", _NS)
    if company is None:
        raise MalformedFile("it names no company, so whose till this is is not known. Export it again from the till.")
    tills = _tills(company)
    if tills.height != len(layout.tills):
        raise MalformedFile("a cashregister does not begin or end as the others do")
    if (tills["register_id"] == "").any():
        raise MalformedFile(
            "a till has no registerID, so its Z reports cannot be told from others. Give it one and export the file again."
        )
    header = root.find("s:header", _NS)
    named = {name: _rows(company, path, columns) for name, (path, columns) in _COMPANY.items()}
    return Lists(
        {} if header is None else {etree.QName(each).localname: (each.text or "").strip() for each in header},
        _text(company, "companyIdent"), _text(company, "companyName"), tills, **named,
    )  # fmt: skip


def _tills(company: etree._Element) -> pl.DataFrame:
    rows = [
        (_text(till, "registerID"), _text(till, "regDesc"), place_no, _text(place, "name"))
        for place_no, place in enumerate(company.iterfind("s:location", _NS))
        for till in place.iterfind("s:cashregister", _NS)
    ]
    schema = {"register_id": pl.String, "description": pl.String, "location_no": pl.UInt32, "location": pl.String}
    tills = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("till_no")
    spot = pl.when(pl.col("location") != "").then("location").otherwise(pl.format("number {}", "location_no"))
    return tills.with_columns(spot.alias("spot")).with_columns(
        pl.col("till_no").min().over("spot", "register_id").alias("own_no")
    )


def _rows(company: etree._Element, path: str, columns: Mapping[str, str]) -> pl.DataFrame:
    rows = [[_text(each, name) or None for name in columns] for each in company.iterfind(path, _NS)]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns.values(), pl.String), orient="row")


def _text(element: etree._Element, name: str) -> str:
    path = "/".join(f"s:{step}" for step in name.split("/"))
    return (element.findtext(path, namespaces=_NS) or "").strip()
