"""Lifecycles without decisions, as data: their rows as frames to join records with, and as a page of docs/lifecycle.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import polars as pl

from recon.frames.schemas import DocumentKind
from recon.plan.lifecycle import Rule

_STEPS: Final = pl.Schema({"rule_no": pl.UInt8(), "step": pl.UInt8(), "kind": DocumentKind})


def combinations_of(rules: Sequence[Rule]) -> Iterator[tuple[str, str, bool, int]]:
    """Yield (now, ledger, changed, number of the rule) for every combination the table covers."""
    for number, rule in enumerate(rules):
        changed = (False, True) if rule.changed is None else (rule.changed,)
        for now, ledger, is_changed in product(rule.now, rule.ledger, changed):
            yield now, ledger, is_changed, number


def rules_of(table: Sequence[Rule], now: pl.Enum, ledger: pl.Enum) -> pl.DataFrame:
    """Return the table as a frame: one row per combination."""
    schema = pl.Schema({"now": now, "ledger": ledger, "changed": pl.Boolean(), "rule_no": pl.UInt8()})
    return pl.DataFrame(list(combinations_of(table)), schema=schema, orient="row")


def steps_of(rules: Sequence[Rule]) -> pl.DataFrame:
    """Return the documents each rule asks for: rule_no, step (1..) and kind."""
    rows = [(number, step, kind) for number, rule in enumerate(rules) for step, kind in enumerate(rule.actions, 1)]
    return pl.DataFrame(rows, schema=_STEPS, orient="row")


def page_rows(
    rules: Sequence[Rule], now_means: Mapping[str, str], ledger_means: Mapping[str, str], actions: Mapping[str, str]
) -> str:
    """Return the rows of the table on its page, a line each."""
    return "".join(f"{_page_row(rule, now_means, ledger_means, actions)}\n" for rule in rules)


def _page_row(
    rule: Rule, now_means: Mapping[str, str], ledger_means: Mapping[str, str], actions: Mapping[str, str]
) -> str:
    now = " / ".join(now_means[name] for name in rule.now)
    ledger = " / ".join(ledger_means[name] for name in rule.ledger)
    changed = {None: "", True: "yes", False: "no"}[rule.changed]
    then = ", then ".join(actions[action] for action in rule.actions)
    if not then:
        then = f"finding `{rule.finding}`" if rule.finding else "nothing: the ledger is right"
    return f"| {now} | {ledger} | {changed} | {then} | `{rule.name}` |"
