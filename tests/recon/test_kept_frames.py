"""Frames of files that were taken in by earlier versions: read with the columns and kinds of today."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from plan_shop import frames, line, order

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import no_findings
from recon.frames.parquet import write_frames
from recon.frames.schemas import LINE_KINDS
from recon.service.known import frames_by_name, load_frames

OLD_KINDS = pl.Enum(LINE_KINDS[: LINE_KINDS.index("fee")])
BACK = {"sku": "CT01", "amount_minor": 1000, "tax_minor": 70}


def known(*refund_lines: dict[str, object]) -> CanonicalFrames:
    refund = {"amount_minor": 1070, "tax_minor": 70, "lines": refund_lines}
    made = frames([order("1", line(), line("MUG", 2140), refunds=(refund,))])
    return CanonicalFrames(**made, findings=no_findings()).checked()


def test_frames_of_an_earlier_version_are_read_as_today_s(tmp_path: Path) -> None:
    today = known()
    old = frames_by_name(today)
    old["lines"] = old["lines"].with_columns(pl.col("kind").cast(pl.String).cast(OLD_KINDS))
    old["refunds"] = old["refunds"].drop("tax_minor")
    write_frames(tmp_path / "set", old, {"stated": [], "notes": []})
    read = load_frames(tmp_path / "set").checked()
    assert read.lines.equals(today.lines)
    assert read.refunds["tax_minor"].to_list() == [None]
    assert read.refund_lines.is_empty()


def test_what_refunds_consist_of_is_kept_only_where_a_source_says_it(tmp_path: Path) -> None:
    folder = write_frames(tmp_path / "set", frames_by_name(known(BACK)), {"stated": [], "notes": []})
    assert load_frames(folder).refund_lines.equals(known(BACK).refund_lines)
    bare = write_frames(tmp_path / "bare", frames_by_name(known()), {"stated": [], "notes": []})
    assert not (bare / "refund_lines.parquet").exists()
