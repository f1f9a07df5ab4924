"""Where Intuit's Web Connector asks for work: a SOAP endpoint on loopback, its journal, and the desks that stand on it."""
