"""Layers: the one pass that expands, hashes and indexes each of them, and what it leaves behind."""

from imginspect.layer.content_spool import ContentSpool
from imginspect.layer.index import Entry, LayerIndex
from imginspect.layer.layer_pass import LayerJob, PassVisitors, read_layers
from imginspect.layer.protocols import Retention, Scanner

__all__ = ["ContentSpool", "Entry", "LayerIndex", "LayerJob", "PassVisitors", "Retention", "Scanner", "read_layers"]
