"""Platform: operating system, architecture and variant, as ``linux/arm64/v8``."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.errors import UsageError

_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm", "i386": "386", "i686": "386"}
_DEFAULT_VARIANTS = {"arm64": "v8", "arm": "v7"}


class Platform(NamedTuple):
    """What a manifest was built for. Empty fields are not known."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os or "unknown", self.architecture or "unknown", self.variant) if part)

    @classmethod
    def parse(cls, text: str) -> Platform:
        """The platform that ``os/architecture[/variant]`` names.

        Raises: UsageError
        """
        parts = text.lower().split("/")
        if len(parts) not in (2, 3) or not all(parts):
            raise UsageError(f"expected a platform such as linux/amd64 or linux/arm/v7, found {text!r}")
        architecture = _ALIASES.get(parts[1], parts[1])
        return cls(parts[0], architecture, parts[2] if len(parts) == 3 else "")

    @property
    def is_known(self) -> bool:
        """False for ``unknown/unknown``, which is how BuildKit marks attestations."""
        return self.os not in ("", "unknown") and self.architecture not in ("", "unknown")

    def satisfies(self, wanted: Platform) -> bool:
        """Whether an image for this platform is one for *wanted*; a variant left out means the architecture's usual one."""
        if (self.os, self.architecture) != (wanted.os, wanted.architecture):
            return False
        usual = _DEFAULT_VARIANTS.get(self.architecture, "")
        return not wanted.variant or (self.variant or usual) == wanted.variant
