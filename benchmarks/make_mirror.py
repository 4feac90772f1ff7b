"""Makes a synthetic registry mirror: ``python benchmarks/make_mirror.py OUT_DIR --images 2000``. See README.md for its shapes.

OUT_DIR/pool contains each blob once; OUT_DIR/LAYOUT-N is a mirror of the first N images, whose tree is hard links into the pool, and
OUT_DIR/LAYOUT-N/mirror.json describes it. A larger mirror adds to the pool, and smaller ones beside it cost nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, astuple
from itertools import chain
from pathlib import Path
from typing import Any

from mirror_documents import StoredImage, write_documents
from mirror_layers import LayerFacts, make_layer
from mirror_plan import ImageRecipe, LayerRecipe, Plan
from mirror_stock import Stock
from mirror_trees import LAYOUTS, remove_tree, write_tree

_OWN_AT_ONCE = 50


class Pool:
    """The blobs on disk with the notes of what is there: each layer is made once, whatever the mirrors made from it."""

    def __init__(self, out: Path, plan: Plan) -> None:
        self.blobs = out / "pool"
        self.blobs.mkdir(parents=True, exist_ok=True)
        self._plan = plan
        self._notes = out / "layers.jsonl"
        self._stock = out / "stock.json"
        self._hold_to_plan(out / "plan.json")
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        made = (LayerFacts(*json.loads(line)) for line in lines if line.endswith("]"))
        self.layers = {facts.name: facts for facts in made}

    def _hold_to_plan(self, file: Path) -> None:
        plan = asdict(self._plan)
        if file.exists() and json.loads(file.read_text()) != plan:
            raise SystemExit(f"{file} says that this directory was created with {file.read_text().strip()}: use another one, or delete it")
        file.write_text(json.dumps(plan) + "\n")

    def fill(self, images: Iterable[ImageRecipe], processes: int) -> None:
        """Makes the layers that *images* need and the pool lacks, large ones first."""
        wanted = {layer.name: layer for image in images for layer in (*image.layers, *image.arm_layers)}
        missing = sorted((layer for name, layer in wanted.items() if name not in self.layers), key=lambda layer: -layer.size)
        if not missing:
            return
        Stock.of_machine(self._stock)
        large = [(layer,) for layer in missing if layer.role != "own"]
        own = [layer for layer in missing if layer.role == "own"]
        small = [tuple(own[start :: -(-len(own) // _OWN_AT_ONCE)]) for start in range(-(-len(own) // _OWN_AT_ONCE))]
        done, all_bytes = 0, sum(layer.size for layer in missing)
        start = (self._stock, self._plan.seed, self.blobs)
        with ProcessPoolExecutor(processes, initializer=_start, initargs=start) as workers, self._notes.open("a") as notes:
            for made in workers.map(_make, chain(large, small)):
                for facts in made:
                    self.layers[facts.name] = facts
                    notes.write(json.dumps(astuple(facts)) + "\n")
                    done += facts.size
                notes.flush()
                if sys.stderr.isatty():
                    print(f"\rlayers: {done / 1e6:,.0f} of about {all_bytes / 1e6:,.0f} MB", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print(file=sys.stderr)


_made_with: list[Any] = []


def _start(stock: Path, seed: int, pool: Path) -> None:
    _made_with[:] = [Stock.of_machine(stock), seed, pool]


def _make(layers: tuple[LayerRecipe, ...]) -> list[LayerFacts]:
    return [make_layer(layer, *_made_with) for layer in layers]


def facts_of(images: list[StoredImage], layout: str, plan: Plan) -> dict[str, Any]:
    """What mirror.json says: counts and bytes, and by reference what was broken and what was put in wrong."""
    distinct = {layer.digest: layer for image in images for stack in image.platforms for layer in stack}
    first = {layer.digest: layer for image in images for layer in image.platforms[0]}
    reached = [image for image in images if image.recipe.damage not in ("damaged-manifest", "missing-config")]
    needed = {layer.digest: layer for layer in _all_layers(reached)}
    recipes = [image.recipe for image in images]
    return {
        "layout": layout,
        **asdict(plan),
        "images": len(images),
        "references": sum(len(recipe.tags) for recipe in recipes),
        "repositories": len({recipe.repository for recipe in recipes}),
        "platform_images": sum(len(image.platforms) for image in images),
        "indexes": sum(recipe.attested for recipe in recipes),
        "distinct_layers": len(distinct),
        "distinct_layer_entries": sum(layer.entries for layer in distinct.values()),
        "distinct_layer_bytes_stored": sum(layer.on_disk for layer in distinct.values()),
        "distinct_layer_bytes_uncompressed": sum(layer.size for layer in distinct.values()),
        "needed_layer_bytes_stored": sum(layer.on_disk for layer in needed.values()),
        "amd64_layer_bytes_stored": sum(layer.on_disk for layer in first.values()),
        "sum_layer_bytes_stored": sum(layer.on_disk for layer in _all_layers(images)),
        "sum_layer_bytes_uncompressed": sum(layer.size for layer in _all_layers(images)),
        "largest_layer_uncompressed": max(layer.size for layer in distinct.values()),
        "broken": sum(bool(recipe.damage) for recipe in recipes),
        "flawed": sum(bool(recipe.flaw or recipe.inherited_flaw) for recipe in recipes),
        "broken_references": {name: recipe.damage for recipe in recipes if recipe.damage for name in recipe.references},
        "flawed_references": {name: recipe.flaw for recipe in recipes if recipe.flaw for name in recipe.references},
        "inherited_flaws": {name: recipe.inherited_flaw for recipe in recipes if recipe.inherited_flaw for name in recipe.references},
    }


def _all_layers(images: list[StoredImage]) -> Iterator[LayerFacts]:
    return (layer for image in images for stack in image.platforms for layer in stack)


def make(out: Path, plan: Plan, images: int, layout: str, processes: int) -> Path:
    """The mirror, made or added to; the folder with its mirror.json."""
    recipes = [plan.image(number) for number in range(images)]
    pool = Pool(out, plan)
    pool.fill(recipes, processes)
    stored = [write_documents(recipe, pool.layers, pool.blobs) for recipe in recipes]
    folder = out / f"{layout}-{images}"
    if not (folder / "mirror.json").exists():
        remove_tree(folder)
        (folder / "mirror").mkdir(parents=True)
        write_tree(layout, stored, pool.blobs, folder / "mirror")
        (folder / "mirror.json").write_text(json.dumps(facts_of(stored, layout, plan), indent=2) + "\n")
    return folder


def main() -> int:
    """0 when the mirror is there."""
    parser = argparse.ArgumentParser(description="Make a synthetic registry mirror.")
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="directory of the blob pool and the mirrors; existing files are kept")
    parser.add_argument("--images", type=int, required=True, metavar="N", help="number of images in the mirror")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="registry", help="layout of the mirror [%(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated images [%(default)s]")
    parser.add_argument(
        "--own-scale", type=int, default=1, metavar="K", help="scale of the own layers; 500 corresponds to research images [%(default)s]"
    )
    parser.add_argument("--broken", type=int, default=1, metavar="K", help="percentage of broken images [%(default)s]")
    parser.add_argument("--processes", type=int, default=2, help="number of compressing processes [%(default)s]")
    options = parser.parse_args()
    if not 0 <= options.broken <= 100 or options.images < 1:
        parser.error("--images starts at 1, and --broken is 0 to 100")
    started = time.monotonic()
    folder = make(options.out_dir, Plan(options.seed, options.broken, options.own_scale), options.images, options.layout, options.processes)
    facts = json.loads((folder / "mirror.json").read_text())
    print(f"{folder / 'mirror'}: {facts['images']:,} images, {facts['references']:,} references, {facts['distinct_layers']:,} layers,")
    stored, whole = facts["distinct_layer_bytes_stored"], facts["distinct_layer_bytes_uncompressed"]
    print(f"  {stored / 1e6:,.0f} MB stored, {whole / 1e6:,.0f} MB uncompressed (ratio {whole / stored:.2f})")
    print(f"  in {time.monotonic() - started:,.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
