"""How many examples a property is tried with: few in the quick tier, ten times as many with ``--hypothesis-profile=nightly``."""

from __future__ import annotations

from hypothesis import settings

_ORDINARY = 100
"""Examples of the ordinary profile (`tests/conftest.py`)."""


def examples(quick: int) -> settings:
    """Return settings for a property that is dear to try: ``quick`` examples, more where the profile asks for more."""
    return settings(max_examples=quick * max(1, settings.default.max_examples // _ORDINARY), deadline=None)
