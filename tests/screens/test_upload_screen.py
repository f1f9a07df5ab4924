"""The upload screen by its keys, against a PEAK on loopback and its faults: what is sent, what is not, and what is said."""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from recon.service import ReconService
from recon.store.moments import stamp
from recon.targets.quickbooks.endpoint.waiting import PRESS
from recon.upload.running import WAITS, Waits, end_waiting, note_waiting, waits
from tests.clock import FakeClock
from tests.screens.grid import control_bytes, grid, lines_of
from tests.screens.looking import Script, play, quiet, says, until
from tests.screens.upload_world import UploadWorld, approved, in_conflict, opened, planned
from tui import upload_words as words
from tui.app import ReconApp
from tui.screens.upload import UploadScreen
from tui.screens.upload_look import Seen
from tui.widgets.dialogs import Dialog

SIZES = ((60, 20), (80, 24), (130, 36))
ALL = ["RT-1001", "RT-1002", "RT-1003"]
DIGEST = re.compile(r"\b[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}\b")
"""Content of a plan; another one with every new column of a plan."""


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.upload.POLL_SECONDS", 0.02)


@pytest.fixture
def world(tmp_path: Path, clock: FakeClock, peak_at):
    """B0001 with three receipts is approved by Lek and not sent."""
    with opened(tmp_path, peak_at(approved), clock) as made:
        yield made


@pytest.fixture
def draft(tmp_path: Path, clock: FakeClock, peak_at):
    """B0001 is planned; nobody approved anything yet."""
    with opened(tmp_path, peak_at(planned), clock) as made:
        yield made


@pytest.fixture
def conflict(tmp_path: Path, clock: FakeClock, peak_at):
    """RT-1001 stands in the ledger with another total; the others are posted."""
    with opened(tmp_path, peak_at(in_conflict), clock) as made:
        yield made


async def sent(app: ReconApp, pilot: Pilot[Any], world: UploadWorld) -> None:
    """Press Upload with the keys of the door, and wait until the run has ended."""
    await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
    await pilot.press("tab", "enter")
    await until(pilot, lambda: world.uploads.starts)
    world.uploads.wait()
    await until(pilot, lambda: not app.screen.seen.is_running)
    await quiet(pilot)


# --- the second door


def test_cancel_is_the_default_and_sends_nothing(world: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert app.focused is not None and app.focused.id == "door-cancel"
        await pilot.press("enter")
        await quiet(pilot)
        assert not isinstance(app.screen, UploadScreen)

    play(world.app(), script)
    assert world.uploads.starts == [] and world.posted() == []


def test_an_approved_batch_is_sent_once_and_read_back(world: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        assert says(app, "= posted 3")
        await pilot.press("v")
        await quiet(pilot)
        assert says(app, "Read back from the ledger: 3 compared, all equal.") and not says(app, "Next: verify")

    play(world.app(), script)
    assert world.posted() == ALL


def test_exactly_what_was_approved_one_by_one_is_sent(draft: UploadWorld) -> None:
    draft.shell("decide", "approve", "RT-1001", "RT-1003", "--as", "Lek").expect(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert says(app, "2 documents") and says(app, "Lek") and says(app, "1 document of the draft")
        assert app.screen.query_one("#door-name", Input).value == "nok"
        await sent(app, pilot, draft)
        assert says(app, "= posted 2")

    play(draft.app(), script)
    assert draft.posted() == ["RT-1001", "RT-1003"]
    states = {row["batch"]: row["state"] for row in draft.shell.json("status")["batches"]}
    assert states == {"B0001": "superseded", "B0002": "done", "B0003": "draft"} or states == {
        "B0002": "done",
        "B0003": "draft",
    }


def test_without_an_approval_the_one_key_leads_to_review(draft: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert says(app, "Nothing is approved yet")
        for key in ("x", "m", "v", "f5", "enter"):
            await pilot.press(key)
        await quiet(pilot)
        assert draft.uploads.starts == []
        await pilot.press("f2")
        await quiet(pilot)
        assert app.screen.STEP == "review"  # type: ignore[attr-defined]

    play(draft.app(), script)


def test_a_name_is_needed_to_let_a_draft_out(draft: UploadWorld) -> None:
    draft.shell("decide", "approve", *ALL, "--as", "Lek").expect(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        send = app.screen.query_one("#door-send", Button)
        await until(pilot, lambda: not send.disabled)
        app.screen.query_one("#door-name", Input).value = "  "
        await until(pilot, lambda: send.disabled)

    play(draft.app(), script)


def test_live_wants_the_short_name_typed(world: UploadWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recon.service.upload_door.confirmation_needed", lambda *_: "แซนด์บ็อกซ์")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        send, line = app.screen.query_one("#door-send", Button), app.screen.query_one("#door-confirm", Input)
        await until(pilot, lambda: says(app, "same company"))
        assert line.display and send.disabled
        for wrong in ("แซนด์", "x", " "):
            line.value = wrong
            await quiet(pilot)
            assert send.disabled, wrong
        line.value = " แซนด์บ็อกซ์ "
        await until(pilot, lambda: not send.disabled)
        send.focus()
        await pilot.press("enter")
        await until(pilot, lambda: world.uploads.starts)
        world.uploads.wait()
        await until(pilot, lambda: says(app, "= posted 3"))

    play(world.app(), script)
    assert world.posted() == ALL


def test_f35_another_company_on_the_other_side_lets_nothing_out(world: UploadWorld) -> None:
    world.fault(kind="wrong-company", times=None)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: says(app, "The ledger answers for บริษัท อีกแห่ง จำกัด, not for"))
        assert app.screen.query_one("#door-send", Button).disabled

    play(world.app(), script)
    assert world.uploads.starts == []


def test_a_ledger_that_does_not_answer_is_asked_again_by_f5(world: UploadWorld) -> None:
    world.fault(kind="close", times=None, commit=False)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        send = app.screen.query_one("#door-send", Button)
        await until(pilot, lambda: says(app, "could not be asked who it is"))
        assert send.disabled
        world.ledger.clear_faults()
        await pilot.press("f5")
        await until(pilot, lambda: not send.disabled)
        assert says(app, "same company")

    play(world.app(), script)


def test_a_session_that_may_only_read_sends_nothing(world: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert says(app, "nothing is sent from here")
        send = app.screen.query_one("#door-send", Button)
        assert send.disabled
        send.disabled = False
        send.press()
        await quiet(pilot)

    play(world.app(read_only=True), script)
    assert world.uploads.starts == []


# --- while it is sent


def test_progress_stop_and_going_on(world: UploadWorld) -> None:
    world.uploads.hold_after = 1

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
        await pilot.press("tab", "enter")
        await until(pilot, world.uploads.held.is_set)
        await until(pilot, lambda: says(app, "1 / 3"))
        assert says(app, "You may leave; it goes on")
        assert says(app, "[Upload] 2 open"), "the step bar counts along"
        await pilot.press("x")
        await until(pilot, lambda: says(app, "Stopping: the document in hand is finished first"))
        world.uploads.wait()
        await until(pilot, lambda: says(app, "Stopped."))
        left = 3 - len(world.posted())
        assert left >= 1 and says(app, f"o queued {left}") and says(app, "F5 Go on")
        await pilot.press("f5")
        await quiet(pilot)
        assert says(app, "approved and not sent yet go")
        await pilot.press("enter")  # Cancel has the focus
        await quiet(pilot)
        assert world.uploads.starts == ["B0001"]
        await pilot.press("f5", "tab", "enter")
        await until(pilot, lambda: len(world.uploads.starts) == 2)
        world.uploads.wait()
        await until(pilot, lambda: says(app, "= posted 3"))

    play(world.app(), script)
    assert world.posted() == ALL


def test_who_leaves_in_mid_upload_comes_back_to_it(world: UploadWorld) -> None:
    world.uploads.hold_after = 1

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
        await pilot.press("tab", "enter")
        await until(pilot, world.uploads.held.is_set)
        app.go("home")
        await quiet(pilot)
        app.go("upload")
        await until(pilot, lambda: says(app, "You may leave; it goes on"))
        app.go("home")
        await quiet(pilot)
        world.uploads.wait()
        app.go("upload")
        await until(pilot, lambda: says(app, "= posted 3"))

    play(world.app(), script)
    assert world.posted() == ALL


def test_f15_the_screens_end_in_mid_upload_and_the_next_ones_find_it(world: UploadWorld) -> None:
    world.uploads.hold_after = 1

    async def first(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
        await pilot.press("tab", "enter")
        await until(pilot, world.uploads.held.is_set)
        await pilot.press("ctrl+q")

    async def second(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: says(app, "You may leave; it goes on"))
        world.uploads.wait()
        await until(pilot, lambda: says(app, "= posted 3"))

    play(world.app(), first)
    play(world.app(), second)
    assert world.uploads.starts == ["B0001"] and world.posted() == ALL


def test_f26_a_ledger_that_asks_to_wait_is_waited_for(world: UploadWorld) -> None:
    world.fault(kind="rate", method="POST", path="/receipts*", seconds=5, times=2)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        assert says(app, "= posted 3")

    play(world.app(), script)
    assert world.posted() == ALL


def test_another_process_that_holds_the_workspace_is_named(draft: UploadWorld) -> None:
    from recon.ports import SystemClock
    from tui.wiring import service_for

    draft.shell("decide", "approve", *ALL, "--as", "Lek").expect(0)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
        with service_for(draft.workspace, clock=SystemClock()):
            await pilot.press("tab", "enter")
            await until(pilot, lambda: says(app, "has this workspace open"))
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)

    play(draft.app(), script)
    assert draft.uploads.starts == []


# --- what is left to a person


def test_refused_documents_are_grouped_and_lead_to_what_must_be_mended(
    world: UploadWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fault(kind="refuse", method="POST", path="/receipts*", code="400", text="Invalid productCode", times=2)

    went: list[str] = []

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        assert (
            says(app, "[Refused 2]") and says(app, "Invalid productCode (code 400)") and says(app, "P00001 -> P00001")
        )
        monkeypatch.setattr(app, "go", went.append)
        await pilot.press("enter")
        await quiet(pilot)
        assert went == ["match"]

    play(world.app(), script)


def test_refused_documents_come_back_with_the_next_plan(world: UploadWorld) -> None:
    world.fault(
        kind="refuse", method="POST", path="/receipts*", code="400", text="Missing payment method data", times=2
    )

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        assert says(app, "Payment channels: Map the payment channel again.") and says(app, "m Send these again")
        await pilot.press("m")
        await quiet(pilot)
        assert app.screen.STEP == "review"  # type: ignore[attr-defined]

    play(world.app(), script)
    newest = world.shell.json("status")["batches"][-1]
    assert (newest["state"], newest["documents"]) == ("draft", 2)
    assert world.posted() == ["RT-1003"]


def test_f22_unsure_documents_stand_apart_with_the_time_of_the_next_look(world: UploadWorld) -> None:
    """Three answers are cut off after the ledger took the documents: the run pauses, F5 looks them up."""
    world.fault(kind="cut", method="POST", path="/receipts*", times=None)

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        assert (
            says(app, "[Unsure 3]") and says(app, "next look-up 09:02:00, in 1:59") and says(app, "not looked up yet")
        )
        world.ledger.clear_faults()
        await pilot.press("f5")
        await quiet(pilot)
        assert says(app, "3 documents of unknown outcome are looked up first")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(world.uploads.starts) == 2)
        world.uploads.wait()
        await until(pilot, lambda: says(app, "= posted 3"))

    play(world.app(), script)
    assert world.posted() == ALL


def test_a_look_that_began_before_the_upload_and_comes_late_does_not_stop_the_screen_looking(
    world: UploadWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back from the question the screen looks anew; that look may come after the one that saw the upload start."""
    world.fault(kind="cut", method="POST", path="/receipts*", times=None)
    came, go_on = threading.Event(), threading.Event()

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await sent(app, pilot, world)
        world.ledger.clear_faults()
        await pilot.press("f5")
        await quiet(pilot)
        ask, slow = app.session.ask, iter([True])

        def late(question: Callable[[ReconService], Any]) -> Any:
            answer = ask(question)
            if isinstance(answer, Seen) and not answer.is_running and next(slow, False):
                came.set()
                assert go_on.wait(30)
            return answer

        monkeypatch.setattr(app.session, "ask", late)
        begin = world.uploads.start

        def start(batch: str) -> None:
            assert came.wait(30)
            begin(batch)

        monkeypatch.setattr(world.uploads, "start", start)
        world.uploads.hold_after = 1
        world.uploads.go_on.clear()
        await pilot.press("tab", "enter")
        await until(pilot, lambda: world.uploads.held.is_set() and app.screen.seen.is_running)
        go_on.set()
        for _ in range(10):
            await pilot.pause(0.02)
        assert app.screen.seen.is_running
        world.uploads.wait()
        await until(pilot, lambda: says(app, "= posted 3"))

    try:
        play(world.app(), script)
    finally:
        go_on.set()
    assert world.posted() == ALL


def test_a_person_settles_what_waits_for_a_word(conflict: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert says(app, "[Needs you 1]") and says(app, "something else under its number")
        await pilot.press("enter")
        await quiet(pilot)
        assert app.focused is not None and app.focused.id == "cancel"
        app.screen.query_one("#yes", Button).press()
        await quiet(pilot)
        assert says(app, "Still missing: what you found. Nothing was settled.")
        app.screen.query_one("#settle-reason", Input).value = "the ledger rounded it"
        app.screen.query_one("#settle-accept").value = True  # type: ignore[attr-defined]
        app.screen.query_one("#yes", Button).press()
        await until(pilot, lambda: says(app, "RT-1001 is settled: = posted."))
        await until(pilot, lambda: says(app, "= posted 3"))

    play(conflict.app(), script)
    assert conflict.shell.json("status")["batches"][0]["state"] == "done"


def test_a_word_the_ledger_contradicts_settles_nothing(conflict: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.press("enter")
        await quiet(pilot)
        app.screen.query_one("#settle-reason", Input).value = "looks right"
        app.screen.query_one("#yes", Button).press()
        await until(pilot, lambda: says(app, "Nothing was settled"))
        assert says(app, "6581.50") or says(app, "6,581.50")

    play(conflict.app(), script)


def test_the_mouse_does_what_the_keys_do(world: UploadWorld) -> None:
    world.fault(kind="refuse", method="POST", path="/receipts*", code="400", text="Invalid productCode")

    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
        await pilot.click("#door-send")
        await until(pilot, lambda: world.uploads.starts)
        world.uploads.wait()
        await until(pilot, lambda: says(app, "[Refused 1]"))
        await pilot.click("ListTabs", offset=(3, 0))
        await until(pilot, lambda: says(app, "[Results]"))
        await pilot.click("ListTabs", offset=(14, 0))
        await until(pilot, lambda: says(app, "[Refused 1]"))
        await pilot.press("tab")
        await until(pilot, lambda: says(app, "[Results]"))

    play(world.app(), script)


def test_hidden_numbers_hide_every_amount(world: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.press("f8")
        await quiet(pilot)
        assert not says(app, "11,882.17") and not says(app, "6,580.50") and says(app, "***")
        await sent(app, pilot, world)
        assert not says(app, "11,882.17") and not says(app, "6,580.50") and says(app, "***")

    play(world.app(), script)


def test_hidden_numbers_hide_amounts_inside_sentences_too(conflict: UploadWorld) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        assert says(app, "6,580.50") and says(app, "6581.50")
        await pilot.press("f8")
        await quiet(pilot)
        assert not re.search(r"[0-9][.,][0-9]{2}\b", " ".join(lines_of(app)))
        await pilot.press("enter")
        await quiet(pilot)
        assert says(app, "ours ***") and not re.search(r"[0-9][.,][0-9]{2}\b", " ".join(lines_of(app)))

    play(conflict.app(), script)


# --- pictures


def pictures(
    world: UploadWorld, snapshot: Any, before: Script | None = None, *, sizes: tuple[tuple[int, int], ...] = SIZES
) -> None:
    """Compare the screen at every size; ``before`` is played on each of them."""
    for size in sizes:

        async def script(app: ReconApp, pilot: Pilot[Any], size: tuple[int, int] = size) -> None:
            await until(pilot, lambda: not says(app, "Asking the ledger"))
            if before is not None:
                await before(app, pilot)
            await quiet(pilot)
            assert control_bytes(app) == set()
            seen = DIGEST.sub("0000 0000 0000", box_of(app) if is_box(app) else grid(app))
            assert seen == snapshot(name=f"{size[0]}x{size[1]}")

        play(world.app(), script, size=size)


def is_box(app: ReconApp) -> bool:
    return isinstance(app.screen, Dialog)


def box_of(app: ReconApp) -> str:
    """Return the text of a dialog alone: what shimmers through around it depends on when it was drawn."""
    box = app.screen.query_one("Dialog > Vertical").region
    strips = app.screen._compositor.render_strips()[box.y : box.bottom]
    return "\n".join(strip.crop(box.x, box.right).text for strip in strips) + "\n"


def test_picture_of_nothing_approved(draft: UploadWorld, snapshot: Any) -> None:
    pictures(draft, snapshot)


def test_picture_of_the_door_of_a_draft(draft: UploadWorld, snapshot: Any) -> None:
    draft.shell("decide", "approve", "RT-1001", "RT-1003", "--as", "Lek").expect(0)
    pictures(draft, snapshot)


def test_picture_of_the_live_door(world: UploadWorld, snapshot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recon.service.upload_door.confirmation_needed", lambda *_: "แซนด์บ็อกซ์")
    company = ("id", "บริษัท แซนด์บ็อกซ์ จำกัด", "live")
    monkeypatch.setattr("recon.service.upload_door.known_company", lambda *_: company)
    monkeypatch.setattr("tui.app.ReconApp.environment", "live")
    pictures(world, snapshot)


def test_picture_of_progress(world: UploadWorld, snapshot: Any) -> None:
    world.uploads.hold_after = 1

    async def begin(app: ReconApp, pilot: Pilot[Any]) -> None:
        if not world.uploads.starts:
            await until(pilot, lambda: not app.screen.query_one("#door-send", Button).disabled)
            await pilot.press("tab", "enter")
            await until(pilot, world.uploads.held.is_set)
        await until(pilot, lambda: says(app, "1 / 3") and says(app, "= posted 1"))

    pictures(world, snapshot, begin)


def test_picture_of_the_end(world: UploadWorld, snapshot: Any) -> None:
    world.shell("upload", "B0001").expect(0)
    pictures(world, snapshot)


def test_picture_of_refusals_with_hostile_words(world: UploadWorld, snapshot: Any) -> None:
    world.fault(kind="refuse", method="POST", path="/receipts*", code="400", text="Invalid productCode")
    hostile = "[/x] \x1b[31mred\x1b]0;title\x07 \u202egnirts น้ำหนัก " + "บริษัทยาวมาก" * 20
    world.fault(kind="refuse", method="POST", path="/receipts*", code="[b]9", text=hostile, containing="RT-1002")
    world.shell("upload", "B0001").expect(4)
    pictures(world, snapshot)


def test_picture_of_unsure_documents(world: UploadWorld, snapshot: Any) -> None:
    world.fault(kind="cut", method="POST", path="/receipts*", times=None)
    world.shell("upload", "B0001").expect(6)
    pictures(world, snapshot)


def test_picture_of_documents_that_wait_for_a_word(conflict: UploadWorld, snapshot: Any) -> None:
    pictures(conflict, snapshot)


def test_picture_of_a_word_to_be_said(conflict: UploadWorld, snapshot: Any) -> None:
    async def ask(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.press("enter")
        await quiet(pilot)

    pictures(conflict, snapshot, ask)


def test_picture_of_a_ledger_that_does_not_answer(world: UploadWorld, snapshot: Any) -> None:
    world.fault(kind="revoked", times=None)
    pictures(world, snapshot)


def test_picture_in_thai(world: UploadWorld, snapshot: Any) -> None:
    async def speak(app: ReconApp, pilot: Pilot[Any]) -> None:
        app.use_language("th")
        await quiet(pilot)

    try:
        pictures(world, snapshot, speak, sizes=((80, 24),))
    finally:
        from tui import i18n

        i18n.use("en")


# --- the same facts as a command


def test_the_state_of_an_upload_as_a_command(world: UploadWorld) -> None:
    """Refused, unsure and running: the page docs/json.md describes what every one of them prints."""
    from tests.tui.test_json import check

    world.fault(
        kind="refuse", method="POST", path="/receipts*", code="400", text="Invalid productCode", containing="RT-1001"
    )
    world.fault(kind="cut", method="POST", path="/receipts*", containing="RT-1002")
    world.uploads.hold_after = 2
    world.uploads.start("B0001")
    assert world.uploads.held.wait(30)
    facts = check(world.shell("upload", "B0001", "--state", "--json").expect(6))
    assert facts["running_batch"] == "B0001" and facts["counts"] == {"queued": 1, "unknown": 1, "refused": 1}
    (group,) = facts["refused"]
    assert (group["place"], group["count"], group["mends"][0]) == ("match", 1, "P00001 -> P00001")
    assert [line["number"] for line in facts["unsure"]] == ["RT-1002"] and facts["unsure"][0]["next_lookup_at"]
    assert check(world.shell("upload", "B0001", "--stop", "--json").expect(6))["stop_asked"] is True
    world.uploads.wait()
    assert "No upload of B0001 runs" in world.shell("upload", "B0001", "--stop").expect(2).err
    assert "stand alone" in world.shell("upload", "B0001", "--state", "--dry-run").expect(2).err
    shown = world.shell("upload", "B0001", "--state").out
    assert "Invalid productCode" in shown and "Link the product again." in shown
    world.shell("upload", "B0001").expect(4)
    assert check(world.shell("upload", "B0001", "--state", "--json").expect(4))["person"] == []


def test_a_wait_for_the_ledger_is_shown_with_its_time(clock):
    now = clock.now()
    say = words.Speech(width=80, amount=str, timezone="UTC", currency="USD", now=now)
    since = stamp(now - dt.timedelta(seconds=65))
    note = Waits(words=PRESS, pid=1, host="here", since=since, seconds=600)
    said = words.waiting(note, say, stops=True)
    assert said.startswith("Waiting for the QuickBooks Web Connector.")
    assert "Waiting for 1:05 now; it gives up after 10:00." in said
    assert "Stop ends it at once" in said
    assert "Stop" not in words.waiting(note, say).partition("gives up")[2]


def test_a_note_of_waiting_counts_as_long_as_its_process_lives(tmp_path, clock):
    assert waits(tmp_path) is None
    note_waiting(tmp_path, "words", 600, clock)
    assert (waits(tmp_path).pid, waits(tmp_path).seconds) == (os.getpid(), 600)
    text = (tmp_path / WAITS).read_text("utf-8")
    (tmp_path / WAITS).write_text(text.replace(str(os.getpid()), "999999999"), "utf-8")
    assert waits(tmp_path) is None
    end_waiting(tmp_path)
    assert not (tmp_path / WAITS).exists()
    end_waiting(tmp_path)
