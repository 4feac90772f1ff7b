"""Reports: what was found as one value, and renderers that are pure functions of it."""

from imginspect.report.report import Report, ReportVerdict, worst

__all__ = ["Report", "ReportVerdict", "worst"]
