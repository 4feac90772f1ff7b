"""Layers: the one pass that expands, hashes and indexes each of them, and what it leaves behind."""

from imginspect.layer.index import Entry, LayerIndex
from imginspect.layer.kept import KeptContents
from imginspect.layer.layer_pass import LayerJob, Look, read_layers
from imginspect.layer.seams import Keep, Scanner

__all__ = ["Entry", "Keep", "KeptContents", "LayerIndex", "LayerJob", "Look", "Scanner", "read_layers"]
