"""Orders from any CSV or Excel export, by a column profile a bookkeeper can read and edit (docs/profiles.md)."""

from recon.sources.profile.model import Profile, parse_profile
from recon.sources.profile.source import ProfileOrders

__all__ = ["Profile", "ProfileOrders", "parse_profile"]
