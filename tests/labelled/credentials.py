"""The credentials suite: files and config fields, each with whether a credential is in it. ``python -m`` it for its counts.

It says what a careful person would say who sees the whole file and its path; it was written from the issuers' formats, without a look
at any detector. All values are drawn in code (`credential/values.py`); none was ever given out.
"""

from __future__ import annotations

from collections import Counter

from tests.labelled.credential import (
    client_files,
    encoded_cases,
    escapes,
    false_alarms,
    files,
    forms_code,
    forms_requests,
    forms_settings,
    in_config,
    issuers_cloud,
    issuers_code,
    issuers_services,
    key_cases,
    kinds_learning,
    kinds_research,
    kinds_site,
    kinds_stores,
    lookalikes,
    names,
    options,
    owned_files,
    packed_cases,
    placeholders,
    public_material,
    stored_cases,
    whole_placeholders,
    without_secret,
)
from tests.labelled.credential.case import Case, as_image

__all__ = ["CASES", "Case", "as_image"]

PARTS = (
    issuers_cloud,
    issuers_code,
    issuers_services,
    key_cases,
    files,
    in_config,
    placeholders,
    lookalikes,
    public_material,
    without_secret,
    kinds_learning,
    kinds_research,
    kinds_site,
    kinds_stores,
    client_files,
    forms_settings,
    forms_code,
    forms_requests,
    names,
    options,
    escapes,
    whole_placeholders,
    false_alarms,
    owned_files,
    packed_cases,
    stored_cases,
    encoded_cases,
)

CASES: tuple[Case, ...] = tuple(case for part in PARTS for case in part.all_cases())
"""All cases, in the same order and with the same bytes in every run."""


def main() -> None:
    """Print how many cases there are of which kind."""
    counts = Counter((case.kind, case.expected) for case in CASES)
    for (kind, expected), count in sorted(counts.items()):
        print(f"{kind:8} {'credential' if expected else 'none':10} {count:4}")
    issuers = {case.issuer for case in CASES if case.expected}
    print(f"{len(CASES)} cases, {len(issuers)} issuers or kinds, {sum(case.arguable for case in CASES)} arguable")


if __name__ == "__main__":
    main()
