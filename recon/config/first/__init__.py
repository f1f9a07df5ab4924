"""The first recon.toml of a workspace, written from a few answers."""
