"""What a person likes is kept in the person's own folder, and a damaged file never stops a start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.preferences import Preferences, load_preferences, preferences_file, save_preferences


def test_wishes_come_back_as_they_were_said(tmp_path: Path):
    file = tmp_path / "new folder" / "preferences.toml"
    said = Preferences(language="th", theme="recon-contrast", hide_numbers=True)
    assert save_preferences(said, file) == file
    assert load_preferences(file) == said
    assert [each.name for each in file.parent.iterdir()] == ["preferences.toml"]


def test_without_a_file_nothing_was_said(tmp_path: Path):
    assert load_preferences(tmp_path / "preferences.toml") == Preferences(language="", theme="", hide_numbers=False)


def test_the_file_lies_in_the_persons_folder_and_not_in_the_home_of_the_tests(tmp_path_factory):
    assert preferences_file().name == "preferences.toml"
    assert tmp_path_factory.getbasetemp() in preferences_file().parents


@pytest.mark.parametrize("text", ["language = ", "\ufeff[[[", "language = 3\nhide_numbers = 'yes'\n", "\x00"])
def test_a_damaged_file_is_read_as_far_as_it_goes(tmp_path: Path, text: str):
    file = tmp_path / "preferences.toml"
    file.write_text(text, "utf-8")
    assert load_preferences(file) == Preferences()


def test_a_wish_of_a_later_version_is_passed_over(tmp_path: Path):
    file = tmp_path / "preferences.toml"
    file.write_text('language = "nb"\nsounds = "bells"\n', "utf-8")
    assert load_preferences(file) == Preferences(language="nb")


def test_odd_characters_are_kept(tmp_path: Path):
    said = Preferences(theme='a"b\\c\nd\x7fé ไทย')
    assert load_preferences(save_preferences(said, tmp_path / "preferences.toml")) == said


def test_bytes_that_are_no_text_are_passed_over(tmp_path: Path):
    file = tmp_path / "preferences.toml"
    file.write_bytes(b"language = \xff\n")
    assert load_preferences(file) == Preferences()
