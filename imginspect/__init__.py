"""imginspect reads exported container images and reports what is in them, with evidence.

What is in ``__all__`` is for other programs and keeps its meaning; each name is imported when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from imginspect.errors import ImgInspectError, RuleError, UsageError
    from imginspect.library import OpenArchive, inspect, open_archive, render
    from imginspect.report import Report, ReportVerdict

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
    "OpenArchive": "library",
    "Report": "report",
    "ReportVerdict": "report",
    "RuleError": "errors",
    "UsageError": "errors",
    "inspect": "library",
    "open_archive": "library",
    "render": "library",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
