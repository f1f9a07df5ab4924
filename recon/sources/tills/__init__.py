"""What the sources of tills share: VAT by rate, and how it is written."""
