"""The names in a document are those of the values that it is made from."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args

import pytest

from imginspect.checks.facts import LicenceFactKind
from imginspect.checks.result import Confidence, EvidenceState, Verdict
from imginspect.host import compression
from imginspect.layer.index import LayerStatus
from imginspect.reading.custody import LinkStatus
from imginspect.report import document
from imginspect.report.report import ReportVerdict
from imginspect.rules import Severity, Undetermined
from imginspect.rules.policy import MountRole
from imginspect.rules.rule import ReferenceLevel
from imginspect.tar import header


@pytest.mark.parametrize(
    ("names", "states"),
    [
        (document.VerdictName, ReportVerdict),
        (document.ResultName, Verdict),
        (document.UndeterminedName, Undetermined),
        (document.SeverityName, Severity),
        (document.ConfidenceName, Confidence),
        (document.LayerStatusName, LayerStatus),
        (document.LinkStatusName, LinkStatus),
        (document.StateName, EvidenceState),
        (document.LicenceKind, LicenceFactKind),
        (document.LevelName, ReferenceLevel),
        (document.MountRoleName, MountRole),
    ],
)
def test_names_are_those_of_the_states(names: Any, states: type[StrEnum]) -> None:
    assert set(get_args(names)) == {str(state) for state in states}


def test_exit_codes_are_those_of_the_verdicts() -> None:
    assert set(get_args(document.ExitCode)) == {verdict.exit_code for verdict in ReportVerdict}


def test_kinds_of_rows_are_those_of_a_tar() -> None:
    kinds = {header.FILE, header.DIRECTORY, header.SYMLINK, header.HARDLINK, header.CHARACTER_DEVICE, header.BLOCK_DEVICE, header.FIFO}
    assert set(get_args(document.RowKind)) == kinds | {"folded-directory", "folded-package"}


def test_compressions_are_those_that_can_be_expanded() -> None:
    known = {value for name, value in vars(compression).items() if name in ("PLAIN", "GZIP", "ZSTD", "XZ", "BZIP2")}
    assert set(get_args(document.CompressionName)) == {"", *known}
