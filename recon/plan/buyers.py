"""Who a buyer is: masked or not, which tax id, which branch, and the contact code made of them.

A code is made of tax id and branch and of nothing else, so that two orders of one buyer have one contact and no name can
be read from a code. Codes are written with 0-9 and A-Z, and different buyers have different codes by construction.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.frames.text import fold

HEAD_OFFICE: Final = "00000"
CODE_LENGTH_NEEDED: Final = 12
"""Shortest longest code of a ledger that still takes every tax id and branch."""
_THAI_DIGITS: Final = {chr(0x0E50 + digit): str(digit) for digit in range(10)}
_MASKS: Final = r"[*＊∗﹡⁎✱•●]|[0-9][xX]{3,}|[xX]{3,}[0-9]"
"""Asterisks of every width, bullets, and a telephone number with its middle crossed out."""
_NOTHING: Final = r"(?i)^(?:0+|n/?a|none|null|nil|ไม่มี|ไม่ระบุ)$"
"""What people write where they have nothing to write."""
_HEAD_OFFICE_WORDS: Final = r"(?i)สำนักงานใหญ่|สนญ|สํานักงานใหญ่|head\s*-?\s*(?:office|quarter)|^h\.?\s?[oq]\.?$"
_NUMBER: Final = r"[0-9]+"
_NO_PERSON: Final = (
    "ลูกค้าทั่วไป",
    "ลูกค้าเงินสด",
    "ลูกค้าหน้าร้าน",
    "ลูกค้า",
    "customer",
    "guest",
    "walk in",
    "walk-in",
    "cash customer",
    "-",
)
"""Names a till or a shop writes for everybody."""
_BASE36: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def valid_tax_id(digits: pl.Expr) -> pl.Expr:
    """Return whether a text is 13 digits with the right check digit: weights 13..2, (11 - sum mod 11) mod 10."""
    places = [digits.str.slice(place, 1).str.to_integer(strict=False) for place in range(13)]
    weighted = pl.sum_horizontal(places[place] * (13 - place) for place in range(12))
    return digits.str.contains(r"^[0-9]{13}$") & ((11 - weighted % 11) % 10 == places[12])


def is_masked(text: pl.Expr) -> pl.Expr:
    """Return whether a text, or a part of it, was crossed out by a platform; null: no text."""
    return text.str.contains(_MASKS)


def bare_id(text: pl.Expr) -> pl.Expr:
    """Return a buyer's id without spaces, dashes and dots, digits as 0-9; null where somebody wrote that there is none."""
    bare = text.str.replace_many(_THAI_DIGITS).str.replace_all(r"[\s\u00a0\u200b.\-‐-―/]", "")
    return pl.when((bare != "") & ~bare.str.contains(_NOTHING)).then(bare)


def is_other_id(bare: pl.Expr) -> pl.Expr:
    """Return whether an id is of another kind than Thailand's: letters and digits, as on a passport."""
    return bare.str.contains(r"^[0-9A-Za-z]{5,20}$") & bare.str.contains("[A-Za-z]") & bare.str.contains("[0-9]")


def branch_of(text: pl.Expr) -> pl.Expr:
    """Return a branch as five digits, 00000 for the head office; empty: none is stated; null: it cannot be told.

    One number of up to five digits is a branch; the words for head office are one too, unless another number stands beside them.
    """
    stated = text.fill_null("").str.replace_many(_THAI_DIGITS).str.strip_chars(" \t\n\r\u00a0\u200b-‐–—")
    numbers = stated.str.extract_all(_NUMBER)
    number = numbers.list.first()
    single = (numbers.list.len() == 1) & (number.str.len_bytes() <= len(HEAD_OFFICE))
    of_number = pl.when(single).then(number.str.zfill(5))
    is_head = stated.str.contains(_HEAD_OFFICE_WORDS)
    none = (stated == "") | (stated.str.contains(_NOTHING) & ~stated.str.contains("0"))
    return (
        pl.when(none).then(pl.lit(""))
        .when(is_head & (numbers.list.len() == 0)).then(pl.lit(HEAD_OFFICE))
        .when(is_head).then(pl.when(of_number == HEAD_OFFICE).then(of_number))
        .otherwise(of_number)
    )  # fmt: skip


def is_name(text: pl.Expr) -> pl.Expr:
    """Return whether a text may be somebody's name: it has letters, nothing is masked, and it is not everybody's."""
    everybody = text.str.strip_chars().str.to_lowercase().is_in(list(_NO_PERSON))
    return (text.str.contains(r"\p{L}") & ~is_masked(text) & ~everybody).fill_null(value=False)


def contact_codes(tax_ids: pl.Series, branches: pl.Series, longest: int) -> pl.Series:
    """Return the contact code of each valid tax id and branch; none without a tax id; no branch counts as the head office.

    ``T`` with the id, and two digits for branches 1 to 99, is what a person can read. Where that is too long, or the branch
    has more digits, ``B`` with both as one number of base 36: eleven digits hold twelve of the id (the last one is its
    check digit) and five of the branch.
    """
    assert longest >= CODE_LENGTH_NEEDED, longest
    branch = branches.fill_null(HEAD_OFFICE)
    frame = pl.DataFrame([tax_ids.alias("tax_id"), branch.alias("branch")])
    readable = pl.format(
        "T{}{}",
        "tax_id",
        pl.when(pl.col("branch") != HEAD_OFFICE).then(pl.col("branch").str.slice(3)).otherwise(pl.lit("")),
    )
    fits = pl.col("branch").str.starts_with("000") & (readable.str.len_bytes() <= longest)
    frame = frame.with_columns(pl.when(fits).then(readable).alias("code"))
    rare = frame.filter(pl.col("code").is_null(), pl.col("tax_id").is_not_null())
    rare = rare.select("tax_id", "branch").unique(maintain_order=True)
    if rare.is_empty():
        return frame["code"]
    short = [f"B{base36(int(tax_id[:12] + number)):0>11}" for tax_id, number in rare.iter_rows()]
    joined = frame.join(
        rare.with_columns(pl.Series("short", short)), on=["tax_id", "branch"], how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("code", "short").alias("code")).to_series()


def digest_codes(texts: pl.Series, longest: int, *, mark: str) -> pl.Series:
    """Return codes of buyers without a tax id: the mark and a digest of the text, spelling aside."""
    distinct = texts.drop_nulls().unique(maintain_order=True)
    room = min(longest, 16) - len(mark)
    codes = [
        mark + base36(int.from_bytes(hashlib.sha256(f"{mark}/{fold(text)}".encode()).digest()))[-room:].zfill(room)
        for text in distinct
    ]
    return texts.replace_strict(distinct, pl.Series(codes, dtype=pl.String), default=None, return_dtype=pl.String)


def base36(number: int) -> str:
    """Return a number in digits and capital letters."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits or "0"
