"""The audit workbook: complete, exact, calm to read, and sealed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest

from bench.made_audit import CHAIN, DIGEST, dossier, made_frames, proofs
from exports.audit_workbook import AuditFrames, WrittenWorkbook, audit_frames, write_audit_workbook
from exports.sheets.summary import AGREE, DIFFER
from exports.verify_workbook import verify_workbook
from recon.errors import ExportError, FrameError
from recon.frames.findings import findings_from

SHEETS = [
    "Summary", "Orders", "Held orders", "Findings", "Completeness", "Numbering", "Documents", "Document lines", "Postings", "Products used",
    "Channels used", "Upload log", "Attempts", "Approvals", "Mapping changes", "Files", "Events", "By day", "By channel", "Seal",
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenWorkbook:
    return write_audit_workbook(dossier(), made_frames(60), tmp_path_factory.mktemp("audit") / "audit.xlsx")


@pytest.fixture(scope="module")
def shown(written: WrittenWorkbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written.path, data_only=True)


@pytest.fixture(scope="module")
def formulas(written: WrittenWorkbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written.path)


def block(book: openpyxl.Workbook, heading: str, columns: int) -> dict[str, list[object]]:
    """Rows of the summary under a heading, by their first cell."""
    rows = list(book["Summary"].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == heading)
    found = {}
    for row in rows[start + 1 :]:
        if row[0] is None:
            break
        found[row[0]] = list(row[1 : columns + 1])
    return found


def test_all_sheets_stand_in_order(written: WrittenWorkbook, shown: openpyxl.Workbook) -> None:
    assert shown.sheetnames == SHEETS
    assert written.agrees
    assert written.message == "All control totals agree."


def test_every_frame_row_is_a_row(shown: openpyxl.Workbook) -> None:
    frames = made_frames(60)
    for title, frame in (
        ("Orders", frames.orders), ("Documents", frames.documents), ("Document lines", frames.lines),
        ("Postings", frames.postings), ("Findings", frames.findings), ("Upload log", frames.outbox), ("Events", frames.events),
    ):  # fmt: skip
        assert shown[title].max_row == 5 + frame.height, title


def test_control_totals_are_live_and_zero(shown: openpyxl.Workbook, formulas: openpyxl.Workbook) -> None:
    values = block(shown, "Control totals", 3)
    live = block(formulas, "Control totals", 3)
    assert values.pop("Control") == ["Our figure", "From the sheets", "Difference"]
    assert len(values) >= 30
    for name, (ours, sheets, difference) in values.items():
        assert ours == sheets, name
        assert difference == 0, name
        assert live[name][1].startswith("=ROUND("), name
        assert live[name][2].startswith("=ROUND(B"), name
    assert values["Order totals, THB"][0] > 0
    assert values["Held, USD"][0] > 0, "orders in another currency are counted apart"


def test_truth_is_posted_planned_held_and_ignored(shown: openpyxl.Workbook) -> None:
    heads = [cell.value for cell in shown["Orders"][5]]
    at = {
        head: heads.index(head) for head in ("Truth", "Posted before", "Planned now", "Held", "Ignored", "File", "Row")
    }
    for row in shown["Orders"].iter_rows(min_row=6, values_only=True):
        satang = {
            name: round(row[at[name]] * 100) for name in ("Truth", "Posted before", "Planned now", "Held", "Ignored")
        }
        assert satang["Truth"] == sum(satang[name] for name in ("Posted before", "Planned now", "Held", "Ignored"))
        assert re.fullmatch("[0-9a-f]{12}", row[at["File"]])
        assert row[at["Row"]] >= 2


def test_provenance_stands_in_every_table_of_figures(shown: openpyxl.Workbook) -> None:
    for title in (
        "Orders",
        "Held orders",
        "Findings",
        "Documents",
        "Document lines",
        "Postings",
        "Products used",
        "Channels used",
        "Upload log",
        "Attempts",
    ):
        heads = [cell.value for cell in shown[title][5]]
        first = [cell.value for cell in shown[title][6]]
        assert first[heads.index("File")] == shown["Files"]["A6"].value, title
        assert isinstance(first[heads.index("Row")], int), title


def test_every_formula_is_ours_and_carries_its_value(formulas: openpyxl.Workbook, shown: openpyxl.Workbook) -> None:
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    count += 1
                    assert sheet.title == "Summary" or cell.row in (3, 4), cell.coordinate
                    assert shown[sheet.title][cell.coordinate].value is not None, (sheet.title, cell.coordinate)
                    assert re.match(r"=(ROUND|SUM|SUMIFS|COUNTIFS|COUNTA|SUBTOTAL|IF)\(", cell.value), cell.value
    assert count > 100


def test_f71_a_customer_called_like_a_formula_is_only_a_name(formulas: openpyxl.Workbook) -> None:
    names = {cell.value: cell.data_type for cell in formulas["Documents"]["E"][5:]}
    assert "=cmd|' /C calc'!A0" in names
    assert set(names.values()) <= {"s", "inlineStr"}


def test_held_orders_say_why_and_what_to_do(shown: openpyxl.Workbook) -> None:
    sheet = shown["Held orders"]
    heads = [cell.value for cell in sheet[5]]
    row = [cell.value for cell in sheet[6]]
    assert row[heads.index("What is the matter")] == "A product is not linked to the ledger"
    assert "recon match" in row[heads.index("What to do")]
    assert row[heads.index("Figures")] == "1 line has no product."


def test_summary_says_whose_and_which(shown: openpyxl.Workbook) -> None:
    facts = {label: values[0] for label, values in block(shown, "About this workbook", 1).items()}
    assert facts["Company"] == "บริษัท ตัวอย่างการค้า จำกัด"
    assert facts["Batch"] == "B-2026-06-001 (done)"
    assert facts["SHA-256 of the plan"] == DIGEST
    assert facts["Head of the event chain"] == CHAIN
    assert facts["Written at"] == "2026-07-02 10:04:05 Asia/Bangkok"
    assert shown["Summary"]["A6"].value == AGREE
    assert "SANDBOX" in shown["Summary"]["G1"].value
    kinds = block(shown, "Documents by kind", 5)
    assert list(kinds) == ["Kind", "credit note", "invoice", "payment", "receipt", "void"]
    assert kinds["payment"][4] == 0, "a payment moves money and adds nothing to sales"


def test_moments_stand_in_the_company_s_zone(shown: openpyxl.Workbook) -> None:
    assert shown["Approvals"]["C6"].value == dt.datetime.fromisoformat("2026-07-01T08:00:00")


def test_charts_show_sales_per_day_and_channel(written: WrittenWorkbook) -> None:
    drawn = [name for name in ZipFile(written.path).namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    assert len(drawn) == 2
    text = b"".join(ZipFile(written.path).read(name) for name in drawn)
    assert b"'By day'!" in text
    assert b"'By channel'!" in text


def test_many_days_are_charted_by_month_and_one_late_credit_note_is_no_long_period(tmp_path: Path) -> None:
    frames = made_frames(140)
    day = (pl.lit(dt.date(2026, 1, 1)) + pl.duration(days=pl.int_range(pl.len()) % 70)).alias("issued_on")
    many = audit_frames(**{**fields(frames), "documents": frames.documents.with_columns(day)})
    assert days_charted(many, tmp_path / "many.xlsx") == ["2026-01", "2026-02", "2026-03"]
    first = pl.int_range(pl.len()) == 0
    late = pl.when(first).then(dt.date(2026, 11, 22)).otherwise(dt.date(2026, 6, 1)).alias("issued_on")
    two = audit_frames(**{**fields(frames), "documents": frames.documents.with_columns(late)})
    assert days_charted(two, tmp_path / "two.xlsx") == ["2026-06-01", "2026-11-22"]


def days_charted(frames: object, path: Path) -> list[str]:
    book = openpyxl.load_workbook(write_audit_workbook(dossier(), frames, path).path, data_only=True)
    return [cell.value for cell in book["By day"]["A"][5:]]


def fields(frames: object) -> dict[str, pl.DataFrame]:
    names = (
        "orders",
        "results",
        "documents",
        "lines",
        "postings",
        "findings",
        "outbox",
        "attempts",
        "files",
        "approvals",
        "mappings",
        "events",
    )
    return {name: getattr(frames, name) for name in names}


def test_same_dossier_same_bytes(tmp_path: Path) -> None:
    frames = made_frames(20)
    one = write_audit_workbook(dossier(), frames, tmp_path / "one.xlsx")
    two = write_audit_workbook(dossier(), frames, tmp_path / "two.xlsx")
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.seal == two.seal


def test_an_empty_batch_makes_a_whole_workbook(tmp_path: Path) -> None:
    done = write_audit_workbook(dossier(), audit_frames(), tmp_path / "empty.xlsx")
    assert done.agrees
    assert verify_workbook(done.path).problems == ()


def test_sheets_split_and_formulas_add_up_all_parts(tmp_path: Path) -> None:
    done = write_audit_workbook(dossier(), made_frames(60), tmp_path / "split.xlsx", rows_per_sheet=50)
    assert done.agrees
    book = openpyxl.load_workbook(done.path)
    assert [name for name in book.sheetnames if name.startswith("Postings")] == [
        "Postings",
        "Postings 2",
        "Postings 3",
        "Postings 4",
    ]
    live = block(book, "Control totals", 2)["Debits, THB"][1]
    assert "'Postings'!" in live
    assert "'Postings 4'!" in live
    assert verify_workbook(done.path).problems == ()


def again(frames: AuditFrames, **changed: pl.DataFrame) -> AuditFrames:
    """The same frames with some changed, and the proofs made of them."""
    whole = fields(frames) | changed
    return audit_frames(**whole | proofs(whole["orders"], whole["results"], whole["documents"]))


def test_a_control_total_that_differs_is_shown_not_hidden(tmp_path: Path) -> None:
    frames = made_frames(60)
    first = pl.col("order_no") == 4
    shifted = frames.results.with_columns(
        pl.when(first).then(pl.col("planned_minor") + 1).otherwise("planned_minor").alias("planned_minor"),
        pl.when(first).then(pl.col("truth_minor") + 1).otherwise("truth_minor").alias("truth_minor"),
    )
    done = write_audit_workbook(dossier(), again(frames, results=shifted), tmp_path / "a.xlsx")
    assert not done.agrees
    assert done.message.startswith(DIFFER)
    book = openpyxl.load_workbook(done.path, data_only=True)
    assert book["Summary"]["A6"].value == DIFFER
    values = block(book, "Control totals", 3)
    assert {name for name, figures in values.items() if name != "Control" and figures[2] != 0} == {
        "Sales of the documents, THB"
    }
    assert verify_workbook(done.path).unequal == (
        "Control total Sales of the documents, THB: our figure 98036.11, the cells add up to 98036.10",
    )
    assert verify_workbook(done.path).differences == ()


def test_who_sold_an_order_has_a_column_only_where_an_order_says_it(tmp_path: Path, shown: openpyxl.Workbook) -> None:
    assert "Sold by" not in [cell.value for row in shown["Orders"].iter_rows(max_row=6) for cell in row]
    frames = made_frames(60)
    staff = pl.when(pl.col("order_no") == 3).then(pl.lit("=Jo"))
    done = write_audit_workbook(
        dossier(), again(frames, orders=frames.orders.with_columns(staff.alias("staff"))), tmp_path / "a.xlsx"
    )
    assert done.agrees
    assert verify_workbook(done.path).differences == ()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(done.path)["Orders"].iter_rows()]
    heads = next(row for row in rows if "Sold by" in row)
    at = heads.index("Sold by")
    assert heads[at - 1] == "Sales channel"
    number = frames.orders["order_number"][3]
    assert [(row[0], row[at]) for row in rows[rows.index(heads) + 1 :] if row[at]] == [(number, "=Jo")]


def test_an_order_held_or_left_out_in_part_says_why(tmp_path: Path) -> None:
    frames = made_frames(60)
    part = (pl.col("order_no") == 8).cast(pl.Int64)
    results = frames.results.with_columns(
        pl.col("held_minor") + 100 * part, pl.col("ignored_minor") + 50 * part, pl.col("truth_minor") + 150 * part
    )
    key = frames.orders["order_key"][8]
    held = findings_from(pl.DataFrame({"order_key": [key]}), "partial-credit-by-hand", detail="refund 2")
    frames = again(frames, results=results, findings=pl.concat([frames.findings, held]))
    done = write_audit_workbook(dossier(), frames, tmp_path / "a.xlsx")
    assert done.agrees
    book = openpyxl.load_workbook(done.path, data_only=True)
    held_by = block(book, "Held, by cause", 2)
    assert held_by["The ledger cannot take a partial credit note from us"] == [1, 1]
    left_out = block(book, "Left out on purpose, by reason", 2)
    assert left_out["Part of an order that goes out: a charge or voucher left out on purpose"] == [1, 0.5]
    texts = [[cell.value for cell in row] for row in book["Held orders"].iter_rows(min_row=6)]
    assert any(row[0] == "#1009" and "refund 2" in row for row in texts)


def test_every_day_and_channel_stands_in_completeness(shown: openpyxl.Workbook) -> None:
    rows = list(shown["Completeness"].iter_rows(min_row=5, values_only=True))
    at = {name: place for place, name in enumerate(rows[0])}
    parts = ("In the ledger", "Approved, not sent", "Planned", "Held", "Not posted", "Unexplained")
    for row in rows[1:]:
        assert round(row[at["Source"]] * 100) == sum(round(row[at[name]] * 100) for name in parts)
        assert (row[at["In words"]] == "no orders") == (row[at["Orders"]] == 0)
    frames = made_frames(60)
    assert sum(row[at["Orders"]] for row in rows[1:]) == 60
    days = {row[at["Day"]].date() for row in rows[1:]}
    assert len(days) == (max(days) - min(days)).days + 1 == frames.orders["ordered_on"].n_unique()
    assert any("held 1: " in row[at["In words"]] for row in rows[1:])
    totals = [cell.value for cell in shown["Completeness"][3]]
    thb = frames.orders.filter(pl.col("currency") == "THB").select("order_no")
    truth = frames.results.join(thb, on="order_no", how="semi")["truth_minor"].sum()
    assert round(totals[at["Source"]] * 100) == truth


def test_a_lost_order_is_a_gap_in_numbering_and_a_hole_in_completeness(tmp_path: Path) -> None:
    frames = made_frames(60)
    orders, results = (frame.filter(~pl.col("order_no").is_in([20, 21])) for frame in (frames.orders, frames.results))
    done = write_audit_workbook(
        dossier(), audit_frames(orders=orders, results=results, **proofs(orders, results, frames.documents)), tmp_path / "a.xlsx"
    )  # fmt: skip
    sheet = openpyxl.load_workbook(done.path, data_only=True)["Numbering"]
    rows = [row[:7] for row in sheet.iter_rows(min_row=6, values_only=True)]
    assert rows[0] == ("Orders of the source", "#n", "series", "#1001", "#1060", 58, 60)
    assert [row[3:6] for row in rows if row[2] == "gap"] == [("#1021", "#1022", 2)]
    assert any(row[2] == "no document" for row in rows), "what is held keeps its number and is no gap"
    assert verify_workbook(done.path).differences == ()


def test_purchases_have_a_sheet_of_their_own_where_there_are_any(tmp_path: Path, shown: openpyxl.Workbook) -> None:
    assert "Completeness purchases" not in shown.sheetnames
    frames = made_frames(60)
    bought = pl.when(pl.col("order_no") < 10).then(pl.lit("purchase")).otherwise(pl.lit("sale"))
    orders = frames.orders.with_columns(bought.cast(frames.orders.schema["record_kind"]).alias("record_kind"))
    done = write_audit_workbook(dossier(), again(frames, orders=orders), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(done.path, data_only=True)
    sums = [
        sum(row[3] for row in book[title].iter_rows(min_row=6, values_only=True))
        for title in ("Completeness", "Completeness purchases")
    ]
    assert sums == [50, 10]
    differing = {name for name, figures in block(book, "Control totals", 3).items() if name != "Control" and figures[2]}
    assert not any("by day and channel" in name for name in differing)
    assert verify_workbook(done.path).differences == ()
    controls = block(book, "Control totals", 3)
    in_baht = pl.col("total_minor").filter(pl.col("currency") == "THB").sum()
    totals = orders.group_by(pl.col("record_kind") == "purchase").agg(pl.len(), in_baht)
    (_, sold, worth), (_, bought_count, bought_worth) = totals.sort("record_kind").rows()
    assert (controls["Orders"][0], controls["Records of purchases and settlements"][0]) == (sold, bought_count)
    assert round(controls["Order totals, THB"][0] * 100) == worth
    assert round(controls["Order totals of purchases, THB"][0] * 100) == bought_worth
    for title, column in (("Orders", "Order total"), ("Held orders", "Held")):
        rows = list(book[title].iter_rows(max_row=5, values_only=True))
        assert [
            row for row in rows if row[next(r for r in rows if column in r).index(column)] not in {None, column}
        ] == []


def test_money_of_a_channel_has_a_direction_and_vat_of_a_payment_counts_once(tmp_path: Path) -> None:
    frames = made_frames(60)
    kinds = ["expense", "expense_payment", "receipt", "credit_note"]
    documents = frames.documents.head(4).with_columns(
        pl.Series("kind", kinds, dtype=frames.documents.schema["kind"]), pl.Series("paid_minor", [0, 10_700, 32_100, 5_350]),
        pl.Series("net_minor", [10_000, 10_000, 30_000, 5_000]), pl.Series("vat_minor", [700, 700, 2_100, 350]),
        pl.Series("total_minor", [10_700, 10_700, 32_100, 5_350]), payment_channel=pl.lit("Bank"), payment_method=pl.lit("BSV002"),
    )  # fmt: skip
    done = write_audit_workbook(dossier(), again(frames, documents=documents), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(done.path, data_only=True)
    heads, total = (
        next(row for row in book["Channels used"].iter_rows(values_only=True) if word in row)
        for word in ("Money in", "Total THB")
    )
    moved = {head: round(total[heads.index(head)] * 100) for head in ("Money in", "Money out", "In less out")}
    assert moved == {"Money in": 32_100, "Money out": 16_050, "In less out": 16_050}
    by_kind = block(book, "Documents by kind", 5)
    assert [round(by_kind[kind][2] * 100) for kind in ("expense", "expense payment")] == [700, 0]


def test_progress_counts_rows_up_to_all(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_audit_workbook(dossier(), made_frames(60), tmp_path / "a.xlsx", on_progress=lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert all(step[1] <= step[2] for step in told)
    assert told[0][0].startswith("Writing")
    assert told[-1][0].startswith("Comparing")


def test_a_frame_of_another_form_is_refused() -> None:
    with pytest.raises(FrameError, match="audit documents"):
        audit_frames(documents=pl.DataFrame({"doc_no": [1]}))


def test_outside_text_in_the_dossier_is_only_text(tmp_path: Path) -> None:
    evil = dossier(company="=1+1 &P", approvers=("@SUM(A1)",), notes=('=HYPERLINK("x")',))
    done = write_audit_workbook(evil, made_frames(20), tmp_path / "a.xlsx")
    assert verify_workbook(done.path).problems == ()
    book = openpyxl.load_workbook(done.path)
    texts = [
        cell
        for row in book["Summary"].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.data_type == "f"
    ]
    assert not [cell for cell in texts if "HYPERLINK" in cell.value or "1+1" in cell.value]
    assert "&&P" in book["Orders"].oddFooter.left.text


def test_no_audit_workbook_is_refused_with_a_reason(tmp_path: Path) -> None:
    other = openpyxl.Workbook()
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(ExportError, match="no audit workbook of recon"):
        verify_workbook(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ExportError, match="is no Excel workbook"):
        verify_workbook(tmp_path / "broken.xlsx")
