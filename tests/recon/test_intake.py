"""Intake: kept once, whole, under the digest; never a half file, never an outside name (F47, F51, F69, F70)."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recon.errors import AmbiguousFormat, IntakeError, MalformedFile, ReconError, StoreDamaged, UnknownFormat
from recon.intake import identify, keep, keep_bytes
from recon.sources.base import IntakeFile, Reading, ReadOptions, Source
from tests import hostile

NOW = "2026-11-22T03:00:00+00:00"


def put(folder: Path, content: bytes = b"id,total\n1,2.00\n", name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (1_780_000_000, 1_780_000_000))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / ".recon" / "intake"


def listed(store: Path) -> list[str]:
    return sorted(entry.name for entry in store.iterdir())


def test_a_file_is_kept_unchanged_under_its_digest(tmp_path: Path, store: Path) -> None:
    path = put(tmp_path, name="Order.all.20260601_20260630.CSV")
    file = keep(path, store, NOW)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert file == IntakeFile(store / f"{digest}.csv", "Order.all.20260601_20260630.CSV", digest, 16, NOW)
    assert file.path.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert listed(store) == [f"{digest}.csv"]


def test_f47_the_same_content_again_writes_nothing(tmp_path: Path, store: Path) -> None:
    first = keep(put(tmp_path), store, NOW)
    before = first.path.stat()
    again = keep(put(tmp_path, name="renamed copy.csv"), store, NOW)
    assert (again.path, again.digest) == (first.path, first.digest)
    assert again.name == "renamed copy.csv"
    after = first.path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert len(listed(store)) == 1


def test_same_size_but_other_content_is_another_file(tmp_path: Path, store: Path) -> None:
    one = keep(put(tmp_path), store, NOW)
    two = keep(put(tmp_path, b"id,total\n1,3.00\n"), store, NOW)
    assert one.digest != two.digest
    assert len(listed(store)) == 2


def test_a_kept_copy_that_lost_its_content_is_put_right(tmp_path: Path, store: Path) -> None:
    file = keep(put(tmp_path), store, NOW)
    file.path.write_bytes(b"id")
    assert keep(put(tmp_path), store, NOW).path.read_bytes() == b"id,total\n1,2.00\n"


def test_large_files_are_kept_in_pieces(tmp_path: Path, store: Path) -> None:
    content = os.urandom(9 << 20)
    assert keep(put(tmp_path, content), store, NOW).path.read_bytes() == content


def test_bytes_of_an_answer_are_kept_like_a_file(tmp_path: Path, store: Path) -> None:
    file = keep_bytes(b'{"res": 1}', "orders-page-1.json", store, NOW)
    assert file.path.name == f"{file.digest}.json"
    assert keep_bytes(b'{"res": 1}', "orders-page-1.json", store, NOW) == file
    assert keep(put(tmp_path, b'{"res": 1}', "x.json"), store, NOW).path == file.path
    with pytest.raises(IntakeError, match="empty"):
        keep_bytes(b"", "orders-page-2.json", store, NOW)


def test_f51_an_empty_or_unfinished_file_is_refused(tmp_path: Path, store: Path) -> None:
    with pytest.raises(MalformedFile, match="empty"):
        keep(put(tmp_path, b""), store, NOW)
    for name, why in (("a.csv.crdownload", "unfinished"), ("b.part", "unfinished"), ("~$orders.xlsx", "lock file")):
        with pytest.raises(IntakeError, match=why):
            keep(put(tmp_path, name=name), store, NOW)
    assert not store.exists()


def test_f51_a_file_that_grows_while_we_wait_is_refused(tmp_path: Path, store: Path) -> None:
    path = put(tmp_path)
    written = 1_795_316_399.5
    os.utime(path, (written, written))
    waited: list[float] = []

    def grows(seconds: float) -> None:
        waited.append(seconds)
        with path.open("ab") as stream:
            stream.write(b"2,3.00\n")

    with pytest.raises(IntakeError, match="still being written"):
        keep(path, store, "2026-11-22T03:00:00+00:00", wait=grows)
    assert waited == [1.5]
    assert not store.exists() or listed(store) == []
    assert keep(path, store, "2026-11-22T04:00:00+00:00", wait=grows).size == 23


@pytest.mark.parametrize(
    "name",
    [
        "../../escape.csv",
        "a:b.csv",
        "CON",
        "name.csv.",
        "x" * 300 + ".csv",
        "..\\evil.exe",
        "\x1b]0;x\x07.csv",
        "ไฟล์ 1.xlsx",
        "x.sh",
    ],
)
def test_f70_outside_names_never_become_paths(tmp_path: Path, store: Path, name: str) -> None:
    file = keep_bytes(b"x", name, store, NOW)
    assert file.name == name
    assert file.path.parent == store
    assert file.path.name.removeprefix(file.digest) in {".csv", ".xlsx", ".bin"}
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [file.path.name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_f70_links_pipes_and_folders_are_refused_without_hanging(tmp_path: Path, store: Path) -> None:
    (tmp_path / "link.csv").symlink_to(put(tmp_path))
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, why in (
        ("link.csv", "is a link"),
        ("folder.csv", "not a file"),
        ("pipe.csv", "not a file"),
        ("none.csv", "There is no file"),
    ):
        with pytest.raises(IntakeError, match=why):
            keep(tmp_path / name, store, NOW)


def test_f70_a_store_that_leads_elsewhere_is_refused(tmp_path: Path, store: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    store.parent.mkdir()
    store.symlink_to(elsewhere)
    with pytest.raises(StoreDamaged, match="is a link"):
        keep(put(tmp_path), store, NOW)
    assert list(elsewhere.iterdir()) == []


def test_f70_a_planted_link_under_the_digest_is_replaced_not_followed(tmp_path: Path, store: Path) -> None:
    path = put(tmp_path)
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious 16 byte")
    store.mkdir(parents=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (store / f"{digest}.csv").symlink_to(victim)
    file = keep(path, store, NOW)
    assert victim.read_bytes() == b"precious 16 byte"
    assert not file.path.is_symlink()
    assert file.path.read_bytes() == path.read_bytes()


def test_f70_the_original_is_never_touched(tmp_path: Path, store: Path) -> None:
    path = put(tmp_path)
    path.chmod(0o444)
    before = path.stat()
    keep(path, store, NOW)
    after = path.stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_ino) == (after.st_mtime_ns, after.st_mode, after.st_ino)


_CHILD = """
import sys
from pathlib import Path
from recon.crash import crash_points_from
from recon.intake import keep
keep(Path(sys.argv[1]), Path(sys.argv[2]), "2026-11-22T03:00:00+00:00", crash=crash_points_from(sys.argv[3]))
"""


@pytest.mark.parametrize(("point", "kept"), [("intake-file.before", 0), ("intake-file.after", 1)])
def test_f01_killed_while_keeping_leaves_the_whole_file_or_none(
    tmp_path: Path, store: Path, point: str, kept: int
) -> None:
    path = put(tmp_path)
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _CHILD, path, store, point], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len([name for name in listed(store) if not name.startswith(".")]) == kept
    file = keep(path, store, "2099-01-01T00:00:00+00:00")
    assert file.path.read_bytes() == path.read_bytes()
    assert listed(store) == [file.path.name]


class Known(Source):
    """A source that knows files by their first bytes."""

    name = "known"
    platform = "known"
    specification = "none"

    def __init__(self, mark: bytes) -> None:
        self.mark = mark

    def identify(self, file: IntakeFile) -> bool:
        return file.path.read_bytes().startswith(self.mark)

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        raise AssertionError


def test_one_source_is_found_by_content(tmp_path: Path, store: Path) -> None:
    one, other = Known(b"id,"), Known(b"Name,")
    assert identify(keep(put(tmp_path), store, NOW), [one, other]) is one


def test_unknown_format_shows_headings_and_the_next_step(tmp_path: Path, store: Path) -> None:
    file = keep(put(tmp_path, "เลขที่;ยอด\n1;2\n".encode("cp874"), "my orders.csv"), store, NOW)
    with pytest.raises(UnknownFormat) as caught:
        identify(file, [Known(b"Name,")])
    assert str(caught.value) == (
        "my orders.csv: no known format. Headings in row 1: เลขที่, ยอด. Known formats: known. "
        'Next: `recon profile "my orders.csv"` proposes a column profile from these headings.'
    )
    with pytest.raises(UnknownFormat, match="is JSON, but not of a known provider"):
        identify(keep_bytes(b'{"a": 1}', "a.json", store, NOW), [])


def test_two_sources_for_one_file_ask(tmp_path: Path, store: Path) -> None:
    with pytest.raises(AmbiguousFormat, match="known, known"):
        identify(keep(put(tmp_path), store, NOW), [Known(b"id"), Known(b"id,")])


def test_f69_hostile_files_are_refused_before_any_source_sees_them(tmp_path: Path, store: Path) -> None:
    class Never(Known):
        def identify(self, file: IntakeFile) -> bool:
            raise AssertionError

    file = keep(hostile.zip_bomb(tmp_path / "o.xlsx"), store, NOW)
    with pytest.raises(MalformedFile, match=r"o\.xlsx would unpack"):
        identify(file, [Never(b"")])


def test_a_full_disk_keeps_nothing_and_names_the_drive(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recon.files.os.fsync", full)
    with pytest.raises(ReconError, match="is full"):
        keep(put(tmp_path), store, NOW)
    assert listed(store) == []


def test_a_new_file_is_read_while_it_is_hashed_and_a_known_one_is_not(tmp_path: Path, store: Path) -> None:
    seen: list[IntakeFile] = []

    def read(coming: IntakeFile) -> None:
        assert coming.path.read_bytes() == b"id,total\n1,2.00\n"
        assert not list(store.glob("[0-9a-f]*"))  # nothing is kept under a digest yet
        seen.append(coming)

    file = keep(put(tmp_path), store, NOW, meanwhile=read)
    keep(put(tmp_path), store, NOW, meanwhile=read)
    assert len(seen) == 1
    assert (seen[0].name, seen[0].size) == (file.name, file.size)
    assert seen[0].path.parent == store
    assert not seen[0].path.exists()


def test_what_fails_meanwhile_leaves_nothing_behind(tmp_path: Path, store: Path) -> None:
    def fail(coming: IntakeFile) -> None:
        raise RuntimeError(coming.name)

    with pytest.raises(RuntimeError):
        keep(put(tmp_path), store, NOW, meanwhile=fail)
    assert listed(store) == []
