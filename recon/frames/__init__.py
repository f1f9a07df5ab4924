"""Canonical frames: their schemas, the checks at every border, and exact conversion of amounts and dates."""
