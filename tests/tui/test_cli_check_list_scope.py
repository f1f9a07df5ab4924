"""The check-list's lines about charges, shipping and taxes: counted is only what a plan would send."""

from __future__ import annotations

from tests.shell import Shell
from tests.tui.test_cli_check_list import listed, ready, row, settings, shop, take  # noqa: F401


def test_charges_of_orders_that_are_never_sent_are_not_counted(ready: Shell) -> None:  # noqa: F811
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["SCB"]')
    settings(ready, '\n[connections.shop.charges.Web]\ncod_fee = { account = "999999" }\n')
    take(
        ready,
        row("B1", cod="20.00", total="127.00", amount="107.00"),
        row("B2", payment="Card", cod="30.00", total="137.00", amount="107.00"),
    )
    (charge,) = listed(ready, code=4)["charges"]
    assert (charge["count"], charge["total"]) == (1, "20.00"), (
        "the order paid by card is of a channel that is not chosen"
    )


def test_shipping_of_orders_that_are_never_sent_is_not_counted(ready: Shell) -> None:  # noqa: F811
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["SCB"]')
    take(ready, row("B1", channel="Lazada", payment="Card", shipping="50.00", total="157.00"))
    assert "shipping" not in listed(ready)
    take(ready, row("B2", channel="Lazada", shipping="40.00", total="147.00"))
    (line,) = listed(ready)["shipping"]
    assert (line["count"], line["total"]) == (1, "40.00")


def test_a_word_that_holds_only_orders_never_sent_is_not_missing(ready: Shell) -> None:  # noqa: F811
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["SCB"]')
    take(ready, row("B1", status="Nirvana", payment="Card"), code=4)
    assert [line["state"] for line in listed(ready)["words"]] == ["ok"]
