"""A table full of hostile text, for a real terminal: ``python -m tests.screens.hostile_app``."""

from __future__ import annotations

import polars as pl

from tests.screens.table_app import HOSTILE, TableApp, documents


def main() -> None:
    """Show it until Ctrl+Q."""
    frame = documents(len(HOSTILE)).with_columns(
        customer=pl.Series(HOSTILE), document=pl.Series([f"{n} {text}"[:40] for n, text in enumerate(HOSTILE)])
    )
    TableApp(frame).run()


if __name__ == "__main__":
    main()
