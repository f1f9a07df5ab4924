"""Column profiles that are there: who uses them, changing one, and what becomes of the files it read; and the same by command."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.errors import SettingsError, UsageError
from recon.service import ReconService
from recon.service.known import current_frames
from recon.sources.profile.edit import ProfileEdit, edits_of, parse_edit, with_edits
from recon.workspace import Workspace, make_workspace
from tests.clock import FakeClock
from tests.shell import Shell
from tui.wiring import service_for

LINES = Path(__file__).parents[2] / "fixtures" / "sources" / "profile" / "back-office-lines.csv"
ANSWERS = [parse_edit("status_map.exact.รอแพ็ค=in_fulfilment"), parse_edit("payment_map.exact.รอโอน=unpaid")]
PACKED_IS_CANCELLED = [parse_edit("status_map.exact.รอแพ็ค=cancelled")]


@pytest.fixture
def books(tmp_path: Path) -> Workspace:
    answers = FirstAnswers(
        company="X", source="shopify", target="sandbox", environment="sandbox", start_date=dt.date(2026, 1, 1)
    )
    return make_workspace(tmp_path / "books", first_settings(answers))


@pytest.fixture
def service(books: Workspace) -> Iterator[ReconService]:
    with service_for(books, clock=FakeClock(), actor="nok", write=True) as opened:
        yield opened


@pytest.fixture
def office(service: ReconService) -> ReconService:
    """One profile, and one file taken in with it."""
    service.profile_work(LINES, ANSWERS).save("office")
    service.import_files([LINES], profile="office")
    return service


def text_of(books: Workspace, name: str = "office") -> str:
    return (books.profiles / f"{name}.toml").read_text(encoding="utf-8")


def states_of(service: ReconService) -> list[str]:
    """States of the orders as they count now."""
    frames = current_frames(service._context, "shop", service._context.settings.connections["shop"])
    assert frames is not None
    return frames.orders["order_state"].to_list()


# --- who uses what


def test_profiles_are_listed_with_what_was_read_with_them(office: ReconService, books: Workspace) -> None:
    office.profile_work(LINES).save("unused")
    (books.profiles / "broken.toml").write_text("profile = 'broken'\n", encoding="utf-8")
    broken, used, unused = office.profile_list().profiles
    assert (used.name, used.files, used.orders, used.example_name, used.problem) == ("office", 1, 4, LINES.name, "")
    assert Path(used.example).read_bytes() == LINES.read_bytes()
    assert (unused.files, unused.example) == (0, "")
    assert (broken.name, bool(broken.problem)) == ("broken", True)


# --- what stands in a profile needs not be asked again


def test_a_profile_that_is_there_asks_nothing_it_answers(office: ReconService, books: Workspace) -> None:
    draft = office.profile_work(LINES, base="office").draft()
    assert draft.questions == ()
    assert draft.toml == text_of(books)
    assert (draft.orders, draft.total) == (4, "13465.00")
    assert next(one for one in draft.columns if one.name == "order_id").heading


def test_a_word_it_does_not_know_is_asked(service: ReconService) -> None:
    service.profile_work(LINES).save("office")
    assert [question.about for question in service.profile_work(LINES, base="office").draft().questions] == [
        ("status_map",),
        ("payment_map",),
    ]


def test_the_words_of_a_column_chosen_for_the_payment_are_listed_and_asked(service: ReconService) -> None:
    """One column may be both states: its words are asked for as the order's and as the payment's."""
    both = [parse_edit("columns.payment_state=สถานะ")]
    draft = service.profile_work(LINES, edits=both).draft()
    words = {
        table: {word.word for word in draft.words if word.table == table} for table in ("status_map", "payment_map")
    }
    assert words["payment_map"] == words["status_map"] != set()
    asked = {question.about[0]: question.text for question in draft.questions}
    assert "payment_state: what do" in asked["payment_map"]
    listed = draft.toml.partition("[payment_map.exact]")[2]
    assert all(json.dumps(word, ensure_ascii=False) in listed for word in words["payment_map"])
    answered = [*both, *(parse_edit(f"payment_map.exact.{word}=paid") for word in words["payment_map"])]
    again = service.profile_work(LINES, edits=answered).draft()
    assert ("payment_map",) not in {question.about for question in again.questions}


def test_everything_a_profile_says_is_an_answer() -> None:
    text = (
        'profile = "p"\nplatform = "p"\ngrain = "line"\n[read]\ndate_formats = ["%d/%m/%Y"]\n'
        '[columns]\ntotal = {from = ["Net", "Total"], nth = 2}\nsku = "Code"\n[status_map.exact]\nDone = "completed"\n'
    )
    said = {edit.path: edit.value for edit in edits_of(text)}
    assert said[("columns", "total")] == "Net\n2"
    assert said[("columns", "sku")] == "Code"
    assert said[("read", "date_formats")] == ("%d/%m/%Y",)
    assert said[("status_map", "exact", "Done")] == "completed"
    assert edits_of("") == ()
    assert with_edits(text, []) == text


def test_an_era_that_is_changed_is_tried_and_what_a_person_wrote_stays(office: ReconService, books: Workspace) -> None:
    (books.profiles / "office.toml").write_text("# ours, by Nok\n" + text_of(books), encoding="utf-8")
    draft = office.profile_work(LINES, [ProfileEdit(("read", "era"), "CE")], base="office").draft()
    assert draft.toml.startswith("# ours, by Nok")
    assert any(problem.column == "วันที่" for problem in draft.problems)


def test_a_profile_that_is_not_there(service: ReconService) -> None:
    with pytest.raises(SettingsError, match="no profile"):
        service.profile_work(LINES, base="nothing").draft()


# --- what a change makes of files that were taken in


def test_what_would_change_is_counted_and_nothing_is_kept(office: ReconService, books: Workspace) -> None:
    before = text_of(books)
    effect = office.profile_work(LINES, PACKED_IS_CANCELLED).effect("office")
    assert (effect.files, effect.known, effect.changed, effect.new, effect.gone) == (1, 3, 1, 0, 0)
    assert effect.differs
    assert not office.profile_work(LINES).effect("office").differs
    assert text_of(books) == before
    assert states_of(office).count("cancelled") == 1


def test_a_changed_profile_reads_its_files_anew_and_the_former_text_is_kept(
    office: ReconService, books: Workspace
) -> None:
    before = text_of(books)
    office.profile_work(LINES, PACKED_IS_CANCELLED, base="office").save("office")
    assert 'รอแพ็ค = "cancelled"' in text_of(books).replace('"รอแพ็ค"', "รอแพ็ค")
    assert [path.read_text("utf-8") for path in (books.private / "profiles").iterdir()] == [before]
    assert states_of(office).count("cancelled") == 2
    assert not office.profile_work(LINES).effect("office").differs


def test_orders_of_other_columns_are_gone_and_new(office: ReconService) -> None:
    names = {one.heading for one in office.profile_work(LINES, base="office").draft().headings}
    other = next(name for name in sorted(names) if "เลขที่" in name or "คำสั่งซื้อ" in name)
    assert other
    effect = office.profile_work(LINES, [ProfileEdit(("platform",), "another")]).effect("office")
    assert (effect.known, effect.new, effect.gone) == (0, 4, 4)


def test_a_profile_that_could_not_read_its_files_any_more_is_not_saved(office: ReconService, books: Workspace) -> None:
    before = text_of(books)
    newer = books.root / "newer.csv"
    text = LINES.read_bytes().decode("cp874")
    heading = next(
        one for one in office.profile_work(LINES, base="office").draft().columns if one.name == "total"
    ).heading
    newer.write_bytes(text.replace(heading, "Grand total", 1).encode("cp874"))
    edits = [ProfileEdit(("columns", "total"), "Grand total")]
    assert office.profile_work(newer, edits).effect("office").refused
    with pytest.raises(UsageError, match=r"could not be read any more.*another name"):
        office.profile_work(newer, edits, base="office").save("office")
    assert text_of(books) == before
    office.profile_work(newer, edits, base="office").save("office-2")
    assert 'platform = "office"' in text_of(books, "office-2"), "the same order of both is one order"
    assert 'profile = "office-2"' in text_of(books, "office-2")


def test_only_the_profile_it_began_with_is_replaced(office: ReconService, books: Workspace) -> None:
    office.profile_work(LINES).save("other")
    before = text_of(books)
    for base in ("", "other"):
        with pytest.raises(UsageError, match="there already"):
            office.profile_work(LINES, PACKED_IS_CANCELLED, base=base).save("office")
    assert text_of(books) == before


# --- the same by command


def test_profiles_are_listed_and_changed_by_command(books: Workspace) -> None:
    with service_for(books, clock=FakeClock(), actor="nok", write=True) as opened:
        opened.profile_work(LINES, ANSWERS).save("office")
        opened.import_files([LINES], profile="office")
    shell = Shell(books.root, FakeClock())
    listed = shell.json("profile", code=0)["profiles"]
    assert [(one["name"], one["files"], one["orders"]) for one in listed] == [("office", 1, 4)]
    assert "back-office-lines.csv" in shell("profile").expect(0).out
    change = ("profile", "--change", "office", "--set", "status_map.exact.รอแพ็ค=cancelled")
    asked = shell.json(*change, code=0)
    assert asked["file"] == LINES.name
    assert (asked["saved_as"], asked["effect"]["changed"], asked["effect"]["known"]) == ("", 1, 3)
    before = text_of(books)
    assert shell.json(*change, "--save", "office", "--dry-run", code=0)["dry_run"] is True
    assert text_of(books) == before
    told = shell(*change, "--save", "office").expect(0).out
    assert "3 as they are, 1 changed, 0 new, 0 gone" in told
    assert text_of(books) != before


def test_a_command_without_a_file_says_what_to_name(books: Workspace) -> None:
    with service_for(books, clock=FakeClock(), actor="nok", write=True) as opened:
        opened.profile_work(LINES, ANSWERS).save("office")
    shell = Shell(books.root, FakeClock())
    assert "No file was taken in with office yet" in shell("profile", "--change", "office").expect(2).err
    assert "There is no profile" in shell("profile", "--change", "nothing", LINES).expect(2).err
    assert "name the file" in shell("profile", "--save", "x").expect(2).err
    assert shell.json("profile", LINES, "--change", "office", code=0)["effect"]["files"] == 0
