"""What was taken in, a look before, and a profile in the making: the service's own answers, and the same by command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.errors import SettingsError, UnknownFormat, UsageError
from recon.frames.canonical import CanonicalFrames
from recon.normalize.merge import combine
from recon.service import ReconService, known
from recon.sources.profile import parse_profile
from recon.sources.profile.edit import ProfileEdit, parse_edit, with_edits
from recon.workspace import Workspace, make_workspace
from tests.clock import FakeClock
from tests.shell import Shell
from tests.thai_shop import MID_MONTH, MONTH_END
from tui.wiring import service_for

FIXTURES = Path(__file__).parents[2] / "fixtures"
LINES = FIXTURES / "sources" / "profile" / "back-office-lines.csv"
TOTALS = FIXTURES / "sources" / "profile" / "order-totals.csv"


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


# --- what was taken in


def test_files_are_listed_newest_first_with_what_became_of_their_orders(service: ReconService) -> None:
    service.import_files([MID_MONTH])
    service.import_files([MONTH_END])
    newest, oldest = service.intakes().files
    assert (newest.name, newest.new, newest.known, newest.changed, newest.gone) == (MONTH_END.name, 4, 26, 7, 1)
    assert (oldest.orders, oldest.total, oldest.stated_total, oldest.ties) == (34, "13770.75", "13770.75", True)
    assert {newest.who, oldest.who} == {"nok"}


def test_a_file_read_twice_stands_once(service: ReconService) -> None:
    service.import_files([MID_MONTH])
    service.import_files([MID_MONTH])
    assert len(service.intakes().files) == 1


def test_the_inbox_lists_what_is_not_taken_in(service: ReconService, books: Workspace) -> None:
    inbox = books.root / "inbox"
    for source in (MID_MONTH, MONTH_END):
        (inbox / source.name).write_bytes(source.read_bytes())
    service.import_files([inbox / MID_MONTH.name])
    assert [file.name for file in service.intakes().inbox] == [MONTH_END.name]


def test_findings_of_one_file_by_its_name_and_by_its_digits(service: ReconService) -> None:
    service.import_files([MID_MONTH])
    by_name = service.intake(MID_MONTH.name)
    assert by_name == service.intake(by_name.line.file)
    assert {cause.code for cause in by_name.causes} >= {"partly-paid", "does-not-foot"}
    with pytest.raises(UsageError, match="No file 'nothing'"):
        service.intake("nothing")


# --- a look before


def test_a_look_says_what_each_order_would_be_and_keeps_nothing(service: ReconService, books: Workspace) -> None:
    service.import_files([MID_MONTH])
    kept = sorted(books.intake.iterdir())
    look = service.preview_file(MONTH_END)
    counts = dict(look.rows["state"].value_counts().iter_rows())
    assert counts["changed"] == look.report.changed == 7
    assert counts["same"] == look.report.known
    assert counts.get("new", 0) + counts.get("held", 0) == look.report.new == 4
    assert look.takes_in == 11
    assert look.ties
    assert sorted(books.intake.iterdir()) == kept
    assert len(service.intakes().files) == 1
    taken = service.import_files([MONTH_END]).files[0]
    assert taken == look.report


def test_a_look_at_refused_rows_puts_them_first(service: ReconService) -> None:
    look = service.preview_file(FIXTURES / "sources" / "shopify" / "problems.csv")
    states = look.rows["state"].to_list()
    assert look.report.refused > 0
    assert states[0] == "refused"
    assert "refused" not in states[states.index("new") :]


def test_a_known_file_is_not_read_again(service: ReconService) -> None:
    service.import_files([MID_MONTH])
    look = service.preview_file(MID_MONTH)
    assert (look.report.status, look.form, look.takes_in) == ("known", None, 0)


# --- a profile in the making


def test_a_draft_has_a_question_for_everything_the_cells_do_not_say(service: ReconService) -> None:
    with pytest.raises(UnknownFormat):
        service.preview_file(LINES)
    draft = service.profile_work(LINES).draft()
    assert [question.about[0] for question in draft.questions] == ["status_map", "payment_map", "headings"]
    assert (draft.orders, draft.total, draft.encoding) == (4, "13465.00", "cp874")
    unknown = [problem for problem in draft.problems if problem.code == "status-unknown"]
    assert [(one.row, one.column, one.value) for one in unknown] == [(8, "สถานะ", "รอแพ็ค")]


def test_answers_settle_their_questions_and_are_tried_at_once(service: ReconService) -> None:
    answers = [parse_edit("status_map.exact.รอแพ็ค=in_fulfilment"), parse_edit("payment_map.exact.รอโอน=unpaid")]
    draft = service.profile_work(LINES, answers).draft()
    assert [question.about for question in draft.questions] == [("headings",)]
    assert not [problem for problem in draft.problems if problem.code.endswith("status-unknown")]
    assert draft.rows["order_state"].to_list()[-1] == "in_fulfilment"


def test_a_wrong_column_shows_at_once_where_it_does_not_add_up(service: ReconService) -> None:
    draft = service.profile_work(LINES, [parse_edit("columns.total=มูลค่า")]).draft()
    codes = {problem.code for problem in draft.problems}
    assert {"does-not-foot", "repeated-value-differs"} <= codes
    assert next(column for column in draft.columns if column.name == "total").heading == "มูลค่า"
    assert service.profile_work(LINES).draft().total == "13465.00"


def test_a_draft_without_what_is_needed_says_so_and_cannot_be_saved(service: ReconService, books: Workspace) -> None:
    edits = [ProfileEdit(("columns", "total"), None)]
    draft = service.profile_work(LINES, edits).draft()
    assert not draft.loads
    assert any("columns.total is missing" in problem.text for problem in draft.problems)
    with pytest.raises(SettingsError, match="not complete"):
        service.profile_work(LINES, edits).save("mine")
    assert not list(books.profiles.iterdir())


def test_a_saved_draft_reads_the_file(service: ReconService, books: Workspace) -> None:
    edits = [parse_edit("status_map.exact.รอแพ็ค=open")]
    where = service.profile_work(LINES, edits).save("back-office")
    assert parse_profile(Path(where).read_text(encoding="utf-8")).platform == "back-office"
    report = service.import_files([LINES], profile="back-office").files[0]
    assert (report.status, report.orders) == ("taken", 4)
    with pytest.raises(UsageError, match="there already"):
        service.profile_work(LINES, edits).save("back-office")
    with pytest.raises(UsageError, match="small letters"):
        service.profile_work(LINES, edits).save("../x")
    assert service.intakes().profiles == ("back-office",)


def test_another_encoding_and_date_form_are_tried(service: ReconService) -> None:
    wrong = service.profile_work(LINES, [ProfileEdit(("read", "encodings"), ("cp1252",))]).draft()
    assert wrong.encoding == "cp1252"
    assert not wrong.loads
    swapped = service.profile_work(LINES, [ProfileEdit(("read", "date_formats"), ("%m/%d/%Y",))]).draft()
    assert any(problem.code == "date-unreadable" and problem.row for problem in swapped.problems)


def test_an_answer_takes_the_open_line_out_of_the_text_and_leaves_the_others(service: ReconService) -> None:
    before = service.profile_work(LINES).draft().toml
    after = with_edits(before, [ProfileEdit(("status_map", "exact", "รอแพ็ค"), "open")])
    gone = [line for line in before.splitlines() if line.startswith('# "รอแพ็ค"')]
    assert len(gone) == 1
    assert gone[0] not in after
    assert '"รอแพ็ค" = "open"' in after
    assert '# "รอโอน"' in after
    assert with_edits(before, []) == before


def test_a_column_replaces_the_value_for_the_whole_file_and_the_other_way_round(service: ReconService) -> None:
    constant = service.profile_work(LINES, [parse_edit("constants.payment_state=paid")]).draft()
    assert constant.loads
    payment = next(column for column in constant.columns if column.name == "payment_state")
    assert (payment.heading, payment.constant) == ("", "paid")
    back = [parse_edit("constants.payment_state=paid"), parse_edit("columns.payment_state=การชำระเงิน")]
    column = next(one for one in service.profile_work(LINES, back).draft().columns if one.name == "payment_state")
    assert (column.heading, column.constant) == ("การชำระเงิน", "")


@pytest.mark.parametrize("text", ["", "nothing=1", "read=1", "grain", "columns.=x", "a.b.c=1"])
def test_what_is_no_answer_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="write KEY=VALUE"):
        parse_edit(text)


def test_every_choice_that_is_offered_is_accepted(service: ReconService) -> None:
    from recon.service.draft_choices import LISTS, accepted

    draft = service.profile_work(LINES).draft()
    keys = [
        ("grain",), ("read", "era"), ("read", "decimal"), ("read", "thousands"), ("read", "date_formats"),
        ("conventions", "tax"), ("conventions", "line_amount"), ("conventions", "line_discount"),
        ("status_map", "exact", "สำเร็จ"), ("payment_map", "exact", "รอโอน"),
    ]  # fmt: skip
    offered = {path: accepted(draft, path) for path in keys}
    assert min(map(len, offered.values())) > 1
    for number in range(
        max(map(len, offered.values()))
    ):  # the first choice of every key, then the second of every key, ...
        values = {path: choices[number] for path, choices in offered.items() if number < len(choices)}
        edits = [ProfileEdit(path, (value,) if ".".join(path) in LISTS else value) for path, value in values.items()]
        tried = service.profile_work(LINES, edits).draft()
        assert not any("accepted:" in problem.text for problem in tried.problems), (values, tried.problems)


# --- the same by command


def test_files_and_answers_by_command(books: Workspace) -> None:
    with service_for(books, clock=FakeClock()):
        pass
    shell = Shell(books.root, FakeClock())
    (books.root / "inbox" / "new.csv").write_bytes(MID_MONTH.read_bytes())
    listed = shell("files").expect(4)
    assert "in the inbox, not taken in yet: new.csv" in listed.out
    shell("import", books.root / "inbox" / "new.csv").expect(4)
    assert "new.csv" in shell("files").expect(0).out
    assert "Only part of the sum has been paid" in shell("files", "new.csv").expect(0).out
    words = ("--set", "status_map.exact.รอแพ็ค=open", "--set", "payment_map.exact.รอโอน=unpaid")
    shell("profile", LINES, *words, "--save", "office", "--dry-run").expect(4)
    assert not list(books.profiles.iterdir())
    shell("profile", LINES, *words, "--save", "office").expect(4)
    assert shell.json("profile", LINES, "--check", "office")["orders"] == 4
    assert "KEY=VALUE" in shell("profile", LINES, "--set", "x").expect(2).err


def test_all_files_are_put_together_once_for_all_questions_and_again_after_another_file(
    service: ReconService, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counting(sets: Sequence[CanonicalFrames]) -> CanonicalFrames:
        made.append(len(sets))
        return combine(sets)

    monkeypatch.setattr(known, "combine", counting)
    service.import_files([MID_MONTH])
    before = service.products(suggestions=False).frame["orders"].sum()
    service.import_files([MONTH_END])
    after = service.products(suggestions=False).frame["orders"].sum()
    service.match_open()
    assert made == [1, 2]  # the second file is compared with what was asked about; then both are one
    assert after > before
