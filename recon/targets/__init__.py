"""Targets: one module or package per ledger. They take canonical documents and know no shop."""
