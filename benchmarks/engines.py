"""Searches one image for credentials with both engines and compares the matches: ``python benchmarks/engines.py IMAGE.tar``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from imginspect.archive import open_archive
from imginspect.image import list_images
from imginspect.layer import PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.reading.contents import read_contents
from imginspect.rules import load_patterns
from imginspect.rules.folder import rules_folder
from imginspect.scan.matcher import Matcher


def search(path: Path, engine: str) -> tuple[dict[str, Any], float]:
    """(what *engine* finds by layer and path, seconds)."""
    matcher = Matcher(load_patterns([rules_folder()]), engine)
    start = time.perf_counter()
    with open_archive(path) as archive:
        image = list_images(archive).images[0]
        contents = read_contents(archive, image, PassVisitors(ContentScanner(matcher)))
    seconds = time.perf_counter() - start
    found = {
        f"layer {number} {index.entries[ordinal].path} #{ordinal}": [list(match) for match in matches]
        for number, index in enumerate(contents.layers)
        for ordinal, matches in index.matches.items()
    }
    return found, seconds


def main() -> int:
    """0 where both find the same, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    fast, fast_seconds = search(options.image, "hyperscan")
    slow, slow_seconds = search(options.image, "literals")
    differences = sorted(key for key in fast.keys() | slow.keys() if fast.get(key) != slow.get(key))
    result = {
        "files": len(fast),
        "matches": sum(map(len, fast.values())),
        "differences": differences,
        "fast": fast_seconds,
        "slow": slow_seconds,
    }
    if options.json:
        print(json.dumps(result))
    else:
        print(f"{result['matches']} matches in {result['files']} files; {len(differences)} files differ")
        print(f"hyperscan {fast_seconds:.1f} s, literals {slow_seconds:.1f} s")
        print("\n".join(differences[:20]))
    return 0 if options.json else int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
