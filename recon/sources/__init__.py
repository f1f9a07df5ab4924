"""Sources: one module per provider format. They turn files into readings and know no ledger."""
