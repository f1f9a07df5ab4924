"""What a measurement says: tables as they come, each figure beside what it is to be, and everything kept for JSON."""

from __future__ import annotations

import sys
from typing import Any, Final

AIMS: Final = {
    "chain ratio": 4.0, "chain MiB at 1M": 2048, "again ratio": 0.5, "exponent": 1.1, "excel ratio": 1.5, "help seconds": 0.15,
    "commit ratio": 1.5, "workbook ratio": 0.25, "workbook MiB": 1024, "adopting seconds": 2.0, "saft ratio": 2.0, "saft MiB": 1024,
}  # fmt: skip


class Report:
    """Prints as it goes and keeps everything for JSON."""

    def __init__(self) -> None:
        self.figures: list[dict[str, Any]] = []

    def line(self, text: str = "") -> None:
        """Print a line at once."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def title(self, text: str, columns: str = "seconds   peak MiB   ratio") -> None:
        """Begin a table."""
        self.line(f"\n{text}")
        self.line(f"  {'':<40}{columns}")

    def row(
        self, part: str, name: str, *, seconds: float, mib: float | None = None, ratio: float | None = None,
        aim: float | None = None, aim_mib: float | None = None, of: str = "ratio",
    ) -> None:  # fmt: skip
        """Print a figure with its aim and whether it is met, and keep it."""
        cells = (
            f"{seconds:>9.3f}{'' if mib is None else f'{mib:,.0f}':>11}{'' if ratio is None else f'{ratio:.2f} x':>10}"
        )
        said = []
        if aim is not None:
            value = ratio if of == "ratio" else seconds
            said.append(f"aim <= {aim:g}{' x' if of == 'ratio' else ' s'}: {verdict(value, aim)}")
        if aim_mib is not None:
            said.append(f"aim <= {aim_mib:,.0f} MiB: {verdict(mib, aim_mib)}")
        self.line(f"  {name:<38}{cells}   {', '.join(said)}".rstrip())
        self.figures.append({
            "part": part, "name": name.strip(), "seconds": round(seconds, 4), "peak_mib": mib, "aim": aim, "aim_mib": aim_mib,
            "ratio": None if ratio is None else round(ratio, 3),
        })  # fmt: skip

    def note(self, part: str, text: str, **facts: Any) -> None:
        """Print a sentence and keep its facts."""
        self.line(f"  {text}")
        self.figures.append({"part": part, "note": text, **facts})


def verdict(value: float | None, aim: float) -> str:
    """Say whether an aim is met."""
    return "not measured" if value is None else "ok" if value <= aim else "over"
