"""What a reading of a till's file takes from the settings: company, end of the day, keys of signatures; nothing secret is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.config.till import SIGNATURE_SECRET, Till
from recon.sources.base import DAY_ENDS_FIELD, SIGNATURES_FIELD, ReadOptions
from tests.clock import FakeClock
from tests.shell import Shell
from tests.till_world import begun


def test_defaults_say_nothing() -> None:
    assert Till().reading_fields() == ()
    assert Till().secret_names() == ()


def test_what_is_set_is_said() -> None:
    by_key = Till(day_ends="06:00", signatures="public-key", signature_key="keys/till.pem")
    assert by_key.reading_fields() == ((DAY_ENDS_FIELD, "06:00"), (SIGNATURES_FIELD, "public-key"))
    assert Till(signatures="shared-key").secret_names() == (SIGNATURE_SECRET,)


@pytest.mark.parametrize("wrong", [{"signatures": "public-key"}, {"signature_key": "till.pem"}])
def test_key_and_file_belong_together(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="belong together"):
        Till.model_validate(wrong)


def test_the_secret_is_written_nowhere() -> None:
    options = ReadOptions("till", "kafe", "NOK", "Europe/Oslo", secret=lambda: "hidden")
    assert "secret" not in options.stored()
    assert "hidden" not in repr(options)


def _keyed(shell: Shell, lines: str) -> None:
    path = shell.root / "recon.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('day_ends = "00:00"', f'day_ends = "00:00"\n{lines} #', 1),
        encoding="utf-8",
    )


def test_connect_takes_the_shared_key_and_nothing_of_the_workspace_holds_it(tmp_path: Path) -> None:
    shell = begun(tmp_path, FakeClock())
    _keyed(shell, 'signatures = "shared-key"')
    shell("connect", "--stdin", "--keep", "file", stdin="signature_secret=fjord-og-fjell\n").expect(
        4
    )  # accounts are missing
    found = shell.json("plan")
    assert "till-signature-wrong" in str(found)
    kept = [path for path in shell.root.rglob("*") if path.is_file() and b"fjord-og-fjell" in path.read_bytes()]
    assert kept == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("../till.pem", "", "outside the workspace"),
        ("till.pem", None, "no readable file"),
        ("till.pem", "hello", "no RSA public key"),
    ],
)
def test_a_public_key_that_is_none_stops_with_what_to_do(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    shell = begun(tmp_path, FakeClock())
    _keyed(shell, f'signatures = "public-key"\nsignature_key = "{name}"')
    if content:
        (shell.root / name).write_text(content)
    assert said in shell("plan").expect(2).err
