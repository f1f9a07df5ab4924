"""Files put in their place whole or not at all (F06, F07), and crash points that kill."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from recon.crash import NO_CRASH, KillAt, crash_points_from
from recon.errors import StoreError
from recon.files import atomic_file, atomic_write, make_folder


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_content_lies_there_for_the_owner_only(tmp_path):
    path = atomic_write(tmp_path / "orders.csv", b"a,b\n")
    assert path.read_bytes() == b"a,b\n" and path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["orders.csv"]
    assert make_folder(tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_f06_refused_write_leaves_the_old_file(tmp_path, number):
    path = atomic_write(tmp_path / "audit.xlsx", b"old")
    words = r"audit.xlsx was not written.*What was there before is unchanged"
    with pytest.raises(StoreError, match=words) as caught, atomic_file(path) as place:
        place.temporary.write_bytes(b"ne")
        raise OSError(number, os.strerror(number))
    assert ("is full" in str(caught.value)) == (number == errno.ENOSPC)
    assert path.read_bytes() == b"old" and names(tmp_path) == ["audit.xlsx"]


def test_f06_a_file_that_does_not_read_back_is_not_put_in_place(tmp_path):
    path = atomic_write(tmp_path / "audit.xlsx", b"old")

    def check(written):
        raise ValueError(f"not a zip: {written.read_bytes()!r}")

    with pytest.raises(ValueError, match="not a zip: b'new'"), atomic_file(path, check=check) as place:
        place.temporary.write_bytes(b"new")
    assert path.read_bytes() == b"old" and names(tmp_path) == ["audit.xlsx"]


def test_f06_limit_on_file_size_leaves_the_old_file(tmp_path):
    script = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from recon.errors import StoreError
        from recon.files import atomic_write
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        path = atomic_write(Path(sys.argv[1]) / "audit.xlsx", b"old")
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            atomic_write(path, b"x" * 50_000)
        except StoreError as error:
            print(error)
    """)
    shown = run(script, tmp_path)
    assert "audit.xlsx was not written" in shown.stdout and "is full" in shown.stdout
    assert (tmp_path / "audit.xlsx").read_bytes() == b"old" and names(tmp_path) == ["audit.xlsx"]


@pytest.mark.parametrize("point", ["file.before", "file.after"])
def test_f06_killed_while_writing(tmp_path, point):
    atomic_write(tmp_path / "audit.xlsx", b"old")
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from recon.crash import crash_points_from
        from recon.files import atomic_write
        atomic_write(Path(sys.argv[1]) / "audit.xlsx", b"new", crash=crash_points_from(sys.argv[2]))
    """)
    assert run(script, tmp_path, point).returncode == -signal.SIGKILL
    assert (tmp_path / "audit.xlsx").read_bytes() == (b"new" if point == "file.after" else b"old")


def test_f07_file_held_by_another_program_goes_beside_it(tmp_path, monkeypatch):
    path = atomic_write(tmp_path / "audit.xlsx", b"old")
    replace = Path.replace

    def held(self, target):
        if Path(target) == path:
            raise PermissionError(errno.EACCES, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    for wanted in ("audit (2).xlsx", "audit (3).xlsx"):
        with atomic_file(path, beside_if_locked=True) as place:
            place.temporary.write_bytes(b"new")
        assert place.final.name == wanted and place.final.read_bytes() == b"new"
    assert path.read_bytes() == b"old"
    with pytest.raises(StoreError, match="Close other programs"):
        atomic_write(path, b"new")


def test_crash_points_kill_at_the_visit_named():
    script = textwrap.dedent("""
        import sys
        from recon.crash import crash_points_from
        points = crash_points_from("send.before:3")
        for number in range(1, 9):
            print(number, flush=True)
            points.reach("send.after")
            points.reach("send.before")
    """)
    child = run(script)
    assert child.returncode == -signal.SIGKILL and child.stdout == "1\n2\n3\n"
    assert crash_points_from("") is NO_CRASH and isinstance(crash_points_from("a"), KillAt)


def run(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
