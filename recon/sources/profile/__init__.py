"""Orders from any CSV or Excel export, by a column profile a bookkeeper can read and edit (docs/profiles.md)."""

from recon.sources.profile.guesses import Guess, Question, StateWord
from recon.sources.profile.model import Profile, parse_profile
from recon.sources.profile.propose import Proposal, propose_profile
from recon.sources.profile.source import ProfileOrders

__all__ = ["Guess", "Profile", "ProfileOrders", "Proposal", "Question", "StateWord", "parse_profile", "propose_profile"]
