"""BentoWeb: what its API answers, kept as files, becomes readings; and the client that fetches the answers."""

from recon.sources.bentoweb.answers import BentoWebAnswers
from recon.sources.bentoweb.client import BentoWebClient
from recon.sources.bentoweb.shop import BentoWebShopClient

__all__ = ["BentoWebAnswers", "BentoWebClient", "BentoWebShopClient"]
