"""Products of a shop from a kept `GetProducts` answer: names for suggestions, never amounts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recon.errors import MalformedFile
from recon.frames.json_records import text_frame
from recon.sources.base import IntakeFile
from recon.sources.zort.envelope import open_answer


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as the shop knows it."""

    product_id: str
    sku: str
    """Empty: the product has none."""
    name: str
    barcode: str = ""
    unit: str = ""
    category: str = ""


def read_products(file: IntakeFile) -> tuple[ProductRow, ...]:
    """Return the products of one kept answer, in its order.

    Raises:
        MalformedFile: The file is no `GetProducts` answer of ZORT, or an answer that says no.
    """
    try:
        answer = open_answer(Path(file.path).read_bytes())
    except ValueError as error:
        raise MalformedFile(f"{file.name}: no answer of ZORT: {error}.", file=file.name) from None
    if not answer.accepted or answer.records is None:
        said = f"ZORT answered {answer.code or 'without a code'}: {answer.words or 'no text'}"
        raise MalformedFile(f"{file.name}: holds no products. {said}. Pull again.", file=file.name)
    wanted = ("id", "sku", "name", "barcode", "unittext", "category")
    frame = text_frame(answer.records, wanted).fill_null("")
    return tuple(ProductRow(*row) for row in frame.iter_rows())
