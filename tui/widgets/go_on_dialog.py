"""The question before an upload that stopped goes on: what is looked up, what is sent, and to whom."""

from __future__ import annotations

from recon.service.upload_records import UploadState
from tui import upload_words as words
from tui.cells import shown
from tui.i18n import _, count, ngettext
from tui.widgets.dialogs import ConfirmDialog, Dialog, TextDialog


def go_on_dialog(state: UploadState, batch: str) -> Dialog[bool] | Dialog[str]:
    """Return the question; a live ledger wants the company's name typed."""
    title, said = _("Go on with {batch}").format(batch=batch), "\n".join(_what_follows(state))
    if not state.confirm:
        return ConfirmDialog(title, said, yes=_("Go on"))
    needed = state.confirm

    def check(text: str) -> str:
        return (
            "" if text.casefold() == needed.casefold() else _("This is not the company's short name. Nothing is sent.")
        )

    return TextDialog(title, f"{said}\n{_('LIVE: type the short name of the company ({name}).').format(name=needed)}", yes=_("Go on"), check=check)  # fmt: skip


def _what_follows(state: UploadState) -> list[str]:
    said = []
    if state.unsure:
        said.append(_("{documents} of unknown outcome are looked up first, when their time has come.").format(documents=words.documents(len(state.unsure))))  # fmt: skip
    left = state.counts.get("queued", 0)
    if left:
        said.append(
            ngettext(
                "Then {n} document that is approved and not sent yet goes to {company}.",
                "Then {n} documents that are approved and not sent yet go to {company}.",
                left,
            ).format(n=count(left), company=shown(state.company))
        )
    else:
        said.append(_("What is certainly not there is sent again; nothing else is sent."))
    return said
