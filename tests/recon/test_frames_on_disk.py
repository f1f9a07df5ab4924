"""Frames on disk: written side by side, linked where they lie already, whole or not there at all."""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from recon.errors import StoreError
from recon.frames.parquet import digest_files, read_facts, read_frame, write_frames

ORDERS = pl.DataFrame({"order_no": [0, 1, 2], "total_minor": [10_700, 21_400, 5]})
LINES = pl.DataFrame({"order_no": [0, 0, 1], "name": ["เสื้อ", None, "mug"]})


def test_frames_come_back_as_they_were_with_their_facts(tmp_path):
    folder = write_frames(tmp_path / "set", {"orders": ORDERS, "lines": LINES}, {"rows": 3})
    assert_frame_equal(read_frame(folder, "orders"), ORDERS)
    assert_frame_equal(read_frame(folder, "lines"), LINES)
    assert read_facts(folder) == {"rows": 3}
    assert sorted(path.name for path in folder.iterdir()) == ["facts.json", "lines.parquet", "orders.parquet"]


def test_a_frame_that_lies_there_already_is_linked_not_written_again(tmp_path):
    first = write_frames(tmp_path / "intake", {"orders": ORDERS}, {})
    written = {"orders": first / "orders.parquet"}
    plan = write_frames(tmp_path / "plan", {"lines": LINES}, {}, written=written)
    assert (plan / "orders.parquet").stat().st_ino == (first / "orders.parquet").stat().st_ino
    alone = write_frames(tmp_path / "alone", {"orders": ORDERS, "lines": LINES}, {})
    assert digest_files(plan, ("orders", "lines")) == digest_files(alone, ("orders", "lines"))


def test_a_drive_without_links_gets_a_copy(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(95, "not supported")

    first = write_frames(tmp_path / "intake", {"orders": ORDERS}, {})
    monkeypatch.setattr(os, "link", refuse)
    plan = write_frames(tmp_path / "plan", {"lines": LINES}, {}, written={"orders": first / "orders.parquet"})
    assert (plan / "orders.parquet").stat().st_ino != (first / "orders.parquet").stat().st_ino
    assert_frame_equal(read_frame(plan, "orders"), ORDERS)


def test_f06_a_frame_that_cannot_be_written_leaves_no_folder(tmp_path, monkeypatch):
    plain = pl.DataFrame.write_parquet

    def full(frame: pl.DataFrame, path: object, **options: object) -> None:
        if "lines" in str(path):
            raise OSError(28, "No space left on device")
        plain(frame, path, **options)

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(StoreError, match="is full"):
        write_frames(tmp_path / "set", {"orders": ORDERS, "lines": LINES}, {})
    assert not (tmp_path / "set").exists()
    monkeypatch.undo()
    write_frames(tmp_path / "set", {"orders": ORDERS, "lines": LINES}, {})
    assert_frame_equal(read_frame(tmp_path / "set", "lines"), LINES)


def test_the_digest_covers_names_order_and_bytes(tmp_path):
    folder = write_frames(tmp_path / "set", {"orders": ORDERS, "lines": LINES}, {})
    each = [
        f"{name}:{hashlib.sha256((folder / f'{name}.parquet').read_bytes()).hexdigest()}\n"
        for name in ("orders", "lines")
    ]
    assert digest_files(folder, ("orders", "lines")) == hashlib.sha256("".join(each).encode()).hexdigest()
    assert digest_files(folder, ("orders", "lines")) != digest_files(folder, ("lines", "orders"))


def test_several_threads_may_make_the_same_frames(tmp_path):
    """Screens ask several questions at once; each finds the folder whole, whoever made it."""
    frames = {f"part{n}": pl.DataFrame({"a": list(range(20_000))}) for n in range(4)}
    gate = threading.Barrier(6)

    def make(_number: int) -> int:
        gate.wait(timeout=10)
        return read_frame(write_frames(tmp_path / "set", frames, {}), "part3").height

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(make, range(6))) == [20_000] * 6
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
