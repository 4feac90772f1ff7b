"""Makes the images that the benchmark reads: ``python benchmarks/make_images.py OUT_DIR [--only NAME ...]``.

Existing images are kept. The large ones need about 8 GB while they are created and 5 GB afterwards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import layer_recipes
from image_writer import DOCKER, OCI_GZIP, OCI_PLAIN, LayerTar, write_image

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Recipe:
    """One image: its layers (name, how it is made, what the history says) and the archives that it is written as (name, form)."""

    layers: tuple[tuple[str, Callable[[Path], None], str], ...]
    archives: tuple[tuple[str, str], ...]
    run: dict[str, object]


RECIPES = {
    "tiny": Recipe((("tiny", layer_recipes.tiny, "COPY hello / # buildkit"),), (("tiny", DOCKER),), {"Env": [_PATH], "Cmd": ["/hello"]}),
    "empty": Recipe((("empty", layer_recipes.empty, "COPY srv /srv # buildkit"),), (("empty", DOCKER),), {"Env": [_PATH]}),
    "large": Recipe(
        (
            ("debian", layer_recipes.debian, "/bin/sh -c #(nop) ADD file:rootfs in / "),
            ("python", layer_recipes.python_tree, "RUN /bin/sh -c pip install -r requirements.txt # buildkit"),
            ("application", layer_recipes.application, "COPY app /app # buildkit"),
        ),
        (("large-gzip", OCI_GZIP), ("large-plain", OCI_PLAIN), ("large-docker", DOCKER)),
        {"Env": [_PATH], "WorkingDir": "/app", "User": "1000", "Entrypoint": ["python3", "/app/main.py"]},
    ),
}


def make(recipe: Recipe, out: Path) -> None:
    """Makes those of the recipe's archives that *out* lacks; the layers are kept only until all of them are there."""
    missing = [(name, form) for name, form in recipe.archives if not (out / f"{name}.tar").exists()]
    if not missing:
        return
    layers = []
    for name, write, created_by in recipe.layers:
        path = out / f"layer-{name}.tar"
        if not path.exists():
            print(f"creating layer {name}", file=sys.stderr)
            partial = path.with_suffix(".part.tar")
            write(partial)
            partial.replace(path)
        layers.append(LayerTar.read(path, created_by))
    for name, form in missing:
        print(f"writing {name}.tar", file=sys.stderr)
        write_image(out / f"{name}.tar", form, layers, recipe.run)
    for layer in layers:
        layer.path.unlink()


def main() -> int:
    """0 when all images asked for are there, 1 where one could not be made."""
    parser = argparse.ArgumentParser(description="Create the benchmark's images.")
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="output directory; existing images are kept")
    parser.add_argument("--only", nargs="+", choices=sorted(RECIPES), default=list(RECIPES), help="create only these images")
    options = parser.parse_args()
    options.out_dir.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        try:
            make(RECIPES[name], options.out_dir)
        except layer_recipes.RecipeError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        for archive, _ in RECIPES[name].archives:
            path = options.out_dir / f"{archive}.tar"
            print(f"{path}  {path.stat().st_size / 1e6:,.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
