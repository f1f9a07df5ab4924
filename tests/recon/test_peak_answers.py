"""What recon makes of PEAK's answers, one file each, and that no damaged answer crashes it or passes for a yes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import OutcomeUnknown, TargetError
from recon.targets.base import Confirmation
from recon.targets.peak.answers import Expected, confirmed
from recon.targets.peak.wire import Fields
from tests.recon.peak_tools import FakeClock, following, sale, target
from tests.recon.raw_server import RawServer, response

ANSWERS = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "peak" / "answers"
TOKEN = b'{"PeakClientToken": {"token": "client-token-0001", "resCode": "200"}}'


def scripted(status: str, content_type: str, body: bytes):
    """Answer the token, then every write with this."""

    def behave(connection, server):
        seen = server.read(connection)
        if "/clienttoken" in seen.head:
            connection.sendall(response(TOKEN, extra="Connection: close\r\n"))
        else:
            connection.sendall(response(body, status=f"{status} X", content_type=content_type))

    return behave


def document_for(name: str):
    if name.startswith("payment"):
        return following(sale("invoice", "IV-1"), "payment", "0a0a")
    if name.startswith("void"):
        return following(sale("receipt", "RT-1001"), "void", "0a0a")
    if name.startswith("credit-note"):
        return following(sale("receipt", "RT-1001"), "credit_note", "0a0a", "CN-1")
    return sale("receipt", "RT-1001")


def outcome(name: str) -> tuple[str, int]:
    status, content_type, body = (ANSWERS / f"{name}.http").read_text(encoding="utf-8").split("\n", 2)
    with RawServer(scripted(status, content_type, body.encode())) as server:
        with target(server.url, FakeClock(), read_after_write=False, timeout_seconds=2) as ledger:
            ledger._guard_correction = lambda document: None
            try:
                made = ledger.send(document_for(name))
            except TargetError as error:
                lines = [type(error).__name__, f"code: {error.code}", f"words: {error.words}", f"text: {error}"]
                waits = getattr(error, "retry_after_seconds", None)
                lines += [f"retry after: {waits:.0f} s"] if waits is not None else []
                lines += ["stops the batch"] if getattr(error, "stops_batch", False) else []
            else:
                lines = [
                    "Confirmation",
                    f"id: {made.ledger_id}",
                    f"number: {made.ledger_number}",
                    f"total: {made.total_minor}",
                    f"words: {made.words}",
                ]
        sent = sum("/clienttoken" not in seen.head for seen in server.seen)
    return "\n".join(line.rstrip() for line in lines) + "\n", sent


@pytest.mark.parametrize("name", sorted(path.stem for path in ANSWERS.glob("*.http")))
def test_f23_every_answer_is_judged_by_code_and_number(name):
    text, sent = outcome(name)
    kept = ANSWERS / f"{name}.txt"
    if os.environ.get("RECON_WRITE_EXPECTED"):
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")
    assert sent == (2 if name == "token-still-refused" else 1)
    assert "user-token-0001" not in text


GOOD = {
    "PeakReceipts": {
        "resCode": "200",
        "resDesc": "done",
        "receipts": [{"id": "0b1c", "code": "RT-1001", "resCode": "200", "netAmount": "107.00"}],
    }
}
EXPECTED = Expected(
    what="receipt RT-1001", kind="receipt", wrapper="PeakReceipts", listed="receipts", number="RT-1001", evidence=""
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["200", "RT-1001", "315", "0b1c"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "code", "resCode", "resDesc", "receipts", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(value, path=()):
    """Yield every place of a JSON value that can be dropped, retyped or renamed."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


PLACES = list(places(GOOD))


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), change=st.sampled_from(["drop", "rename", "retype"]), value=JSON)
def test_f31_a_damaged_answer_never_crashes_and_is_a_yes_only_with_our_number(place, change, value):
    damaged = json.loads(json.dumps(GOOD))
    inner = damaged
    for key in place[:-1]:
        inner = inner[key]
    last = place[-1]
    if change == "drop":
        del inner[last]
    elif change == "rename" and isinstance(last, str):
        inner[f"{last}X"] = inner.pop(last)
    else:
        inner[last] = value
    try:
        made = confirmed(Fields(damaged), EXPECTED)
    except TargetError:
        return
    assert isinstance(made, Confirmation)
    assert made.ledger_number == "RT-1001"
    rows = damaged["PeakReceipts"]["receipts"]
    assert len(rows) == 1
    assert str(rows[0]["code"]).strip() == "RT-1001"
    codes = [
        str(level["resCode"]) for level in (damaged["PeakReceipts"], rows[0]) if level.get("resCode") not in (None, "")
    ]
    assert "200" in codes


def test_f31_without_any_code_the_outcome_stays_open():
    with pytest.raises(OutcomeUnknown):
        confirmed(Fields({"PeakReceipts": {"receipts": [{"code": "RT-1001"}]}}), EXPECTED)
