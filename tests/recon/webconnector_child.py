"""A program that posts one customer through the endpoint and may be killed on the way: `python webconnector_child.py FOLDER POINT HOW`.

It does what the engine does: first what is known of the document's last set, then whether QuickBooks holds it, then the send. HOW:
``own`` (an endpoint of its own), ``serve`` (stands for others, as `recon qbwc serve` does) or ``ask`` (through the one that serves).
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from recon.crash import crash_points_from
from recon.errors import TargetError
from recon.ports import SystemClock
from recon.targets.quickbooks.desk import Desk
from recon.targets.quickbooks.endpoint.desks import EndpointDesk, open_desk, relayed
from recon.targets.quickbooks.endpoint.listen import endpoint
from recon.targets.quickbooks.endpoint.waiting import Times
from recon.targets.quickbooks.qbxml.read import read
from recon.targets.quickbooks.qbxml.write import message_set, request

KEY, NAME = "k1", "Ann"


def post(desk: Desk) -> str:
    known = desk.recovered(KEY)
    if known is not None and known.answer is not None:
        return "known"
    held = read(desk.ask(message_set([request("CustomerQuery", {"FullName": [NAME]}, request_id="1")])))
    if held.by_id("1").rows:
        return "found"
    set_id = f"rc{secrets.token_hex(10)}"
    desk.ask(
        message_set([request("CustomerAdd", {"Name": NAME}, request_id="1")], set_id=set_id),
        set_id=set_id,
        about=(KEY,),
    )
    return "sent"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ask(desk: Desk) -> int:
    try:
        say(post(desk))
    except TargetError as error:
        say(f"failed: {error}")
        return 5
    return 0


def main() -> int:
    folder, point, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    clock, crash = SystemClock(), crash_points_from(point)
    if how == "ask":
        with open_desk(folder=folder, port=0, wait_seconds=30, clock=clock, crash=crash) as desk:
            return ask(desk)
    serves = how == "serve"
    times = Times(wait=30, hold=0.2, leave=3)
    with endpoint(
        folder=folder, port=0, clock=clock, times=times, crash=crash, serves=serves, relayed=relayed if serves else None
    ) as here:
        say(here.url)
        if not serves:
            return ask(EndpointDesk(here.dispatch))
        sys.stdin.read()  # until whoever started it is done
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
