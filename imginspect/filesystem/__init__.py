"""The filesystem that a container would see: changesets applied in order, with the history of every path."""

from imginspect.filesystem.builder import FilesystemBuilder
from imginspect.filesystem.filesystem import Filesystem, LinkLoop, NodeNotFound, Resolution
from imginspect.filesystem.node import Attributes, FileState, Hidden, Node

__all__ = [
    "Attributes",
    "FileState",
    "Filesystem",
    "FilesystemBuilder",
    "Hidden",
    "LinkLoop",
    "Node",
    "NodeNotFound",
    "Resolution",
]
