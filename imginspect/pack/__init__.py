"""The evidence pack: a report with all that an auditor needs to trust it, as files with checksums and, with a key, a signature."""

from imginspect.pack.contents import Pack, make_pack
from imginspect.pack.keys import Signer, Verifier, load_signer, load_verifier
from imginspect.pack.writing import write_pack

__all__ = ["Pack", "Signer", "Verifier", "load_signer", "load_verifier", "make_pack", "write_pack"]
