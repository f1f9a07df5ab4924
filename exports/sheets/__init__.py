"""The sheets of the audit workbook, one module per word."""
