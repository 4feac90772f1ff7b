"""imginspect reads exported container images and reports what is in them, with evidence.

What is in ``__all__`` is for other programs and keeps its meaning; each name is imported when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imginspect.errors import ImgInspectError, RuleError, UsageError
    from imginspect.inspection.library import OpenArchive, inspect, open_archive, render
    from imginspect.report import Report, ReportVerdict
    from imginspect.version import __version__

__all__ = [
    "ImgInspectError",
    "OpenArchive",
    "Report",
    "ReportVerdict",
    "RuleError",
    "UsageError",
    "__version__",
    "inspect",
    "open_archive",
    "render",
]

_HOMES = {
    "ImgInspectError": "errors",
    "OpenArchive": "inspection.library",
    "Report": "report",
    "ReportVerdict": "report",
    "RuleError": "errors",
    "UsageError": "errors",
    "__version__": "version",
    "inspect": "inspection.library",
    "open_archive": "inspection.library",
    "render": "inspection.library",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
