"""Readings to canonical frames, several files to one set, and what changed between two sets. Pure: no file, no clock."""

from recon.frames.canonical import CanonicalFrames, ControlTotal, Stated
from recon.normalize.canonical import normalize
from recon.normalize.compare import CHANGED, Comparison, compare
from recon.normalize.merge import combine

NORMALIZE_VERSION = 4
"""Raised whenever the same reading would be normalized differently; stored frames of older versions are made again."""

__all__ = ["CHANGED", "CanonicalFrames", "Comparison", "ControlTotal", "Stated", "combine", "compare", "normalize"]
