"""reading: an image read in full: contents, digests compared with those stated, the chain of custody, and the coverage."""

from imginspect.reading.coverage import Coverage, LayerCoverage, count_coverage
from imginspect.reading.custody import Link, chain_of_custody
from imginspect.reading.verification import verify_layers

__all__ = ["Coverage", "LayerCoverage", "Link", "chain_of_custody", "count_coverage", "verify_layers"]
