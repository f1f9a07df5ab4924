"""The same job done plainly in DuckDB: read, join, allocate, VAT, documents, journal, Parquet. A yardstick, no product.

Like `bench.pandas_chain`: no findings, no provenance, no lifecycle, no kept file, no checks. Amounts are whole satang.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

MONEY = ("Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount")

ORDERS = """
CREATE TABLE orders AS
SELECT "Name" AS name, "Financial Status" AS status, "Payment Method" AS method, "Source" AS channel,
  "Billing Name" AS buyer, "Currency" AS currency, "Id" AS id,
  strptime("Created at", '%Y-%m-%d %H:%M:%S %z') AS created, {money}, min_row AS first_row
FROM (SELECT *, row_no AS min_row FROM raw WHERE "Financial Status" IS NOT NULL);
CREATE TABLE channels AS SELECT DISTINCT method, '111101' AS account FROM orders;
CREATE TABLE products AS SELECT DISTINCT "Lineitem sku" AS sku, 'P-' || "Lineitem sku" AS product FROM raw
  WHERE "Lineitem sku" IS NOT NULL;
"""
LINES = """
CREATE TABLE lines AS
SELECT r.row_no, r."Name" AS name, r."Lineitem sku" AS sku, p.product, r."Lineitem name" AS title,
  CAST(r."Lineitem quantity" AS BIGINT) AS quantity,
  CAST(r."Lineitem quantity" AS BIGINT) * {price} AS amount, {discount} AS discount,
  r."Lineitem sku" IS NULL AS tip
FROM raw r LEFT JOIN products p ON p.sku = r."Lineitem sku";
"""
ALLOCATED = """
CREATE TABLE allocated AS
WITH sums AS (
  SELECT name, sum(CASE WHEN tip THEN 0 ELSE amount END)::BIGINT AS goods, sum(discount)::BIGINT AS given
  FROM lines GROUP BY name
), shares AS (
  SELECT l.*, s.goods, s.goods - o."Subtotal" - s.given AS left_over,
    CASE WHEN tip OR s.goods = 0 THEN 0 ELSE l.amount END * (s.goods - o."Subtotal" - s.given) AS exact
  FROM lines l JOIN sums s USING (name) JOIN orders o USING (name)
), floors AS (
  SELECT *, CASE WHEN goods > 0 THEN exact // goods ELSE 0 END AS share,
    CASE WHEN goods > 0 THEN exact % goods ELSE 0 END AS remainder
  FROM shares
), ranked AS (
  SELECT *, left_over - sum(share) OVER (PARTITION BY name) AS missing,
    row_number() OVER (PARTITION BY name ORDER BY remainder DESC, row_no) AS place
  FROM floors
)
SELECT row_no, name, sku, product, title, quantity, amount,
  discount + share + CASE WHEN place <= missing THEN 1 ELSE 0 END AS discount,
  (14 * (amount - discount - share - CASE WHEN place <= missing THEN 1 ELSE 0 END) + 107) // 214 AS vat
FROM ranked;
"""
DOCUMENTS = """
CREATE TABLE documents AS
WITH paid AS (
  SELECT o.*, c.account FROM orders o LEFT JOIN channels c USING (method)
  WHERE status IN ('paid', 'partially_refunded', 'refunded') AND "Total" > 0
), both_kinds AS (
  SELECT *, 'receipt' AS kind, 'RT-' || ltrim(name, '#') AS number FROM paid
  UNION ALL
  SELECT *, 'credit_note' AS kind, 'CN-' || ltrim(name, '#') AS number FROM paid WHERE status = 'refunded'
)
SELECT row_number() OVER (ORDER BY first_row, kind DESC) - 1 AS document, *, "Total" AS total,
  (14 * "Total" + 107) // 214 AS vat, "Total" - (14 * "Total" + 107) // 214 AS net
FROM both_kinds;
"""
JOURNAL = """
CREATE TABLE journal AS
SELECT document, posting, account, CASE WHEN in_debit THEN amount ELSE 0 END AS debit,
  CASE WHEN in_debit THEN 0 ELSE amount END AS credit
FROM (
  SELECT document, 0 AS posting, account, total AS amount, kind = 'receipt' AS in_debit FROM documents
  UNION ALL SELECT document, 1, '410101', net, kind <> 'receipt' FROM documents
  UNION ALL SELECT document, 2, '215301', vat, kind <> 'receipt' FROM documents
) WHERE amount > 0 ORDER BY document, posting;
"""


def run(path: Path, folder: Path, columns: list[str]) -> dict[str, Any]:
    """Do the job; returns the figures by which all three are compared."""
    base = duckdb.connect()
    wanted = ", ".join(f'"{column}"' for column in columns)
    base.execute(
        f"CREATE TABLE raw AS SELECT {wanted}, row_number() OVER () AS row_no "
        f"FROM read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    )
    money = ", ".join(f'{_satang(column)} AS "{column}"' for column in MONEY)
    base.execute(ORDERS.format(money=money))
    base.execute(LINES.format(price=_satang("Lineitem price", "r."), discount=_satang("Lineitem discount", "r.")))
    for statement in (ALLOCATED, DOCUMENTS, JOURNAL):
        base.execute(statement)
    base.execute(f"COPY documents TO '{folder}/documents.parquet' (FORMAT parquet, COMPRESSION lz4_raw)")
    base.execute(f"COPY journal TO '{folder}/journal.parquet' (FORMAT parquet, COMPRESSION lz4_raw)")
    base.execute(
        "COPY (SELECT d.document, a.* FROM allocated a JOIN documents d USING (name)) "
        f"TO '{folder}/lines.parquet' (FORMAT parquet, COMPRESSION lz4_raw)"
    )
    documents, total = base.execute("SELECT count(*), sum(total)::BIGINT FROM documents").fetchone() or (0, 0)
    postings, debit = base.execute("SELECT count(*), sum(debit)::BIGINT FROM journal").fetchone() or (0, 0)
    return {"documents": documents, "total_minor": total, "postings": postings, "debit_minor": debit}


def _satang(column: str, prefix: str = "") -> str:
    """Return the expression for an amount of two decimals as whole satang."""
    return f"coalesce(CAST(replace({prefix}\"{column}\", '.', '') AS BIGINT), 0)"
