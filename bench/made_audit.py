"""Make the frames behind an audit workbook or journal of any size: invented, balanced, the same every time.

Twenty orders at a time cover every way an order can go: receipts, an invoice with its payment, credit notes, a void,
posted before, held, ignored, and one in another currency. Used by the benchmark and by the tests of `exports`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from exports.audit_frames import APPROVALS, ATTEMPTS, EVENTS, FILES, MAPPINGS, OUTBOX, AuditFrames, log_frame
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, ORDER_RESULTS, ORDERS, POSTED, POSTINGS
from recon.proof.completeness import causes_of, completeness, where_orders_went
from recon.proof.numbering import numbering_proof
from recon.proof.numbering_words import as_rows
from recon.views import AuditDossier

FILE: Final = "9f86d081884c"
DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CHAIN: Final = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
WRITTEN_AT: Final = dt.datetime(2026, 7, 2, 3, 4, 5, tzinfo=dt.UTC)

_NAMES: Final = [
    "สมชาย ใจดี",
    "Anna & Sons <Co>",
    "=cmd|' /C calc'!A0",
    "บริษัท ตัวอย่าง จำกัด",
    "+66 81 234 5678",
    "มะลิ\tศรีสุข",
]
_SALES: Final = ["Shopee", "Lazada", "TikTok Shop", "Facebook", "LINE OA", "หน้าร้าน", ""]
_PAYMENTS: Final = ["PromptPay", "KBank โอนเงิน", "บัตรเครดิต", "COD", "TrueMoney"]
_METHODS: Final = ["BNK001", "BNK002", "BNK003", "CSH001", "EWL001"]
_GOODS: Final = [
    "เสื้อยืดคอกลม สีขาว ไซซ์ M",
    "Ceramic mug 350 ml",
    "ผ้าขนหนู 70x140",
    "Notebook A5 ruled",
    "กาแฟคั่วกลาง 250 กรัม",
]


def dossier(**changed: object) -> AuditDossier:
    """Return the dossier of an invented company."""
    given: dict[str, object] = {
        "company": "บริษัท ตัวอย่างการค้า จำกัด", "company_tax_id": "0105561000001", "ledger_company": "บริษัท ตัวอย่างการค้า จำกัด",
        "environment": "sandbox", "connection": "main", "source": "shopify", "target": "peak", "currency": "THB",
        "timezone": "Asia/Bangkok", "period_start": dt.date(2026, 6, 1), "period_end": dt.date(2026, 6, 30),
        "batch": "B-2026-06-001", "batch_state": "done", "plan_digest": DIGEST, "planned_by": "Nok",
        "approvers": ("Somsri",), "chain_head": CHAIN, "chain_length": 3, "written_at": WRITTEN_AT, "version": "0.1.0",
    }  # fmt: skip
    return AuditDossier(**{**given, **changed})  # type: ignore[arg-type]


def _pick(words: list[str], by: pl.Expr) -> pl.Expr:
    return by.mod(len(words)).replace_strict(dict(enumerate(words)), return_dtype=pl.String)


def made_frames(orders: int) -> AuditFrames:
    """Return frames for this many orders: about 1.05 documents, 1.6 lines and 3 postings per order."""
    i = pl.col("order_no").cast(pl.Int64)
    base = pl.DataFrame({"order_no": pl.int_range(orders, dtype=pl.UInt32, eager=True)}).with_columns(
        (i % 20).alias("way"),
        pl.concat_str(pl.lit("shopify:shop1:"), (i + 5_000_000_001).cast(pl.String)).alias("order_key"),
        pl.concat_str(pl.lit("#"), (i + 1001).cast(pl.String)).alias("order_number"),
        (pl.lit(dt.date(2026, 6, 1)) + pl.duration(days=(i * 7) % 30)).cast(pl.Date).alias("ordered_on"),
        (15_000 + (i * 7919) % 480_000).alias("total_minor"),
        _pick(_NAMES, i).alias("customer_name"),
        _pick(_SALES, (i * 13) // 3).alias("sales_channel"),
        _pick(_PAYMENTS, (i * 11) // 2).alias("payment_channel"),
        _pick(_METHODS, (i * 11) // 2).alias("payment_method"),
        pl.when(i % 20 == 2).then(pl.lit("USD")).otherwise(pl.lit("THB")).alias("currency"),
        (i * 2 + 2).cast(pl.UInt32).alias("row"),
        pl.lit(FILE).alias("file"),
    )
    documents, lines = _documents(base)
    results = _results(base)
    held = base.join(results.select("order_no", "reason", "held_minor"), on="order_no").filter(
        pl.col("held_minor") != 0
    )
    findings = gather([
        findings_from(held.filter(pl.col("reason") == code), code, amount_minor=pl.col("held_minor"), value="SKU-0007", detail="1 line has no product.")
        for code in ("product-not-linked", "currency-foreign")
    ])  # fmt: skip
    shop = _orders(base)
    return AuditFrames(
        orders=shop, results=results, documents=documents, lines=lines, postings=_postings(documents),
        findings=findings, **_logs(base, documents), **proofs(shop, results, documents),
    )  # fmt: skip


def proofs(orders: pl.DataFrame, results: pl.DataFrame, documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the frames of the sheets Completeness and Numbering, made as the service makes them."""
    went = where_orders_went(orders, results, documents, pl.DataFrame(schema=POSTED))
    numbers = orders.join(results.select("order_no", "disposition", "reason"), on="order_no").select(
        pl.col("order_number").alias("number"), pl.col("ordered_on").alias("day"), pl.col("order_key").alias("owner"),
        pl.when(pl.col("disposition").cast(pl.String).is_in(["held", "ignored"])).then("reason").alias("why"),
    )  # fmt: skip
    return {
        "completeness": completeness(went),
        "completeness_causes": causes_of(went),
        "numbering": as_rows(numbering_proof(numbers), "orders"),
    }


def _orders(base: pl.DataFrame) -> pl.DataFrame:
    zero = [
        pl.lit(0).alias(name)
        for name in ORDERS
        if name.endswith("_minor") and name not in ("total_minor", "goods_minor", "paid_minor")
    ]
    return fill(
        base.with_columns(
            *zero,
            pl.lit("sale").alias("record_kind"), pl.lit("completed").alias("order_state"),
            pl.lit("paid").alias("payment_state"), pl.lit("paid / fulfilled").alias("state_text"),
            pl.lit("included").alias("vat_mode"), pl.col("total_minor").alias("goods_minor"),
            pl.col("total_minor").alias("paid_minor"), pl.lit("order-total").alias("discount_basis"),
        ),
        ORDERS,
    )  # fmt: skip


_WAYS: Final = pl.DataFrame({
    # way of the order, kinds of its documents, and the share of the total they are about (thousandths)
    "way": [4, 4, 5, 5, 6, 7, *range(8, 20)],
    "kind": ["invoice", "payment", "receipt", "credit_note", "credit_note", "void", *["receipt"] * 12],
    "applies": [None, "invoice/1", None, "receipt/1", "receipt/1", "invoice/1", *[None] * 12],
    "share": [1000, 1000, 1000, 300, 1000, 1000, *[1000] * 12],
})  # fmt: skip


def _documents(base: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    total = pl.col("total_minor") * pl.col("share") // 1000
    vat = (14 * total + 107) // 214
    prefix = {"invoice": "IV-", "receipt": "RT-", "credit_note": "CN-", "payment": "PM-", "void": "VD-"}
    moved = pl.col("kind").is_in(["receipt", "payment"])
    made = (
        base.join(_WAYS.cast({"way": pl.Int64}), on="way", maintain_order="left_right")
        .with_columns(total.alias("total_minor"), vat.alias("vat_minor"))
        .with_columns(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no"),
            pl.concat_str("order_key", pl.lit("/"), "kind", pl.lit("/1")).alias("document_key"),
            pl.concat_str(pl.col("kind").replace_strict(prefix), pl.col("order_number").str.slice(1)).alias("number"),
            pl.concat_str("order_key", pl.lit("/"), "applies").alias("applies_to_key"),
            pl.when(pl.col("applies").is_not_null()).then(pl.concat_str(pl.lit("RT-"), pl.col("order_number").str.slice(1))).alias("applies_to_number"),
            (pl.col("total_minor") - pl.col("vat_minor")).alias("net_minor"),
            pl.col("vat_minor").alias("vat_by_line_minor"), pl.col("total_minor").alias("gross_minor"),
            pl.lit(0).alias("discount_minor"), pl.lit(1).alias("revision"), pl.lit("included").alias("vat_mode"),
            pl.col("ordered_on").alias("issued_on"), pl.col("ordered_on").alias("due_on"),
            pl.lit("ONLINE").alias("contact_code"), pl.col("customer_name").alias("contact_name"),
            pl.when(moved).then("ordered_on").alias("paid_on"), pl.when(moved).then("total_minor").otherwise(0).alias("paid_minor"),
            pl.when(moved).then("payment_method").alias("payment_method"),
            pl.col("kind").is_in(["receipt", "credit_note"]).alias("is_tax_invoice"),
            pl.lit("").alias("remark"), pl.lit("paid-order-gets-receipt").alias("reason"),
        )
    )  # fmt: skip
    return fill(made, DOCUMENTS), _lines(made)


def _lines(documents: pl.DataFrame) -> pl.DataFrame:
    n = pl.col("order_no").cast(pl.Int64)
    count = pl.when(pl.col("kind") == "payment").then(0).otherwise(1 + n % 2)
    first = pl.when(pl.col("lines") == 2).then(pl.col("total_minor") // 3).otherwise(pl.col("total_minor"))
    last = pl.col("line_no") == pl.col("lines")
    rest = pl.col("lines") == 2
    amount = pl.when(rest & last).then(pl.col("total_minor") - pl.col("total_minor") // 3).otherwise(first)
    vat_first = (14 * (pl.col("total_minor") // 3) + 107) // 214
    vat = pl.when(~rest).then("vat_minor").when(last).then(pl.col("vat_minor") - vat_first).otherwise(vat_first)
    made = (
        documents.with_columns(count.alias("lines"))
        .filter(pl.col("lines") > 0)
        .with_columns(pl.int_ranges(1, pl.col("lines") + 1).alias("line_no"))
        .explode("line_no", empty_as_null=False)
        .with_columns(amount.alias("amount_minor"), vat.alias("vat_minor"), (pl.col("row") + pl.col("line_no") - 1).alias("row"))
        .with_columns(
            pl.lit("product").alias("kind"), pl.lit("vat7").alias("vat_code"), pl.lit(1000).alias("quantity_milli"),
            pl.concat_str(pl.lit("P"), ((n * 3 + pl.col("line_no")) % 500).cast(pl.String).str.zfill(4)).alias("product_code"),
            pl.concat_str(pl.lit("00"), ((n * 3 + pl.col("line_no")) % 500 + 1000).cast(pl.String)).alias("sku"),
            _pick(_GOODS, n + pl.col("line_no")).alias("description"), pl.lit(None).alias("account_code"),
            pl.col("amount_minor").alias("unit_price_minor"), (pl.col("amount_minor") - pl.col("vat_minor")).alias("net_minor"),
            pl.lit(0).alias("discount_minor"),
        )
    )  # fmt: skip
    return fill(made, DOCUMENT_LINES)


def _postings(documents: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind").cast(pl.String)
    money = pl.when(kind == "invoice").then(pl.lit("113101")).otherwise("payment_method").fill_null("113101")
    legs = [
        ("1", money, pl.col("total_minor"), kind.is_in(["credit_note", "void"])),
        ("2", pl.when(kind == "payment").then(pl.lit("113101")).otherwise(pl.lit("410101")), -pl.when(kind == "payment").then("total_minor").otherwise("net_minor"), kind.is_in(["credit_note", "void"])),
        ("3", pl.lit("215101"), -pl.when(kind == "payment").then(0).otherwise("vat_minor"), kind.is_in(["credit_note", "void"])),
    ]  # fmt: skip
    parts = []
    for number, account, value, turned in legs:
        signed = pl.when(turned).then(-value).otherwise(value)
        parts.append(
            documents.select(
                "doc_no", pl.lit(int(number)).alias("posting_no"), account.alias("account_code"), signed.alias("value")
            )
        )
    made = pl.concat(parts).filter(pl.col("value") != 0).sort("doc_no", "posting_no")
    value = pl.col("value")
    return fill(
        made.with_columns(
            value.clip(lower_bound=0).alias("debit_minor"), (-value).clip(lower_bound=0).alias("credit_minor")
        ),
        POSTINGS,
    )


def _results(base: pl.DataFrame) -> pl.DataFrame:
    way, total = pl.col("way"), pl.col("total_minor")
    credit = total * 300 // 1000
    held = way.is_in([0, 2])
    planned = (
        pl.when(way == 5)
        .then(total - credit)
        .when(way.is_in([6, 7]))
        .then(-total)
        .when(way >= 4)
        .then(total)
        .otherwise(0)
    )
    posted = pl.when(way.is_in([3, 6, 7])).then(total).otherwise(0)
    made = base.with_columns(
        pl.when(held).then(pl.lit("held")).when(way == 1).then(pl.lit("ignored")).when(way == 3).then(pl.lit("posted")).otherwise(pl.lit("documents")).alias("disposition"),
        pl.when(way == 0).then(pl.lit("product-not-linked")).when(way == 2).then(pl.lit("currency-foreign")).when(way == 1).then(pl.lit("not-due")).otherwise(pl.lit("paid-order-gets-receipt")).alias("reason"),
        planned.alias("planned_minor"), posted.alias("posted_minor"),
        pl.when(held).then(total).otherwise(0).alias("held_minor"), pl.when(way == 1).then(total).otherwise(0).alias("ignored_minor"),
    ).with_columns((pl.col("planned_minor") + pl.col("posted_minor") + pl.col("held_minor") + pl.col("ignored_minor")).alias("truth_minor"))  # fmt: skip
    return fill(made, ORDER_RESULTS)


def _logs(base: pl.DataFrame, documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    n = pl.col("doc_no").cast(pl.Int64)
    at = pl.lit(dt.datetime(2026, 7, 1, 2, 0, 0, tzinfo=dt.UTC)) + pl.duration(seconds=n)
    refused = n % 50 == 49
    sent = documents.with_columns(
        pl.col("kind").cast(pl.String), pl.when(refused).then(pl.lit("refused")).otherwise(pl.lit("posted")).alias("state"),
        pl.when(~refused).then(pl.concat_str(pl.lit("a1b2c3d4-0000-4000-8000-"), n.cast(pl.String).str.zfill(12))).alias("ledger_id"),
        pl.when(~refused).then("number").alias("ledger_number"), pl.lit(1).alias("attempts"),
        pl.when(refused).then(pl.lit("220: ข้อมูลผู้ติดต่อไม่ถูกต้อง")).alias("words"), at.alias("updated_at"),
        pl.lit(1).alias("attempt"), at.alias("started_at"), (at + pl.duration(seconds=1)).alias("finished_at"),
        pl.when(refused).then(pl.lit("220")).otherwise(pl.lit("200")).alias("code"), pl.lit(DIGEST).alias("request_digest"),
    )  # fmt: skip
    stamp = "2026-07-01T01:00:00Z"
    file_row = {
        "file": FILE, "digest": DIGEST, "name": "orders_export_มิถุนายน.csv", "size": 123_456, "kept_at": stamp, "source": "shopify",
        "currency": "THB", "rows_stated": base.height * 2, "rows_read": base.height * 2, "orders": base.height,
        "total_read_minor": int(base["total_minor"].sum() or 0),
    }  # fmt: skip
    approval = {
        "batch_id": "B-2026-06-001", "approved_at": stamp, "approved_by": "Somsri", "company_id": "c-1", "plan_digest": DIGEST,
        "documents": documents.height, "total_minor": int(documents["total_minor"].sum() or 0),
    }  # fmt: skip
    mapping = {
        "changed_at": stamp,
        "changed_by": "Nok",
        "kind": "product",
        "key": "001000",
        "new": "P0001",
        "reason": "exact SKU",
    }
    events = [
        {
            "event_no": number,
            "at": stamp,
            "kind": kind,
            "who": "Nok",
            "subject": "B-2026-06-001",
            "detail": "{}",
            "digest": digest,
        }
        for number, kind, digest in ((1, "imported", DIGEST), (2, "planned", DIGEST[::-1]), (3, "approved", CHAIN))
    ]
    return {
        "outbox": fill(sent, OUTBOX), "attempts": fill(sent.rename({"state": "result"}), ATTEMPTS), "files": log_frame([file_row], FILES),
        "approvals": log_frame([approval], APPROVALS), "mappings": log_frame([mapping], MAPPINGS), "events": log_frame(events, EVENTS),
    }  # fmt: skip
