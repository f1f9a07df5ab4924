"""Settings of a workspace (``recon.toml``): one module per table, what is wrong with them in words, and the first file."""
