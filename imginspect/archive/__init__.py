"""Archives of container images on the host: the images they list, and verified access to their blobs.

Containers (a tar, a directory) give Members; each layout has one module that turns members into StoredImages.
"""

from imginspect.archive.archive import Access, Archive, open_archive
from imginspect.archive.stored import Blob, ListingScope, StoredDocument, StoredImage

__all__ = ["Access", "Archive", "Blob", "ListingScope", "StoredDocument", "StoredImage", "open_archive"]
