"""QuickBooks Desktop (US) as a ledger: qbXML message sets, fetched and brought back by the Web Connector."""
