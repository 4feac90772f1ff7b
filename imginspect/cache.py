from __future__ import annotations

from pathlib import Path


class Cache:
    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, key: str) -> bytes | None:
        try:
            return (self.folder / key).read_bytes() if self.folder else None
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> None:
        if self.folder:
            (self.folder / key).write_bytes(data)
