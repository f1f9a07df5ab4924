"""Plain immutable records, one file per word; no Polars, no network, no database."""
