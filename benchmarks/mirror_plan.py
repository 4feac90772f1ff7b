"""What each image of a synthetic mirror is: a pure function of the seed and the image's number.

So the first hundred images of any mirror are the same, and runs over 100, 1,000 and 5,000 can be compared.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

BASES = 40
ARM_BASE = BASES
"""The number of one more base, of scripts only, for the arm64 half of images for several platforms."""
DAMAGES = ("truncated-layer", "wrong-digest", "missing-layer", "damaged-manifest", "missing-config", "not-gzip")
FLAWS = ("credential", "mount", "fetch")
BASE_FLAWS = {2: "credential", 6: "mount"}
"""Popular bases that pass a flaw on to every image above them."""
_PER_REPOSITORY = 4
_MB = 1_000_000


@dataclass(frozen=True)
class LayerRecipe:
    """One layer: *name* is its seed and its key, *size* what it has uncompressed, about."""

    name: str
    role: str
    size: int
    flaw: str = ""
    damage: str = ""
    arm: bool = False


@dataclass(frozen=True)
class ImageRecipe:
    """One image with its names; *arm_layers* where it is for two platforms, *attested* where an index with an attestation is around it."""

    number: int
    repository: str
    tags: tuple[str, ...]
    layers: tuple[LayerRecipe, ...]
    arm_layers: tuple[LayerRecipe, ...]
    attested: bool
    flaw: str
    inherited_flaw: str
    damage: str

    @property
    def references(self) -> list[str]:
        return [f"{self.repository}:{tag}" for tag in self.tags]


@dataclass(frozen=True)
class Plan:
    """All images that a seed gives."""

    seed: int
    broken_per_hundred: int
    own_scale: int = 1
    """How many times as large images' own layers are: 1 keeps thousands of images on a small disk, 500 is what research images have."""

    def image(self, number: int) -> ImageRecipe:
        """Image *number*, whatever the size of the mirror."""
        rng = self._rng("image", number)
        base, middle = self._stack(number // _PER_REPOSITORY)
        damage = self._damage(number)
        two = not damage and number % 50 == 7
        flaw = rng.choice(FLAWS) if not damage and rng.random() < 0.1 else ""
        below = [*self.base(base), *([self.middle(middle)] if middle is not None else [])]
        own = self._own(number, rng, flaw, damage)
        arm_own = [LayerRecipe(f"{layer.name}-arm", "own", layer.size, layer.flaw, arm=True) for layer in own]
        return ImageRecipe(
            number=number,
            repository=f"team-{number // _PER_REPOSITORY % 23:02}/app-{number // _PER_REPOSITORY:05}",
            tags=self._tags(number, rng),
            layers=(*below, *own),
            arm_layers=(*self.base(ARM_BASE), *arm_own) if two else (),
            attested=two or (not damage and number % 40 == 11),
            flaw=flaw,
            inherited_flaw=BASE_FLAWS.get(base, ""),
            damage=damage,
        )

    def base(self, number: int) -> list[LayerRecipe]:
        """The layers of base *number*, 0 being the most popular: one to three, 5 to 80 MB each."""
        rng = self._rng("base", number)
        if number == ARM_BASE:
            return [LayerRecipe("base-arm-0", "base", 6 * _MB, arm=True)]
        flaw = BASE_FLAWS.get(number, "")
        count = rng.choices((1, 2, 3), (5, 3, 2))[0]
        sizes = [_log_normal(rng, 18 * _MB, 0.8, 5 * _MB, 80 * _MB) for _ in range(count)]
        return [LayerRecipe(f"base-{number}-{i}", "base" if i == 0 else "middle", size, "" if i else flaw) for i, size in enumerate(sizes)]

    def middle(self, number: int) -> LayerRecipe:
        """The layer of a runtime and its packages, 1 to 30 MB."""
        size = _log_normal(self._rng("middle-size", number), 5 * _MB, 0.9, _MB, 30 * _MB)
        return LayerRecipe(f"middle-{number}", "middle", size)

    def _stack(self, repository: int) -> tuple[int, int | None]:
        """The base and the middle of a repository: every fifth one brings a middle of its own, the others take one that is there."""
        rng = self._rng("repository", repository)
        newest = repository // 5
        if repository % 5 == 0:
            middle: int | None = newest
        elif rng.random() < 0.15:
            middle = None
        else:
            middle = min(newest, int((newest + 1) * rng.random() ** 1.7))
        return (self._any_base(rng) if middle is None else self._any_base(self._rng("middle-base", middle))), middle

    def _any_base(self, rng: random.Random) -> int:
        return rng.choices(range(BASES), cum_weights=_zipf(BASES))[0]

    def _own(self, number: int, rng: random.Random, flaw: str, damage: str) -> list[LayerRecipe]:
        count = rng.choices((1, 2, 3), (3, 5, 2))[0]
        sizes = [self.own_scale * _log_normal(rng, 20_000, 1.3, 2_000, 2 * _MB) for _ in range(count)]
        last = count - 1
        flaws = [flaw if i == last or flaw == "mount" else "" for i in range(count)]
        return [LayerRecipe(f"own-{number}-{i}", "own", size, flaws[i], damage if i == last else "") for i, size in enumerate(sizes)]

    def _tags(self, number: int, rng: random.Random) -> tuple[str, ...]:
        version = number % _PER_REPOSITORY
        more = [f"1.{version}", f"build-{number}", f"1.{version}.0-slim", f"release-{version}"]
        return (f"1.{version}.0", *more[: rng.choices((0, 1, 2, 4), (75, 14, 8, 3))[0]])

    def _damage(self, number: int) -> str:
        """So many of each hundred, in places that the seed chooses."""
        hundred = self._rng("broken", number // 100)
        places = hundred.sample(range(100), 100)[: self.broken_per_hundred]
        if number % 100 not in places:
            return ""
        return DAMAGES[(number // 100 * self.broken_per_hundred + places.index(number % 100)) % len(DAMAGES)]

    def _rng(self, *what: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *what))))


def _log_normal(rng: random.Random, median: int, sigma: float, least: int, most: int) -> int:
    return int(min(most, max(least, median * rng.lognormvariate(0, sigma))))


@lru_cache
def _zipf(count: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 1) ** 1.1 for rank in range(count)))
