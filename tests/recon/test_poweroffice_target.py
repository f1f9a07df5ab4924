"""PowerOffice Go as a target: exact bodies, three outcomes of a send, and no draft twice, against a scripted server.

No published schema is at hand to hold the bodies against; they are held against the reference's worked example.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from recon.errors import AlreadyExists, OutcomeUnknown, SettingsError, TargetRejected, TargetUnavailable
from recon.targets.poweroffice.company import check_environment
from recon.verify import verify
from tests.recon.peak_tools import FakeClock
from tests.recon.raw_server import response
from tests.recon.scripted_go import (
    KEYS,
    PAID,
    SOLD,
    START,
    changed,
    go,
    json_answer,
    line,
    problem,
    settlement,
)

BODIES = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "poweroffice" / "requests"
WRITES = bool(os.environ.get("RECON_WRITE_EXPECTED"))
DRAFTS = "/v2/JournalEntryVouchers/ManualJournals"
ROUTES = {
    "draft": {},
    "draft-against-clearing": {"draft_lines": "against-clearing", "clearing_account": "1999"},
    "posted": {"route": "posted"},
    "import": {"route": "import"},
}


def readable(path: str, body: bytes) -> str:
    """Return a body with every field on a line of its own, numbers digit by digit as they go out."""
    fields = json.loads(body, parse_float=lambda text: f"<<{text}>>")
    text = json.dumps(fields, ensure_ascii=False, indent=1)
    return f"POST {path}\n{text.replace(chr(34) + '<<', '').replace('>>' + chr(34), '')}\n"


@pytest.mark.parametrize("name", ROUTES)
def test_the_worked_example_goes_out_exactly_as_kept(name):
    with go(**ROUTES[name]) as (server, target):
        document = settlement()
        ledger = target()
        assert ledger.check(document) == []
        said = ledger.send(document)
        path, body = server.writes()[0]
        kept = BODIES / f"{name}.txt"
        if WRITES:
            kept.write_text(readable(path, body), encoding="utf-8")
        assert readable(path, body) == kept.read_text(encoding="utf-8")
        assert body == ledger.payload(document)
        assert said.ledger_id.startswith({"d": "d", "p": "c", "i": "a"}[name[0]])
        assert said.total_minor in {document.total_minor, None}


def test_a_refund_turns_its_line_round_and_a_zero_line_is_left_out():
    sold = (*SOLD, ("Retur", "3000", "3", -12500), ("Null", "3030", "31", 0))
    paid = (*PAID, ("VISA Visa", "1504", -12500))
    with go() as (_, target):
        lines = json.loads(target().payload(settlement(paid=paid, sold=sold)))["ManualVoucherLines"]
        assert {"DebitAccountId": 8000, "DebitVatId": 73, "CurrencyAmount": 125, "Description": "Retur"} in lines
        assert {"CreditAccountId": 6504, "CreditVatId": 70, "CurrencyAmount": 125, "Description": "VISA Visa"} in lines
        assert all(one["CurrencyAmount"] for one in lines)


def test_a_voucher_of_a_day_names_no_z_number():
    with go(route="posted") as (_, target):
        body = json.loads(target().payload(settlement("10/2026-03-14")))
        assert "ImportedVoucherNo" not in body
        assert body["ExternalImportReference"] == "999999999/10/2026-03-14"
    with go(route="import") as (_, target):
        first = json.loads(target().payload(settlement("10/2026-03-14")))["importLines"][0]
        assert first["documentNumber"] == 20260314
        assert "saftBatchId" not in first


def test_who_answers_and_what_is_missing_there():
    with go() as (server, target):
        company = target().verify()
        assert (company.name, company.tax_id, company.environment, company.missing) == (
            "Kafé Torget AS",
            "",
            "sandbox",
            (),
        )
        assert company.company_id == target().identify().company_id
        server.lists["/ClientIntegrationInformation"] |= {
            "ValidPrivileges": ["CommonServices", "Department_Full"],
            "InvalidPrivileges": ["AccountTransaction"],
        }
        lacks = target().verify().missing
        assert [text.partition(":")[0] for text in lacks] == [
            "privilege GeneralLedgerAccount", "privilege AccountTransaction", "privilege JournalEntryVoucher_Full",
        ]  # fmt: skip
        assert "subscription" in lacks[1]
        assert "Settings > Extensions" in lacks[2]


def test_lists_that_may_not_be_read_name_every_missing_privilege():
    with go() as (server, target):
        server.lists["/ClientIntegrationInformation"] |= {
            "ValidPrivileges": ["Department", "GeneralLedgerAccount"],
            "InvalidPrivileges": [],
        }
        server.say("/v2/VatCodes", problem(403, "Forbidden"))
        ledger = target()
        assert len(ledger.verify().missing) == 3
        with pytest.raises(TargetUnavailable) as told:
            ledger.catalog()
        assert all(
            f"Privilege {name}:" in str(told.value)
            for name in ("CommonServices", "AccountTransaction", "JournalEntryVoucher_Full")
        )


def test_the_lists_become_a_catalog():
    with go() as (server, target):
        server.lists["/GeneralLedgerAccounts"][8] |= {"VatCode": None, "VatCodeId": 73, "IsVatCodeLocked": True}
        server.lists["/GeneralLedgerAccounts"].append({"Id": 1, "AccountNo": 9999, "Name": "Gammel", "IsActive": False})
        server.lists["/VatCodes"].append({"Id": 9, "Code": "3", "Rate": 0, "ValidTo": "2017-12-31", "IsActive": True})
        found = target(page_size=5).catalog()
        sales = next(one for one in found.accounts if one.code == "3000")
        assert (sales.root, sales.tax_code, sales.is_tax_locked, sales.needs_department) == ("Income", "3", True, True)
        assert [one.code for one in found.accounts] == [
            str(row["AccountNo"]) for row in server.lists["/GeneralLedgerAccounts"][:-1]
        ]
        assert {one.code for one in found.methods} == {
            "1900",
            "1503",
            "1504",
            "1505",
            "1909",
            "1920",
            "2901",
            "2910",
            "1999",
        }
        assert {one.code: one.rates for one in found.taxes} == {
            "0": (0,), "3": (2_500_000,), "31": (1_500_000,), "33": (1_200_000,), "32": (1_111_000,),
        }  # fmt: skip
        assert [one.code for one in found.classes] == ["10"]
        assert found.closed_until == dt.date(2026, 1, 31)
        pages = [query["PageNumber"] for _, path, query, _ in server.asked if path == "/v2/GeneralLedgerAccounts"]
        assert pages == ["1", "2", "3"]


def test_field_names_are_read_in_any_case():
    with go() as (server, target):
        server.lowered = True
        ledger = target()
        assert ledger.verify().name == "Kafé Torget AS"
        document = settlement()
        assert ledger.send(document).ledger_id
        assert ledger.find(document).state == "equal"


def test_a_token_is_kept_for_as_long_as_go_says_and_asked_for_again_in_time():
    with go() as (server, target):
        clock = FakeClock(START)
        first = target(clock=clock)
        first.identify()
        assert first.session().token_until == START + dt.timedelta(seconds=1140)
        clock.moment += dt.timedelta(seconds=1139)
        first.identify()
        assert server.tokens == 1
        clock.moment += dt.timedelta(seconds=2)
        first.identify()
        assert server.tokens == 2
        server.expires_in = 600
        clock.moment += dt.timedelta(seconds=1141)
        first.identify()
        assert first.session().token_until < clock.moment + dt.timedelta(seconds=541)
        head = next(head for head in server.heads if head.startswith("POST /OAuth/Token"))
        assert "Authorization: Basic YXBwLWtleS0xOmNsaWVudC1rZXktMQ==" in head
        assert "Ocp-Apim-Subscription-Key: subscription-key-1" in head


def test_a_refused_token_is_renewed_once():
    with go() as (server, target):
        ledger, document = target(), settlement()
        ledger.identify()
        server.say(DRAFTS, problem(401, "Unauthorized"))
        assert ledger.send(document).ledger_id
        assert (server.tokens, len(server.drafts)) == (2, 1)
        server.say(DRAFTS, problem(401, "Unauthorized"), response(b"", status="401 X"))
        with pytest.raises(TargetUnavailable) as told:
            ledger.send(document)
        assert (told.value.stops_batch, len(server.drafts)) == (True, 1)


def test_f35_another_company_after_a_new_log_in_gets_nothing():
    with go() as (server, target):
        ledger = target()
        ledger.identify()
        ledger.check(settlement())
        server.lists["/ClientIntegrationInformation"] |= {"ClientId": "client-43", "ClientName": "En annen AS"}
        server.say(DRAFTS, problem(401, "Unauthorized"))
        with pytest.raises(TargetUnavailable, match="answers for En annen AS, before it for Kafé Torget AS") as told:
            ledger.send(settlement())
        assert (told.value.code, told.value.stops_batch, server.drafts) == ("other-company", True, {})


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (problem(400, "Validation failed", "Department is required on account 3000"), TargetRejected, "Department is required on account 3000"),
        (problem(404, "Not found"), TargetRejected, "recon connect"),
        (problem(409, "Conflict", "The voucher is in approval"), TargetRejected, "in approval"),
        (response(b"", status="400 X"), TargetRejected, "without a word"),
        (problem(403, "Forbidden"), TargetUnavailable, "Settings > Extensions"),
        (problem(429, "Rate limit is exceeded", extra="Retry-After: 7\r\n"), TargetUnavailable, "fewer requests"),
        (problem(500, "Oops"), OutcomeUnknown, "looked up"),
        (response(b"", status="503 X"), OutcomeUnknown, "looked up"),
        (response(b"<html>", content_type="text/html"), OutcomeUnknown, "cannot be read"),
        (json_answer({"Description": "x"}, "201 Created"), OutcomeUnknown, "no id"),
        (problem(400, "Validation failed", "ExternalImportReference already exists"), AlreadyExists, "compared"),
        (response(b"HTTP", length=False, extra="Content-Length: 900\r\n"), OutcomeUnknown, "looked up"),
    ],
)  # fmt: skip
def test_every_answer_to_a_send_has_its_outcome(answer, error, says):
    with go() as (server, target):
        ledger = target()
        ledger.check(settlement())
        server.say(DRAFTS, answer)
        with pytest.raises(error) as told:
            ledger.send(settlement())
        assert type(told.value) is error
        assert says in str(told.value)
        assert len(server.writes()) == 1
        if "429" in answer.decode():
            assert told.value.retry_after_seconds == 7


def test_no_server_is_unavailable_and_a_break_after_the_body_left_is_open():
    with go() as (server, target):
        ledger, document = target(), settlement()
        ledger.check(document)
        server.say(DRAFTS, None)
        with pytest.raises(OutcomeUnknown):
            ledger.send(document)
        found = target().find(document)
        assert (found.state, found.confirmation.ledger_id) == ("equal", next(iter(server.drafts)))
    with pytest.raises(TargetUnavailable):
        ledger.send(document)


def test_words_of_go_are_cleaned_and_hold_no_key():
    with go() as (server, target):
        ledger = target()
        ledger.check(settlement())
        detail = "no\u202e \x1b[31m subscription-key-1 client-key-1"
        server.say(DRAFTS, problem(400, "Bad", detail))
        with pytest.raises(TargetRejected) as told:
            ledger.send(settlement())
        assert not any(key in str(told.value) for key in (*KEYS.values(), "\x1b", "\u202e"))


def test_a_read_waits_for_a_limit_and_gives_up_on_a_refusal():
    with go() as (server, target):
        clock = FakeClock(START)
        ledger = target(clock=clock)
        server.say(
            "/v2/ClientIntegrationInformation",
            problem(429, "Slow", extra="Retry-After: 3\r\n"),
            problem(502, "Bad gateway"),
        )
        assert ledger.identify().name == "Kafé Torget AS"
        assert 3 in clock.slept
        server.say("/v2/ClientIntegrationInformation", problem(403, "Forbidden"))
        with pytest.raises(TargetUnavailable, match="Extensions"):
            ledger.identify()


def test_requests_keep_their_distance():
    with go() as (server, target):
        clock = FakeClock(START)
        target(clock=clock, requests_per_second=4).catalog()
        assert clock.monotonic() - START.timestamp() >= (len(server.heads) - 1) / 4 - 1 / 1000


def test_refused_keys_name_what_to_do():
    with go() as (server, target):
        body = json.dumps({"error": "invalid_client", "error_description": "Unknown client"}).encode()
        server.say("/OAuth/Token", response(body, status="400 X"))
        with pytest.raises(TargetUnavailable) as told:
            target().verify()
        assert "invalid_client. Unknown client" in str(told.value)
        assert "demo system" in str(told.value)
        server.say("/OAuth/Token", problem(429, "Rate limit is exceeded"))
        assert target().verify().missing == ()


def test_find_compares_every_line_and_tells_what_a_person_changed():
    with go() as (server, target):
        ledger, document = target(), settlement()
        assert ledger.find(document).state == "absent"
        ledger_id = ledger.send(document).ledger_id
        found = target().find(document)
        assert (found.state, found.documents[0].place, found.confirmation.total_minor) == ("equal", "draft", 1810040)
        body = server.drafts[ledger_id]["body"]
        body["VoucherDate"] = "2026-03-15"
        body["ManualVoucherLines"][0] |= {"CurrencyAmount": 2999, "DepartmentId": -1}
        changed_there = target().find(document)
        assert changed_there.state == "different"
        assert changed_there.differences == (
            "date: ours 2026-03-14, PowerOffice Go 2026-03-15",
            "line missing there: debit 1900 3000.00 (VAT code 0, department 10)",
            "line only there: debit 1900 2999.00 (VAT code 0)",
        )


def test_another_documents_token_is_not_ours_and_ours_twice_is_said():
    with go() as (server, target):
        ledger = target()
        ledger.send(settlement("K1/2144"))
        ledger.send(settlement("K11/214"))
        assert ledger.find(settlement()).state == "absent"
        ledger.send(settlement())
        server.keep("d9", {**server.drafts[list(server.drafts)[-1]]["body"], "Id": "d9"})
        assert target().find(settlement()).state == "twice"
        server.drafts["d9"]["row"]["IsCreatedByCurrentIntegration"] = False
        assert target().find(settlement()).state == "equal"


def test_a_draft_whose_description_was_rewritten_is_left_to_a_person():
    with go() as (server, target):
        ledger_id = target().send(settlement()).ledger_id
        server.drafts[ledger_id]["body"]["Description"] = "Kafé lørdag"
        found = target().find(settlement())
        assert found.state == "different"
        assert "Kafé lørdag" in found.differences[0]


def test_drafts_are_read_once_as_long_as_they_do_not_change_and_those_just_made_not_at_all():
    with go() as (server, target):
        ledger = target()
        for number in range(3):
            ledger.find(settlement(f"K1/{number}"))
            target().send(settlement(f"K1/{number}"))
        ledger.send(settlement("K1/9"))
        for _ in range(3):
            ledger.find(settlement())
        reads = [path for method, path, _, _ in server.asked if method == "GET" and path.startswith(f"{DRAFTS}/")]
        assert len(reads) == 3


def post(server, document, ledger_id="d0000000-0000-0000-0000-000000000001", **facts: object):
    """Let a person post a draft: Go puts the VAT on accounts of its own."""
    del server.drafts[ledger_id]
    rows = [(part.payment_method, part.amount_minor, "0") for part in document.payments]
    rows += [(one.account_code, -one.net_minor, one.tax_code) for one in document.lines]
    rows += [("2700", -one.vat_minor, one.tax_code) for one in document.lines if one.vat_minor]
    for account, minor, code in rows:
        server.transactions.append(
            {
                "VoucherId": ledger_id, "VoucherNo": 1001, "VoucherType": "ManualJournal", "PostingDate": "2026-03-14",
                "AccountNo": int(account), "Amount": f"{minor / 100:.2f}", "VatCode": code, "DepartmentCode": "10", **facts,
            }
        )  # fmt: skip


def test_read_back_tells_drafts_from_posted_and_deleted():
    with go() as (server, target):
        document = settlement()
        ledger_id = target().send(document).ledger_id
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert (held.place, held.total_minor, held.number, len(held.lines)) == ("draft", 1810040, "K1/214", 15)
        assert (
            held.lines[0].account_code,
            held.lines[0].amount_minor,
            held.lines[0].tax_code,
            held.lines[0].department,
        ) == ("1900", 300000, "0", "10")
        post(server, document, ledger_id)
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert (held.place, held.total_minor) == ("posted", 1810040)
        assert sum(one.amount_minor for one in held.lines if one.account_code == "3000") == -1500000
        server.transactions[0]["Amount"] = "2999.00"
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert held.total_minor != 1810040
        server.transactions.clear()
        assert list(target().read_back([(document, ledger_id)])) == [(document, None)]


def test_a_draft_posted_on_another_day_is_found_by_its_id():
    with go() as (server, target):
        document = settlement()
        ledger_id = target().send(document).ledger_id
        post(server, document, ledger_id, PostingDate="2026-04-01", VoucherDate="2026-03-14")
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert (held.place, held.issued_on) == ("posted", dt.date(2026, 3, 14))


@pytest.mark.parametrize("answers", [False, True])
def test_a_draft_posted_on_another_day_is_not_sent_again_whether_or_not_it_still_answers_as_a_draft(answers):
    with go() as (server, target):
        document = settlement()
        ledger_id = target().send(document).ledger_id
        kept = server.drafts[ledger_id]
        post(
            server,
            document,
            ledger_id,
            PostingDate="2026-04-01",
            VoucherDate="2026-03-14",
            VoucherDescription=kept["body"]["Description"],
        )
        server.keep(ledger_id, kept["body"], IsPosted=True)
        if not answers:
            server.hidden.add(ledger_id)
        found = target().find(document)
        assert (found.state, found.documents[0].place) == ("equal", "posted")
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert (held.place, held.total_minor) == ("posted", 1810040)


def test_a_posted_voucher_is_found_by_reference_and_a_reversed_one_is_void():
    with go(route="posted") as (server, target):
        document = settlement()
        target().send(document)
        assert target().find(document).state == "equal"
        for row in server.transactions:
            row["IsReversed"] = True
        assert target().find(document).state == "voided"


def test_an_import_is_found_by_reference_posted_or_not():
    with go(route="import") as (server, target):
        document = settlement()
        ledger_id = target().send(document).ledger_id
        found = target().find(document)
        assert (found.state, found.documents[0].place) == ("equal", "import")
        with pytest.raises(AlreadyExists):
            target().send(document)
        server.imports[0]["isPosted"] = True
        server.drafts["v1"] = {"body": {}, "row": {}}
        post(server, document, "v1", CreatedFromImportJournalId=ledger_id, ExternalImportReference="999999999/K1/214")
        found = target().find(document)
        assert (found.state, found.documents[0].place) == ("equal", "posted")
        [(_, held)] = target().read_back([(document, ledger_id)])
        assert held.place == "posted"
        assert [
            (one.place, one.ledger_id)
            for one in target().list_documents(["settlement"], dt.date(2026, 3, 1), dt.date(2026, 3, 31))
        ] == [("posted", ledger_id)]


def test_the_sweep_shows_every_place():
    with go() as (server, target):
        document = settlement()
        first, second = target().send(document).ledger_id, target().send(settlement("K1/215")).ledger_id
        post(server, document, first)
        server.transactions[0]["PostingDate"] = "2026-03-14"
        rows = list(target().list_documents(["settlement"], dt.date(2026, 3, 14), dt.date(2026, 3, 14)))
        assert [(one.place, one.ledger_id) for one in rows] == [("draft", second), ("posted", first)]
        # Debits hold what was paid out and rounded off too: as the total of ours they would say that the ledger has another sum.
        assert [(one.number, one.total_minor) for one in rows] == [("K1/215", None), ("1001", 2110040)]
        assert list(target().list_documents(["invoice"], dt.date.min, dt.date.max)) == []
        assert len(list(target().list_documents(["settlement"], dt.date.min, dt.date.max))) == 2


def test_verify_tells_drafts_posted_changed_and_deleted_and_takes_no_other_voucher_for_ours():
    with go() as (server, target):
        documents = [settlement(f"K1/{number}") for number in range(4)]
        posted = [(one, target().send(one).ledger_id) for one in documents]
        post(server, documents[0], posted[0][1])
        server.drafts[posted[1][1]]["body"]["ManualVoucherLines"][0] |= {"CurrencyAmount": 2999, "DepartmentId": -1}
        del server.drafts[posted[2][1]]
        other = {"VoucherId": "x", "VoucherNo": 12, "PostingDate": "2026-03-14", "AccountNo": 5000, "Amount": 1}
        server.transactions += [
            {**other, "VoucherType": kind, "VoucherId": kind} for kind in ("ManualJournal", "Payroll")
        ]
        day = dt.date(2026, 3, 14)
        found = verify(
            target(), posted, known_numbers=frozenset({"K1/0", "K1/1", "K1/2"}), since=day, until=day, prefixes=[""]
        )
        assert (found.compared, found.equal, found.places) == (4, 2, {"draft": 2, "posted": 1})
        assert [one.number for one in found.missing] == ["K1/2"]
        assert [one.number for one in found.strangers] == ["K1/3"]
        assert [one.text for one in found.differences] == [
            "total: sent 18100.40, the ledger holds 18099.40",
            "Line CASH Kontant (1900), amount: sent 3000.00, the ledger holds 2999.00",
            "Line CASH Kontant (1900), department: sent 10, the ledger holds none",
        ]  # fmt: skip


OBJECTED = {
    "another currency": (settlement(currency="SEK"), {}, "books of PowerOffice Go are in NOK"),
    "nothing in it": (settlement(paid=(), sold=(), paid_minor=0, total_minor=0, net_minor=0, vat_minor=0, payments=()), {}, "no line with an amount"),
    "locked day": (settlement(issued_on=dt.date(2026, 1, 31)), {}, "nothing on or before 2026-01-31"),
    "no organisation number": (settlement(), {"tax_id": ""}, "company.tax_id"),
    "long number": (settlement("K" * 60 + "/214"), {}, "Go takes 50"),
    "unknown account": (settlement(sold=(*SOLD[:-1], ("Øreavrunding", "7741", "0", 40))), {}, "no account 7741"),
    "no account": (settlement(sold=(*SOLD[:-1], ("Øreavrunding", "", "0", 40))), {}, "no account for Øreavrunding"),
    "department missing": (settlement(department=None), {}, "account 3000 is posted only with a department"),
    "unknown department": (settlement(department="99"), {}, "no department 99"),
    "unknown VAT code": (settlement(sold=(*SOLD[:-1], ("Øreavrunding", "7740", "7", 40))), {}, "no VAT code 7"),
    "no VAT code": (settlement(sold=(*SOLD[:-1], ("Øreavrunding", "7740", "", 40))), {}, "has no VAT code"),
    "another rate": (changed(settlement(), lines=(line(1, "Mat", "3000", "3", 1000000, vat_minor=130435), *settlement().lines[1:])), {}, "is 25 % in Go now"),
    "long text": (settlement(remark="x" * 300), {}, "at most 200"),
    "unbalanced": (settlement(sold=SOLD[:-1]), {}, "differ by 0.40"),
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTED)
def test_what_go_would_not_take_is_said_before(name):
    document, options, says = OBJECTED[name]
    with go(**options) as (_, target):
        told = [f"{one.text} {one.remedy}" for one in target().check(document)]
        assert any(says in text for text in told), told


def test_a_project_goes_out_on_every_route_and_is_compared():
    document = settlement(project="P1")
    for route, key, value in (
        ("draft", "ManualVoucherLines", None),
        ("posted", "VoucherLines", 77),
        ("import", "importLines", "P1"),
    ):
        with go(route=route, has_projects=True) as (server, target):
            server.lists["/Projects"] = [{"Id": 77, "Code": "P1", "Name": "Sommerfest", "IsActive": True}]
            told = [one.text for one in target().check(changed(document, project="P9"))]
            assert any("no project P9" in text for text in told)
            ledger = target()
            assert ledger.check(document) == []
            body = json.loads(ledger.payload(document))
            assert body.get("ProjectId") == (77 if route == "draft" else None)
            assert {line.get("ProjectId", line.get("projectCode")) for line in body[key]} == {value}
            assert [one.code for one in ledger.catalog().projects] == ["P1"]
            ledger.send(document)
            assert target().find(document).state == "equal"
            if route != "posted":  # of posted lines Go may state no project
                other = target().find(changed(document, project=None))
                assert other.state == "different"
                assert any("project P1" in text for text in other.differences)


def test_projects_are_read_only_where_they_are_needed_and_their_privilege_is_asked_for():
    with go() as (server, target):

        def asked() -> int:
            return sum(path == "/v2/Projects" for _, path, _, _ in server.asked)

        target().catalog()
        assert asked() == 0
        server.lists["/GeneralLedgerAccounts"][-1]["IsProjectRequired"] = True
        server.say("/v2/Projects", problem(403, "Forbidden"))
        assert target().catalog().projects == ()
        assert asked() == 1
        assert [text.partition(":")[0] for text in target(has_projects=True).verify().missing] == ["privilege Project"]


def test_locked_codes_and_projects_are_objected_to():
    with go() as (server, target):
        rows = {row["AccountNo"]: row for row in server.lists["/GeneralLedgerAccounts"]}
        rows[3000] |= {"IsVatCodeLocked": True, "VatCode": "33"}
        rows[1503] |= {"IsVatCodeLocked": True, "VatCode": "3"}
        rows[7740]["IsProjectRequired"] = True
        told = " ".join(one.text for one in target().check(settlement()))
        assert "account 3000 takes only VAT code 33 in Go, not 3" in told
        assert "account 1503 takes only VAT code 3 (25 %)" in told
        assert "account 7740 is posted only with a project" in told


def test_what_is_unknown_there_never_goes_out():
    with go() as (server, target):
        with pytest.raises(TargetRejected, match="no account 7741"):
            target().send(settlement(sold=(*SOLD[:-1], ("Øreavrunding", "7741", "0", 40))))
        assert server.writes() == []


def test_the_demo_system_is_not_taken_for_the_real_one():
    check_environment("https://goapi.poweroffice.net/Demo/v2", "test")
    check_environment("https://goapi.poweroffice.net/v2", "live")
    for url, environment in (
        ("https://goapi.poweroffice.net/demo/v2", "live"),
        ("https://goapi.poweroffice.net/v2", "test"),
        ("https://api-demo.poweroffice.net", "live"),
    ):
        with pytest.raises(SettingsError):
            check_environment(url, environment)
