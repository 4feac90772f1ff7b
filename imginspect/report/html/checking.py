"""How to check the report later: the digests that it stands on, and what to run."""

from __future__ import annotations

from imginspect.report.html.markup import Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import code, facts


def checking(part: Part) -> Markup:
    """The versions and digests that the report depends on, and the steps to make it again."""
    document = part.document
    archive = next((link for link in document["chain_of_custody"] if link["role"] == "archive" and link["digest"]), None)
    policy, tool = document["policy"], document["tool"]
    digests = facts(
        (
            ("Archive", code(archive["digest"] or "") if archive else "a directory, which has no digest"),
            ("Program", f"{tool['name']} {tool['version']}"),
            ("Policy", joined((code(policy["id"]), " with sha256 ", code(policy["sha256"])))),
            ("Rules", joined(("sha256 ", code(policy["rules_sha256"])))),
            ("Report format", f"schema {document['schema_version']}, exit code {document['exit_code']}"),
        )
    )
    return joined(
        (element("p", _WORDS, class_="explained"), digests, element("ol", *(element("li", step) for step in _steps(archive is not None))))
    )


_WORDS = (
    "The program writes no time and no host name into the report; a name or a date in it was given by the inspector. The same archive, "
    "program version, policy, rules and options produce the same report, byte for byte, at any time and on any machine."
)


def _steps(has_digest: bool) -> list[str]:  # noqa: FBT001 - a private helper of one caller
    first = ["Compute the sha256 of the archive on file (sha256sum FILE). It must match the digest above."] if has_digest else []
    return [
        *first,
        "Install the program version named above. Inspect the archive again with the same policy and options, and --format html.",
        "Compare the new report with this one. They must be identical, byte for byte.",
    ]
