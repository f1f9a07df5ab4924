"""The import files of one batch: one per template, in parts where one does not hold all, read back as documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exports.import_files.peak_book import read_book, write_book
from exports.import_files.peak_cells import Row
from exports.import_files.peak_columns import MAX_ROWS, ExcelOptions, Template
from recon.crash import NO_CRASH, CrashPoints
from recon.text import safe_file_part


class ImportFiles:
    """The import files of one batch."""

    def __init__(self, folder: Path, batch_id: str, options: ExcelOptions, crash: CrashPoints = NO_CRASH) -> None:
        self._folder = folder
        self._crash = crash
        self._batch = safe_file_part(batch_id)
        self._options = options

    def path(self, template: Template, part: int) -> Path:
        """Return where a part lies; the first has no number."""
        ending = "" if part == 1 else f".{part}"
        return self._folder / f"{template.file}_{self._batch}{ending}.xlsx"

    def paths(self, template: Template) -> list[Path]:
        """Return the parts that exist, in order."""
        found: list[Path] = []
        while (path := self.path(template, len(found) + 1)).exists():
            found.append(path)
        return found

    def read(self, template: Template) -> list[tuple[Path, list[Row]]]:
        """Return the documents in the files, each as its rows with the file it stands in."""
        found: list[tuple[Path, list[Row]]] = []
        for path in self.paths(template):
            for row in read_book(path, template):
                if found and found[-1][0] == path and found[-1][1][0][0] == row[0]:
                    found[-1][1].append(row)
                else:
                    found.append((path, [row]))
        return found

    def write(self, template: Template, groups: Sequence[Sequence[Row]]) -> list[Path]:
        """Write documents into as few files as hold them, numbered from 1 in each; parts no longer needed go."""
        parts: list[list[list[Row]]] = []
        for group in groups:
            if not parts or sum(map(len, parts[-1])) + len(group) > MAX_ROWS:
                parts.append([])
            parts[-1].append([(str(len(parts[-1]) + 1), *row[1:]) for row in group])
        before = self.paths(template)
        sheet = self._options.invoice_sheet if template.kind == "invoice" else template.sheet
        written = [
            write_book(
                self.path(template, number),
                template,
                [row for group in part for row in group],
                sheet=sheet,
                crash=self._crash,
            )
            for number, part in enumerate(parts, 1)
        ]
        for path in before[len(parts) :]:
            path.unlink()
        return written
