"""The chain of signatures of a till: each transaction signs itself together with the signature before it.

Signed is ``previousSignature;transDate;transTime;nr;transAmntIn;transAmntEx`` (``0`` before the first), by RSA-SHA1 with a key whose public half
anybody may have, or by HMAC-SHA1 with a secret shared with the till's maker. That signatures are there and numbers ascend is always looked
at; whether they are right only where a person gave the key. Nothing of a transaction is ever changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from recon.errors import SettingsError
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, one_finding
from recon.sources.saft.file import CashRegisterFile

Check = Callable[[bytes, bytes], bool]
"""Whether a signature (decoded) is that of some data."""
FIRST: Final = "0"
"""Stands for the signature before the first one."""


def by_secret(secret: str) -> Check:
    """Return the check of signatures made with a shared secret."""
    key = secret.encode()

    def check(signature: bytes, data: bytes) -> bool:
        return hmac.compare_digest(hmac.new(key, data, hashlib.sha1).digest(), signature)

    return check


def by_public_key(pem: str) -> Check:
    """Return the check of signatures made with a private key, by its public half.

    Raises:
        SettingsError: The text is no RSA public key.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPublicKey):
        raise SettingsError(
            "till.signature_key is no RSA public key in PEM form (a file that begins with -----BEGIN PUBLIC KEY-----). Ask the till's maker "
            'for it, or set till.signatures = "present".'
        )

    def check(signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what the regulation lays down
        except InvalidSignature:
            return False
        return True

    return check


def signature_findings(file: CashRegisterFile, check: Check | None, keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield transactions without a signature or key version, numbers that do not ascend, and signatures that are wrong.

    Args:
        file: The file as read.
        check: Whether a signature is right; None: nobody gave the key.
        keys: report_no and order_key of the Z reports.
    """
    rows = file.sums.heads
    bare = rows.filter(~pl.col("is_signed"))
    if bare.height:
        yield _told(
            file,
            bare,
            "till-unsigned",
            f"{bare.height} of {rows.height} transactions have no signature, or none that names its key.",
        )
    unruly = rows.filter(_is_unruly(rows["number"], rows["till_no"]))
    if unruly.height:
        first = unruly.row(0, named=True)
        yield _told(
            file,
            unruly,
            "till-sequence",
            f"{unruly.height} transactions do not carry a higher number than the one before; the first is {first['nr']!r}.",
        )
    if check is not None:
        yield from _wrong(file, rows, check, keys)


def _is_unruly(number: pl.Series, till_no: pl.Series) -> pl.Series:
    """Return whether a transaction has no number, or none above that of the one before it in its till."""
    if till_no.is_sorted():  # each till stands in one part
        follows = till_no == till_no.shift(1)
        return number.is_null() | ((number <= number.shift(1)) & follows).fill_null(value=False)
    rows = pl.DataFrame([number.alias("number"), till_no.alias("till_no")])
    before = pl.col("number").shift(1).over("till_no")
    return rows.select((pl.col("number").is_null() | (pl.col("number") <= before)).fill_null(value=False)).to_series()


def _told(file: CashRegisterFile, rows: pl.DataFrame, code: str, detail: str) -> pl.DataFrame:
    number = int(rows["trans_no"][0])
    return one_finding(code, row=file.lines_of([number])[number], column="nr", value=rows["nr"][0], detail=detail)


def _wrong(file: CashRegisterFile, rows: pl.DataFrame, check: Check, keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the transactions whose signature is not that of what the file says.

    The first of each till is left out unless it is the till's very first: what came before it stands in another file.
    """
    chain = rows.select(
        "trans_no", "nr", "signature", pl.col("signature").shift(1).over("till_no").alias("before"),
        pl.concat_str(
            pl.col("date").cast(pl.String).str.slice(0, 10), pl.col("time").cast(pl.String).str.slice(0, 8), "nr", plain_text("gross"), plain_text("net"), separator=";",
        ).alias("data"),
    ).with_columns(pl.when(pl.col("before").is_null() & (pl.col("nr") == "1")).then(pl.lit(FIRST)).otherwise("before").alias("before"))  # fmt: skip
    wrong = [
        number
        for number, signature, before, data in chain.select("trans_no", "signature", "before", "data").iter_rows()
        if before is not None and not _is_right(check, signature, before, data)
    ]
    if not wrong:
        return
    lines = file.lines_of(wrong)
    found = rows.filter(pl.col("trans_no").is_in(wrong)).with_columns(
        pl.col("trans_no").replace_strict(lines, return_dtype=pl.UInt32).alias("row")
    )
    by_report = found.group_by("report_no", maintain_order=True).agg(
        pl.col("row", "nr").first(), pl.len().alias("_count")
    )
    yield findings_from(
        by_report.join(keys, on="report_no", how="left", maintain_order="left"), "till-signature-wrong", column="signature", value=pl.col("nr"),
        detail=pl.format("{} transactions before this Z report are not as they were signed, first number {}.", "_count", "nr"),
    )  # fmt: skip


def _is_right(check: Check, signature: str | None, before: str, data: str | None) -> bool:
    try:
        return check(base64.b64decode(signature or "", validate=True), f"{before};{data}".encode())
    except (binascii.Error, ValueError):
        return False
