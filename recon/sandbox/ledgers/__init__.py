"""What the ledgers to try things on have in common: a server on loopback, its books, its faults and the door for tests."""
