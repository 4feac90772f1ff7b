"""The evidence pack: a report with everything that an auditor needs to trust it: files with checksums and, with a key, a signature."""

from imginspect.evidence_pack.contents import Pack, make_pack
from imginspect.evidence_pack.keys import Signer, Verifier, load_signer, load_verifier
from imginspect.evidence_pack.writing import write_pack

__all__ = ["Pack", "Signer", "Verifier", "load_signer", "load_verifier", "make_pack", "write_pack"]
