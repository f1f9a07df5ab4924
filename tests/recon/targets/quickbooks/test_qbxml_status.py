"""Status codes and hresults: what becomes of the request, in words a person can act on."""

from __future__ import annotations

import pytest

from recon.targets.quickbooks.qbxml.read import read
from recon.targets.quickbooks.qbxml.status import Verdict, hresult, judged, meaning, set_words

BY_CODE = {
    Verdict.DONE: [0],
    Verdict.NOTHING_FOUND: [1, 500],
    Verdict.LATER: [1010],
    Verdict.UNSURE: [1000],
    Verdict.REFUSED: [3000, 3100, 3120, 3140, 3200, 3210, 3160, 3185, 3230, 3240, 3300, 4711, 3171],
    Verdict.OURS: [1060, 3010, 3020, 3030, 3031, 3035, 3040, 3045, 3070, 3150, 3290],
    Verdict.STOP: [1030, 3250, 3260, 3261],
    Verdict.SKIPPED: [3231],
}


@pytest.mark.parametrize(("verdict", "code"), [(verdict, code) for verdict, codes in BY_CODE.items() for code in codes])
def test_the_verdict_of_a_code(verdict, code):
    said = judged(code, severity="Error", message="Something QuickBooks says.")
    assert said.verdict is verdict
    assert len(said.words) > 15


PASSING = [
    "The given object ID could not be locked for modification; list has been modified by another user.",
    "QuickBooks error message: The internals could not be locked. They are in use by another user.",
    "Could not obtain the lock.",
    "The transaction is being used by another user.",
    "There was an error when saving a Sales Receipt. QuickBooks error message: Another user is modifying this list.",
    "The list element is in use.",
]
STAYING = [
    "There was an error when saving a Invoice.  QuickBooks error message: The customer has exceeded the credit limit.",
    "Transaction is not in balance.",
    "There was an error when modifying a item named Clocks.",
    "The posting account is inactive.",
    "",
]


@pytest.mark.parametrize("code", [3170, 3175, 3176, 3180])
@pytest.mark.parametrize("message", PASSING)
def test_a_passing_lock_is_told_by_the_words(code, message):
    assert judged(code, severity="Error", message=message).verdict is Verdict.LATER


@pytest.mark.parametrize("code", [3170, 3175, 3176, 3180])
@pytest.mark.parametrize("message", STAYING)
def test_a_refusal_that_stays_is_told_by_the_words(code, message):
    assert judged(code, severity="Error", message=message).verdict is Verdict.REFUSED


def test_words_of_a_lock_do_not_soften_other_codes():
    assert judged(3140, severity="Error", message="in use by another user").verdict is Verdict.REFUSED
    assert judged(3171, severity="Error", message="locked period").verdict is Verdict.REFUSED


def test_a_view_only_file_stops_everything():
    said = judged(3260, severity="Error", message="This application is not supported in read-only mode.")
    assert said.verdict is Verdict.STOP
    assert "view-only" in said.words
    assert hresult("0x80040402", "not supported in read-only mode").verdict is Verdict.STOP


@pytest.mark.parametrize("code", [501, 510, 530, 531, 550, 560, 570, 600])
def test_a_warning_is_done_only_where_something_came_back(code):
    assert judged(code, severity="Warn", has_rows=True).verdict is Verdict.DONE
    assert judged(code, severity="Warn").verdict is Verdict.UNSURE


def test_the_meaning_of_an_answer_is_read_from_it():
    def answer(inside: str):
        return read(f"<QBXML><QBXMLMsgsRs>{inside}</QBXMLMsgsRs></QBXML>").answers[0]

    assert meaning(answer('<XAddRs statusCode="530" statusSeverity="Warn"><XRet/></XAddRs>')).verdict is Verdict.DONE
    assert meaning(answer('<XAddRs statusCode="530" statusSeverity="Warn"/>')).verdict is Verdict.UNSURE
    locked = '<XAddRs statusCode="3180" statusSeverity="Error" statusMessage="It is locked."/>'
    assert meaning(answer(locked)).verdict is Verdict.LATER


@pytest.mark.parametrize("code", [3180, 3140, 1010])
def test_an_error_that_names_a_record_leaves_the_outcome_open(code):
    def answer(recovery: str):
        rs = (
            f'<InvoiceAddRs statusCode="{code}" statusSeverity="Error" statusMessage="locked">{recovery}</InvoiceAddRs>'
        )
        return read(f"<QBXML><QBXMLMsgsRs>{rs}</QBXMLMsgsRs></QBXML>").answers[0]

    named = answer("<ErrorRecovery><TxnID>5D-1</TxnID></ErrorRecovery>")
    assert meaning(named).verdict is Verdict.UNSURE
    assert (
        meaning(answer("<ErrorRecovery><ExternalGUID>0</ExternalGUID></ErrorRecovery>")).verdict is not Verdict.UNSURE
    )
    assert meaning(answer("")).verdict is not Verdict.UNSURE


@pytest.mark.parametrize(
    ("code", "verdict", "word"),
    [
        ("0x80040400", Verdict.OURS, "report"),
        ("0x80040401", Verdict.LATER, "Open QuickBooks"),
        ("0x80040402", Verdict.LATER, "unexpected"),
        ("0x80040408", Verdict.LATER, "Open the file"),
        ("0x8004040D", Verdict.LATER, "session"),
        ("0x8004040d", Verdict.LATER, "session"),
        ("80040416", Verdict.LATER, "not running"),
        (" 0X80040418 ", Verdict.STOP, "Admin"),
        ("0x80040420", Verdict.STOP, "denied"),
        ("0x80040499", Verdict.REFUSED, "does not know"),
        ("", Verdict.REFUSED, "does not know"),
    ],
)
def test_hresults(code, verdict, word):
    said = hresult(code)
    assert said.verdict is verdict
    assert word in said.words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, ""),
        (0, ""),
        (600, "no answer"),
        (9001, "another message"),
        (9002, "lost"),
        (9003, "status 9003"),
        (9005, "store"),
    ],
)
def test_the_status_of_a_set(code, words):
    assert (words in set_words(code)) if words else set_words(code) == ""
