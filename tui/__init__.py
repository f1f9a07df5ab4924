"""Everything a person meets at the terminal: commands now, screens next."""
