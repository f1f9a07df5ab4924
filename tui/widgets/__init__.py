"""Widgets of our own: they draw outside text as text, by terminal cells, and never with markup."""
