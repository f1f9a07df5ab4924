"""Documents of tills in the books of a ledger: which voucher is which settlement or invoice, why we think so, how surely.

A voucher of another integration does not carry our number. In order, each looked for where the one before found nothing:

1. *number*: our own mark, the company's number with the document's, as in ``[999999999/K1/214]``; or the document's number;
2. *reference*: the same in the voucher's reference;
3. *word*: the document's number as a word of its own in the text, or of a settlement the number of its Z report ("Z214",
   "Z-rapport 214") with the same register, the same sum, or no other settlement of that number near;
4. *amount*: the same sum within a day, and nothing else on either side that it could be.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import fold
from recon.match.elsewhere import RECOGNISED, Surety, Way
from recon.match.keys import fold_distinct

NEAR_DAYS: Final = 3
"""A voucher with the number of a Z report lies at most so many days away: registers count again from 1 some day."""
SAME_DAYS: Final = 1
"""A voucher that only sum and day speak for; the day before is the business day of a till that closes after midnight."""
SETTLEMENT: Final = "settlement"
PAYMENT: Final = "payment"
"""Kind of an entry that only moves money."""
INVOICES: Final = ("invoice", "credit_note")
_Z: Final = r"(?i)(?:^|[^\p{L}\p{N}])z(?:[-\s.:#]*(?:rapport|report|nr|no))?[-\s.:#]*0*([0-9]{1,9})(?:$|[^\p{L}\p{N}])"
_BRACKETS: Final = r"\[([^\[\]]+)\]"
_WORD: Final = r"[\p{L}\p{M}\p{N}#][\p{L}\p{M}\p{N}#/_.\-]*"
_WORD_LENGTH_MIN: Final = 5
"""A shorter number without a register in it may be anything: a quantity, a day."""

PAIRS: Final = pl.Schema({
    "at": pl.UInt32(), "entry_no": pl.UInt32(), "way": Way, "days": pl.Int32(), "is_total": pl.Boolean(),
    "difference_minor": pl.Int64(),
})  # fmt: skip


def recognise_tills(
    documents: pl.DataFrame, entries: pl.DataFrame, *, mark: str, sums: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the documents of a till that seem to stand in the books, as RECOGNISED, in the order of the documents.

    Args:
        documents: DOCUMENTS: settlements, invoices, credit notes and payments of tills.
        entries: LEDGER_ENTRIES that are not ours.
        mark: The company's number, digits only; empty: none is known.
        sums: document_key and sum_minor: what a voucher of a document may come to, beside its total.
    """
    ours, theirs = _ours(documents, mark, sums), entries.filter(~pl.col("is_void"))
    pairs = pairs_by_name(ours, theirs)
    best = pairs.with_columns(pl.len().over("at").cast(pl.UInt32).alias("entries"))
    order = ["at", pl.col("is_total").not_(), "way", pl.col("days").abs(), "entry_no"]
    named = best.sort(order).unique("at", keep="first", maintain_order=True)
    left = ours.join(named, on="at", how="anti", maintain_order="left")
    free = theirs.join(pairs, on="entry_no", how="anti", maintain_order="left")
    alike = _by_amount(left, free).with_columns(pl.lit(1, pl.UInt32).alias("entries"))
    found = pl.concat([named, alike]).sort("at").join(ours, on="at", how="left", maintain_order="left")
    shared = pl.len().over("entry_no") > 1
    surety = (
        pl.when(pl.col("way") == "amount").then(pl.lit("possible"))
        .when((pl.col("entries") > 1) | shared).then(pl.lit("several"))
        .when(~pl.col("is_total")).then(pl.lit("differs"))
        .otherwise(pl.lit("certain"))
    )  # fmt: skip
    return found.select(
        "document_key", "order_key", "entry_no", "way", surety.cast(Surety).alias("surety"), pl.col("days").alias("days_apart"),
        "difference_minor", "entries",
    ).cast(RECOGNISED)  # fmt: skip


def every_pair(
    documents: pl.DataFrame, entries: pl.DataFrame, *, mark: str, sums: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return document_key and entry_no of everything that names a document, also where one is named by several."""
    ours = _ours(documents, mark, sums)
    found = pairs_by_name(ours, entries.filter(~pl.col("is_void")))
    return found.join(ours.select("at", "document_key"), on="at", maintain_order="left").select(
        "document_key", "entry_no", "way"
    )


def z_number(text: pl.Expr) -> pl.Expr:
    """Return the number of the Z report that a text names first; null: it names none."""
    return text.str.extract(_Z)


def _ours(documents: pl.DataFrame, mark: str, sums: pl.DataFrame | None) -> pl.DataFrame:
    """Return the documents with what a voucher may call them and the sums a voucher of them may have."""
    parts = pl.col("payments").list.eval(pl.element().struct.field("amount_minor").clip(0)).list.sum()
    received = pl.when(pl.col("payments").is_null()).then(pl.col("total_minor")).otherwise(parts)
    number = pl.coalesce("number", "order_number")
    made = documents.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"), "document_key", "order_key", pl.col("kind").cast(pl.String),
        pl.col("issued_on").alias("day"), "total_minor", "order_number", number.alias("own"),
        pl.concat_list("total_minor", received).alias("sums"),
    ).with_columns(
        pl.col("order_number").str.extract(r"^(.*)/[^/]*$").alias("register"),
        pl.col("order_number").str.extract(r"/0*([0-9]{1,9})$").alias("z"),
    )  # fmt: skip
    if sums is not None:
        more = sums.group_by("document_key").agg(pl.col("sum_minor").alias("_more"))
        made = made.join(more, on="document_key", how="left", maintain_order="left")
        made = made.with_columns(pl.concat_list("sums", pl.col("_more").fill_null([]))).drop("_more")
    made = made.with_columns(pl.col("sums").list.unique(maintain_order=True))
    tills = pl.col("kind") == SETTLEMENT
    return made.with_columns(
        pl.when(tills).then(pl.col("register")).alias("register"), pl.when(tills).then(pl.col("z")).alias("z"),
        pl.Series("marked", [fold(f"{mark}/{text}") if mark else "" for text in made["own"]], pl.String),
    )  # fmt: skip


def pairs_by_name(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return PAIRS wherever a voucher names a document of ours."""
    names = pl.concat([
        ours.select("at", pl.col("marked").alias("name")), ours.select("at", _folded(ours["own"]).alias("name")),
        ours.select("at", _folded(ours["order_number"]).alias("name")),
    ]).filter(pl.col("name") != "").unique()  # fmt: skip
    said = _signs(theirs).join(names, on="name").group_by("at", "entry_no").agg(pl.col("way").min())
    by_z = _by_z(ours, theirs).join(said, on=["at", "entry_no"], how="anti")
    both = pl.concat([said.select("at", "entry_no", "way"), by_z.select("at", "entry_no", "way")])
    return _measured(both, ours, theirs)


def _signs(theirs: pl.DataFrame) -> pl.DataFrame:
    """Return entry_no, name and way of everything by which vouchers may name a document."""
    text = pl.concat_str(["number", "reference", "remark"], separator=" ", ignore_nulls=True)

    def inside(pattern: str) -> pl.DataFrame:
        return (
            theirs.select("entry_no", text.str.extract_all(pattern).alias("name"))
            .explode("name", empty_as_null=True)
            .drop_nulls()
        )

    brackets = inside(_BRACKETS).with_columns(pl.col("name").str.strip_chars("[]"), pl.lit("number", Way).alias("way"))
    words = inside(_WORD).filter(
        pl.col("name").str.contains("/", literal=True) | (pl.col("name").str.len_chars() >= _WORD_LENGTH_MIN)
    ).with_columns(pl.lit("word", Way).alias("way"))  # fmt: skip
    whole = [
        theirs.select("entry_no", pl.col(column).alias("name"), pl.lit(way, Way).alias("way"))
        for column, way in (("number", "number"), ("reference", "reference"))
    ]
    signs = pl.concat([brackets, words, *whole]).drop_nulls("name")
    return signs.with_columns(_folded(signs["name"]).alias("name")).filter(pl.col("name") != "").unique()


def _by_z(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return at, entry_no and way where a voucher names the number of a Z report that fits."""
    text = pl.concat_str(["reference", "remark"], separator=" ", ignore_nulls=True)
    bare = pl.col("number").str.extract(r"^0*([0-9]{1,9})$")
    said = theirs.select(
        "entry_no", pl.col("issued_on").alias("their_day"), pl.col("total_minor").alias("their_minor"), text.alias("text"),
        z_number(text).alias("said"), bare.alias("bare"),
    ).with_columns(pl.coalesce("said", "bare").alias("z"))  # fmt: skip
    tills = ours.filter(pl.col("z").is_not_null()).select("at", "z", "day", "register", "sums")
    near = (pl.col("their_day") - pl.col("day")).dt.total_days().abs().fill_null(0) <= NEAR_DAYS
    pairs = said.drop_nulls("z").join(tills, on="z").filter(near)
    registers = [name for name in ours["register"].drop_nulls().unique().sort() if name]
    words = pl.concat_str(
        pl.lit(" "), pl.col("text").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.to_lowercase(), pl.lit(" ")
    )
    keys = pl.Series([f" {_as_words(name)} " for name in registers], dtype=pl.String)
    pairs = pairs.with_columns(
        words.str.contains_any(keys.implode()).alias("names_any")
        if registers
        else pl.lit(value=False).alias("names_any"),
        words.str.contains(_as_words_expr(pl.col("register")), literal=True).fill_null(value=False).alias("names_mine"),
        pl.col("sums").list.contains(pl.col("their_minor")).fill_null(value=False).alias("is_total"),
        (pl.len().over("entry_no") == 1).alias("alone"),
    )
    fits = pl.when(pl.col("said").is_null()).then(pl.col("is_total")).otherwise(
        pl.col("is_total") | pl.col("names_mine") | (pl.col("alone") & ~pl.col("names_any"))
    )  # fmt: skip
    return pairs.filter(fits, pl.col("names_mine") | ~pl.col("names_any")).with_columns(
        pl.lit("word", Way).alias("way")
    )


def _as_words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text).split()).lower()


def _as_words_expr(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars().str.to_lowercase()
    return pl.concat_str(pl.lit(" "), plain, pl.lit(" "))


def _by_amount(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return PAIRS that only sum and day speak for, where nothing else on either side comes into question."""
    sums = ours.select("at", "day", "z", pl.col("sums").alias("total_minor")).explode("total_minor", empty_as_null=True)
    text = pl.concat_str(["reference", "remark"], separator=" ", ignore_nulls=True)
    dated = theirs.filter(pl.col("issued_on").is_not_null(), pl.col("total_minor").is_not_null())
    there = dated.select(
        "entry_no", pl.col("issued_on").alias("their_day"), "total_minor", z_number(text).alias("said")
    )
    other = (pl.col("said") != pl.col("z")).fill_null(value=False)  # it says itself that it is another report's
    days = (pl.col("their_day") - pl.col("day")).dt.total_days()
    pairs = (
        sums.join(there, on="total_minor")
        .filter(days.abs() <= SAME_DAYS, ~other)
        .select("at", "entry_no")
        .unique(maintain_order=True)
    )
    alone = pairs.filter((pl.len().over("at") == 1) & (pl.len().over("entry_no") == 1))
    return _measured(alone.with_columns(pl.lit("amount", Way).alias("way")), ours, theirs)


def _measured(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return PAIRS with how far apart day and sum are; the nearest of a document's sums counts."""
    there = theirs.select(
        "entry_no", pl.col("issued_on").alias("their_day"), pl.col("total_minor").alias("their_minor"),
        (pl.col("kind") == PAYMENT).alias("only_pays"),
    )  # fmt: skip
    known = pairs.join(ours.select("at", "kind", "day", "sums", "total_minor"), on="at").join(there, on="entry_no")
    # What is paid on an invoice names the invoice too, and is none.
    known = known.filter(~(pl.col("kind").is_in(INVOICES) & pl.col("only_pays").fill_null(value=False)))
    is_total = pl.col("sums").list.contains(pl.col("their_minor")).fill_null(value=False)
    return known.select(
        "at", "entry_no", "way", (pl.col("their_day") - pl.col("day")).dt.total_days().cast(pl.Int32).alias("days"),
        is_total.alias("is_total"),
        pl.when(is_total).then(0).otherwise(pl.col("their_minor") - pl.col("total_minor")).alias("difference_minor"),
    ).cast(PAIRS).sort("at", "entry_no")  # fmt: skip


def _folded(values: pl.Series) -> pl.Series:
    """Return the keys of texts, each distinct one folded once."""
    distinct = values.unique().drop_nulls()
    keys = pl.DataFrame([distinct.alias("_text"), fold_distinct(distinct).alias("_key")])
    return values.to_frame("_text").join(keys, on="_text", how="left", maintain_order="left")["_key"].fill_null("")
