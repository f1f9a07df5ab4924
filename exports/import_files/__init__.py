"""Import files for ledgers that take files."""
