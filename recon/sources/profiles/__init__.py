"""Starter profiles: what is asked of an export whose headings no provider has published.

They are empty on purpose; headings are never invented. `recon profile FILE` fills one from a real file.
"""

from __future__ import annotations

from importlib.resources import files

_ENDING = ".toml"


def starter_names() -> tuple[str, ...]:
    """Return the names of the starter profiles."""
    listed = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in listed if name.endswith(_ENDING)))


def starter_text(name: str) -> str:
    """Return a starter profile as TOML text."""
    assert name in starter_names(), name
    return files(__name__).joinpath(name + _ENDING).read_text(encoding="utf-8")
