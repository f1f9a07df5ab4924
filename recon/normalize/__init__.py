"""Readings to canonical frames, several files to one set, and what changed between two sets. Pure: no file, no clock."""

from recon.frames.canonical import CanonicalFrames, ControlTotal, Stated
from recon.normalize.canonical import normalize

__all__ = ["CanonicalFrames", "ControlTotal", "Stated", "normalize"]
