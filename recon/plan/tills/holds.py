"""What keeps a till's record from becoming documents: every reason at once, each with what to do and where to set it."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather
from recon.match.till_cash import is_by_count
from recon.plan.columns import mask_of
from recon.plan.findings import said_already
from recon.plan.left_out import left_out_holds, with_details
from recon.plan.tills.invoices import money_back, nameless
from recon.plan.tills.work import Tills
from recon.plan.verdict import hold_acting, mask_of_keys

_AHEAD: Final = dt.timedelta(days=1)
_PART: Final = (
    "order_no", "payment_channel", "payment_method", "account_code", "amount_minor", "is_gone", "needs_project",
)  # fmt: skip
PROBLEM_CODES: Final = {
    "group-not-mapped": "group-not-mapped", "account-unknown": "account-unknown", "tax-not-mapped": "vat-code-missing",
    "tax-item-gone": "vat-code-gone", "vat-code-rate": "vat-code-rate", "vat-code-locked": "vat-code-locked",
}  # fmt: skip
"""What match finds wrong with a line's account or VAT code, and the finding that says it here."""


def hold_tills(work: Tills, acting: pl.Series) -> list[pl.DataFrame]:
    """Hold acting records that cannot go on; return the findings about records and lines."""
    orders, verdicts, inputs = work.orders, work.verdicts, work.inputs
    told = with_details(orders, inputs.left_out)
    verdicts.orders = pl.concat(
        [
            told,
            work.department.to_frame("_department"),
            work.project.to_frame("_project"),
            _paid(work),
            work.amounts.select("amount_minor"),
            _expected(work),
        ],
        how="horizontal",
    )
    said = mask_of_keys(orders, said_already(inputs.findings, "currency-foreign"))
    undecided = ~work.reports & (work.connection.till.invoices == "hold")
    decided = acting & ~undecided
    hold_acting(
        verdicts,
        acting,
        [
            *left_out_holds(told, inputs.left_out),
            (
                (orders["currency"] != inputs.currency) & ~said,
                "currency-foreign",
                {"column": pl.lit("currency"), "value": pl.col("currency")},
            ),
            (undecided, "till-invoices-undecided", {}),
            (_closed(work), "day-closed", {"column": pl.lit("ordered_on"), "detail": _closed_words(work)}),
            (_to_come(work), "day-to-come", {"column": pl.lit("ordered_on"), "value": _day()}),
            (_does_not_foot(work) & ~undecided, "does-not-foot", {"detail": _foot_words()}),
            *_department_holds(work, decided),
            *_project_holds(work, decided),
            *_count_holds(work),
            *_invoice_holds(work, decided),
        ],
    )
    verdicts.orders = orders
    found = [_line_findings(work, decided), _money_findings(work, decided)]
    return [*verdicts.findings, *found, *_count_warnings(work, acting)]


def _paid(work: Tills) -> pl.DataFrame:
    """Return what the payments of each record come to, and whether every one states its amount."""
    sums = work.inputs.payments.group_by("order_no").agg(
        pl.col("amount_minor").sum().alias("_paid"), pl.col("amount_minor").is_null().any().alias("_unstated")
    )
    dense = work.orders.select("order_no").join(sums, on="order_no", how="left", maintain_order="left")
    return dense.select(pl.col("_paid").fill_null(0), pl.col("_unstated").fill_null(value=False))


def _does_not_foot(work: Tills) -> pl.Series:
    """Return which records' lines, or whose payments, do not come to their total."""
    frame, total = work.verdicts.orders, pl.col("total_minor")
    told = mask_of_keys(work.orders, said_already(work.inputs.findings, "does-not-foot"))
    payments = pl.lit(work.reports) & ((pl.col("_paid") != total) | pl.col("_unstated"))
    return frame.select(((pl.col("amount_minor") != total) | payments) & ~pl.lit(told)).to_series()


def _foot_words() -> pl.Expr:
    unknown = pl.when("_unstated").then(pl.lit(" and more without an amount")).otherwise(pl.lit(""))
    return pl.format(
        "Lines {}, payments {}{}, total {}.",
        plain_text("amount_minor"), plain_text("_paid"), unknown, plain_text("total_minor"),
    )  # fmt: skip


def _closed(work: Tills) -> pl.Series:
    """Return which records fall on a day of the ledger's closed books."""
    until = work.inputs.closed_until
    if until is None:
        return pl.repeat(value=False, n=work.orders.height, dtype=pl.Boolean, eager=True)
    return work.orders["ordered_on"] <= until


def _to_come(work: Tills) -> pl.Series:
    """Return which records fall on a day after today; a till closed after midnight may be a day ahead of this computer."""
    return work.orders["ordered_on"] > work.inputs.today + _AHEAD


def _day() -> pl.Expr:
    return pl.col("ordered_on").dt.to_string("%Y-%m-%d")


def _closed_words(work: Tills) -> pl.Expr:
    until = work.inputs.closed_until
    closed = pl.lit(until.isoformat() if until else "")
    return pl.format("{} is not after {}.", _day(), closed)


def _department_holds(work: Tills, decided: pl.Series) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return what the department of a record lacks: one that an account needs, or one the ledger has."""
    codes = work.inputs.ledger_departments
    table = pl.lit(f"[connections.{work.inputs.connection_name}.till.departments]")
    place = {"column": pl.lit("sales_channel"), "value": pl.col("sales_channel")}
    unknown = work.department.is_not_null() & ~work.department.is_in(list(codes)) & bool(codes)
    needed = _about(work, "needs_department") & work.department.is_null()
    named = pl.format('"{}" = "{}" stands under {}.', "sales_channel", "_department", table)
    asked = pl.format('Set under {}: "{}" = "CODE".', table, "sales_channel")
    return [
        (unknown.fill_null(value=False) & decided, "department-unknown", {**place, "detail": named}),
        (needed & decided, "department-missing", {**place, "detail": asked}),
    ]


def _project_holds(work: Tills, decided: pl.Series) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return records whose project the ledger does not have; that an account needs one is said line by line."""
    codes = work.inputs.ledger_projects
    unknown = work.project.is_not_null() & ~work.project.is_in(list(codes)) & bool(codes)
    named = pl.format('"{}" = "{}" stands under {}.', "sales_channel", "_project", _projects_table(work))
    place = {"column": pl.lit("sales_channel"), "value": pl.col("sales_channel"), "detail": named}
    return [(unknown.fill_null(value=False) & decided, "project-unknown", place)]


def _projects_table(work: Tills) -> pl.Expr:
    return pl.lit(f"[connections.{work.inputs.connection_name}.till.projects]")


def _lacks_project(work: Tills, order_no: pl.Series) -> pl.Series:
    """Return per line or part whether no project is set for the place of its record."""
    return work.project.is_null().gather(order_no).alias("_no_project")


def _invoice_holds(work: Tills, decided: pl.Series) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return sales on account that name nobody, or on which money went back."""
    holds = [nameless(work.buyers), money_back(work.paid, work.orders.height)]
    return [(mask & decided & ~work.reports, code, columns) for mask, code, columns in holds]


def _about(work: Tills, flag: str) -> pl.Series:
    """Return per record whether one of its lines or payments has this flag."""
    lined, paid = work.lines.filter(pl.col(flag)), work.money.parts.filter(pl.col(flag))
    return mask_of(pl.concat([lined["order_no"], paid["order_no"]]), work.orders.height)


def _count_holds(work: Tills) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return settlements whose cash nobody counted, or whose count has nothing to be compared with."""
    if work.connection.till.counting == "off":
        return []
    cash, reports = work.money.cash, work.reports
    uncounted = reports & cash["counted_minor"].is_null() & cash["has_cash"]
    no_float = reports & cash["counted_minor"].is_not_null() & cash["expected_minor"].is_null()
    holds = work.connection.till.counting == "hold"
    if (
        work.connection.till.counting == "till"
    ):  # a recorded difference must not be lost where there is no float to hold it against
        told = mask_of(work.inputs.payments.filter(is_by_count())["order_no"], work.orders.height)
        return [(reports & told & cash["expected_minor"].is_null(), "opening-float-missing", {})]
    return [
        (uncounted & holds, "count-missing", {"detail": pl.col("_expected")}),
        (no_float & holds, "opening-float-missing", {}),
    ]


def _expected(work: Tills) -> pl.DataFrame:
    """Return what should be in each drawer, in words; null where it is not known."""
    words = pl.format("{} should be in the drawer.", plain_text("expected_minor"))
    return work.money.cash.select(words.alias("_expected"))


def _count_warnings(work: Tills, acting: pl.Series) -> list[pl.DataFrame]:
    """Return a warning per settlement that goes out without its cash being counted."""
    if work.connection.till.counting != "warn":
        return []
    cash = work.money.cash
    lacking = cash["counted_minor"].is_null() | cash["expected_minor"].is_null()
    mask = acting & work.verdicts.free() & work.reports & lacking & cash["has_cash"]
    about = pl.concat([work.orders, _expected(work)], how="horizontal").filter(mask)
    return [findings_from(about, "count-left-out", amount_minor=pl.col("total_minor"), detail=pl.col("_expected"))]


def _line_findings(work: Tills, decided: pl.Series) -> pl.DataFrame:
    """Hold records with lines that have no account or no VAT code the ledger takes; return a finding per line and reason."""
    by_product = ~work.reports & (work.connection.till.invoices == "order")
    mine = work.lines.filter(decided.gather(work.lines["order_no"]))
    mine = mine.with_columns(
        by_product.gather(mine["order_no"]).alias("_product"), _lacks_project(work, mine["order_no"])
    )
    name = pl.coalesce("name", "sku", pl.col("kind").cast(pl.String))
    booked = ~pl.col("_product")
    said = pl.format("{}: {}", name, pl.col("detail").fill_null("No account is named for it."))
    reasons: list[tuple[str, pl.Expr, pl.Expr]] = [
        ("product-not-linked", pl.col("_product") & pl.col("product_code").is_null(), pl.format("{} is not linked.", name)),
        *((code, booked & (pl.col("problem") == problem), said) for problem, code in PROBLEM_CODES.items()),
        ("project-required", booked & pl.col("needs_project") & pl.col("_no_project"), pl.format("{}: account {} takes nothing without a project.", name, "account_code")),
    ]  # fmt: skip
    return _held(work, mine, reasons)


def _money_findings(work: Tills, decided: pl.Series) -> pl.DataFrame:
    """Hold settlements whose means of payment have no account the ledger takes; return a finding per part and reason."""
    later = work.paid.with_columns(pl.lit(value=False).alias(name) for name in ("is_gone", "needs_project"))
    parts = pl.concat([work.money.parts.select(_PART), later.select(_PART)])
    mine = parts.filter(decided.gather(parts["order_no"]))
    mine = mine.with_columns(
        pl.lit(None, dtype=pl.UInt32).alias("row"),
        pl.col("payment_channel").alias("sku"),
        _lacks_project(work, mine["order_no"]),
    )
    name = pl.col("payment_channel")
    mapped = pl.col("account_code").is_not_null()
    reasons: list[tuple[str, pl.Expr, pl.Expr]] = [
        ("channel-not-mapped", pl.col("payment_method").is_null(), pl.lit(None, dtype=pl.String)),
        ("account-unknown", mapped & pl.col("is_gone"), pl.format("{}: account {} is not in the ledger's chart as last read.", name, "account_code")),
        ("project-required", mapped & pl.col("needs_project") & pl.col("_no_project"), pl.format("{}: account {} takes nothing without a project.", name, "account_code")),
    ]  # fmt: skip
    return _held(work, mine, reasons, column="payment_channel")


def _held(
    work: Tills, mine: pl.DataFrame, reasons: list[tuple[str, pl.Expr, pl.Expr]], column: str = "sku"
) -> pl.DataFrame:
    """Hold the records of these lines for every reason that applies, and say it once per record, line and reason."""
    orders, found = work.orders, []
    for code, applies, detail in reasons:
        some = mine.filter(applies).unique(["order_no", "sku"], keep="first", maintain_order=True)
        if some.is_empty():
            continue
        work.verdicts.settle(mask_of(some["order_no"], orders.height), code, hold=True)
        place = some["order_no"]
        about = some.with_columns(
            orders["order_key"].gather(place).alias("order_key"), orders["file"].gather(place).alias("file"),
            pl.coalesce("row", pl.lit(orders["row"].gather(place))).alias("row"),
        )  # fmt: skip
        found.append(
            findings_from(
                about, code, column=column, value=pl.col("sku"), amount_minor=pl.col("amount_minor"), detail=detail
            )
        )
    return gather(found)
