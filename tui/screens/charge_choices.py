"""What can happen to a charge, each choice with a sentence that says what it does."""

from __future__ import annotations

from typing import Any

from recon.service.charge_rules import VOUCHER_TREATMENTS
from tui.cells import shown
from tui.i18n import _
from tui.screens.match_words import EXPLAINED, TREATMENT_WORDS
from tui.widgets.pick_dialog import Choice


def charge_choices(row: dict[str, Any]) -> list[Choice]:
    """Return the choices for one charge; the one in force is marked."""
    now = row["treatment"]
    if row["kind"] == "platform_voucher":
        return [
            Choice(name, _(TREATMENT_WORDS[name]), _(EXPLAINED[f"voucher-{name}"]), is_now=name == now)
            for name in VOUCHER_TREATMENTS
        ]
    on = f" ({shown(row['code'])})" if now == "book" and row["code"] else ""
    return [
        Choice("book", _("Book on the sales account"), _(EXPLAINED["book"]), is_now=row["on_sales"]),
        Choice(
            "account", _("Book on another account") + (on if not row["is_product"] and not row["on_sales"] else ""),
            _(EXPLAINED["account"]), is_now=now == "book" and not row["is_product"] and not row["on_sales"],
        ),
        Choice(
            "product", _("Book as a product or service") + (on if row["is_product"] else ""), _(EXPLAINED["product"]),
            is_now=now == "book" and row["is_product"],
        ),
        Choice("leave-out", _("Leave out"), _(EXPLAINED["leave-out"]), is_now=now == "leave-out"),
        Choice("hold", _("Hold"), _(EXPLAINED["hold"]), is_now=now == "hold"),
    ]  # fmt: skip
