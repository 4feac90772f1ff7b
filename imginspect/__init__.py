"""imginspect reads exported container images and reports what is in them, with evidence."""

__version__ = "0.1.0"
