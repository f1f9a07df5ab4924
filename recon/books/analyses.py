"""Which analysis types of a SAF-T Financial file are departments and which are projects.

`AnalysisType` is whatever the ledger calls its own dimensions. It is told by the file's own words (*Avdeling*, *Prosjekt*), else
by its codes: the one type all of whose codes the ledger itself listed to us as departments, or as projects. A person may name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from recon.frames.text import fold

DEPARTMENT_WORDS: Final = ("avdeling", "avdelinger", "department", "departments")
PROJECT_WORDS: Final = ("prosjekt", "prosjekter", "project", "projects")
"""Words by which a table of analysis types names them, folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyses:
    """What is known beforehand of a file's analysis types."""

    department_type: str = ""
    """`AnalysisType` of departments as a person named it; empty: the file is to tell."""
    project_type: str = ""
    departments: frozenset[str] = frozenset()
    """Codes of the ledger's departments as last read from it."""
    projects: frozenset[str] = frozenset()


NOTHING_KNOWN: Final = Analyses()


def analysis_types(named: Iterable[tuple[str, str, str]], known: Analyses) -> tuple[str, str]:
    """Return the types of departments and of projects; empty: there is none, or it cannot be told.

    Args:
        named: Type, its description and one of its codes, as the file's table lists them.
        known: What a person or the ledger said.
    """
    words: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for kind, description, code in named:
        words.setdefault(kind, set()).update((fold(kind), fold(description)))
        codes.setdefault(kind, set()).update(filter(None, (code,)))
    department = known.department_type or _by_words(words, DEPARTMENT_WORDS)
    project = known.project_type or _by_words(words, PROJECT_WORDS)
    by_codes = [_by_codes(codes, listed, {department, project}) for listed in (known.departments, known.projects)]
    if by_codes[0] == by_codes[1]:  # the same codes name both: nothing tells which it is
        by_codes = ["", ""]
    return department or by_codes[0], project or by_codes[1]


def _by_words(words: Mapping[str, set[str]], wanted: Iterable[str]) -> str:
    found = [kind for kind, said in words.items() if said & set(wanted)]
    return found[0] if len(found) == 1 else ""


def _by_codes(codes: Mapping[str, set[str]], listed: frozenset[str], taken: set[str]) -> str:
    found = [kind for kind, own in codes.items() if own and own <= listed and kind not in taken]
    return found[0] if len(found) == 1 else ""
