"""What an inspection can vouch for: promised against found digests, the chain of custody, and the ledger of what was read."""

from imginspect.reading.coverage import Coverage, LayerCoverage, make_ledger
from imginspect.reading.custody import Link, chain_of_custody
from imginspect.reading.verification import verify_layers

__all__ = ["Coverage", "LayerCoverage", "Link", "chain_of_custody", "make_ledger", "verify_layers"]
