"""The chain of signatures: there, numbered upwards, and right where the key is known; the published test vector."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from recon.errors import SettingsError
from recon.normalize import normalize
from recon.sources.base import KEY_FIELD, SIGNATURES_FIELD, IntakeFile, ReadOptions
from recon.sources.saft import CashRegisterFiles
from recon.sources.saft.signatures import by_public_key, by_secret
from tests.recon.saft_reading import taken_in, told
from tests.saft_files import Day, Line, Receipt, Register, money, saft_text

SECRET = "SkatteetatenSign"
VECTOR = b"0;2016-11-24;10:39:00;2;1.00;0.96"
DAY = dt.date(2026, 3, 14)


def test_published_vector() -> None:
    """As the validator of the Tax Administration has it."""
    signature = base64.b64decode("iHh68DWCU3G42eL/7vOGUMSkvMM=")
    assert by_secret(SECRET)(signature, VECTOR)
    assert not by_secret(SECRET)(signature, VECTOR.replace(b"1.00", b"1.01"))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def _pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _signed(
    sign: Callable[[bytes], bytes], start: str = "0", amounts: tuple[int, ...] = (12_500, 9_900, -4_500)
) -> str:
    receipts, before = [], start
    for number, amount in enumerate(amounts, start=1):
        line = Line(group="100", amount=amount)
        data = f"{before};{DAY};12:0{number}:00;{number};{money(amount)};{money(amount - line.vat)}"
        before = base64.b64encode(sign(data.encode())).decode()
        receipts.append(
            Receipt(lines=(line,), payments=(("CASH", amount),), time=f"12:0{number}:00", extra={"signature": before})
        )
    return saft_text([Register(number="K1", days=(Day(date=DAY, number=1, receipts=tuple(receipts)),))])


def _by_hmac(data: bytes) -> bytes:
    return hmac.new(SECRET.encode(), data, hashlib.sha1).digest()


def _found(folder: Path, text: str, secret: str = SECRET) -> dict[str, str]:
    path = folder / "till.xml"
    path.write_text(text, encoding="utf-8")
    options = ReadOptions(
        "till",
        "kafe",
        "NOK",
        "Europe/Oslo",
        tax_as_stated=True,
        fields=((SIGNATURES_FIELD, "shared-key"),),
        secret=lambda: secret,
    )
    assert "secret" not in options.stored()
    return told(
        normalize(
            CashRegisterFiles().read(IntakeFile(path, path.name, "0" * 64, 1), options), options, file_id="0" * 12
        )
    )


def test_chain_by_secret(tmp_path: Path) -> None:
    text = _signed(_by_hmac)
    assert _found(tmp_path, text) == {}
    assert _found(tmp_path, text, "another") == {"till-signature-wrong": "hold"}
    assert _found(tmp_path, re.sub(r"<transTime>12:02:00", "<transTime>12:02:01", text)) == {
        "till-signature-wrong": "hold"
    }
    assert _found(tmp_path, _signed(_by_hmac, start="signature of the file before")) == {"till-signature-wrong": "hold"}
    assert (
        _found(tmp_path, re.sub(r"(?s)<cashtransaction><nr>1<.*?</cashtransaction>\n", "", text)).get(
            "till-signature-wrong"
        )
        is None
    )


def test_chain_by_public_key(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    text = _signed(lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA1()))
    fields = ((SIGNATURES_FIELD, "public-key"), (KEY_FIELD, _pem(key)))
    assert told(taken_in(tmp_path, text.encode(), *fields)) == {}
    frames = taken_in(tmp_path, text.replace(">99.00<", ">98.00<").encode(), *fields)
    wrong = frames.findings.filter(frames.findings["code"] == "till-signature-wrong").row(0, named=True)
    assert (wrong["order_key"], wrong["row"], wrong["value"]) == ("till:kafe:settlement:K1/1", 8, "2")
    assert wrong["detail"] == "1 transactions before this Z report are not as they were signed, first number 2."


def test_what_is_no_public_key() -> None:
    with pytest.raises(SettingsError, match="no RSA public key"):
        by_public_key("-----BEGIN PUBLIC KEY-----\nnone\n-----END PUBLIC KEY-----\n")


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [("<signature>none</signature>", "<signature></signature>", "till-unsigned"), ("<keyVersion>1</keyVersion>", "<keyVersion> </keyVersion>", "till-unsigned"), ("<cashtransaction><nr>2</nr>", "<cashtransaction><nr>1</nr>", "till-sequence")],
)  # fmt: skip
def test_presence_and_order_are_always_looked_at(tmp_path: Path, old: str, new: str, codes: str) -> None:
    sale = Receipt(lines=(Line(group="100", amount=12_500),), payments=(("CASH", 12_500),))
    text = saft_text(
        [Register(number="K1", days=(Day(date=DAY, number=1, receipts=(sale, replace(sale, time="12:30:00"))),))]
    )
    assert told(taken_in(tmp_path, text.encode())) == {}
    assert told(taken_in(tmp_path, text.replace(old, new, 1).encode())).get(codes) == "warning"
