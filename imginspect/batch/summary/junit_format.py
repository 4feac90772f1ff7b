"""``results.xml``: the summary for the test reports of CI systems: one suite per repository, one test per image.

failure     the image does not meet the policy; the text lists the rules that failed, and what to do
error       it was not inspected, or not completely; or a rule that could fail it could not be decided
system-out  for an image that passed: the number of conditions, the rules with a warning, and those that failed or are undecided but
            do not count
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, images
from imginspect.batch.values.plans import ResultRow, RuleRow
from imginspect.report.junit import answer, legal, test_case
from imginspect.wording import counted

_NOWHERE = "no repository"
_WORDS = {"fail": "failed, not counted", "undetermined": "could not be decided", "warn": "warning"}
_LABELS = {"fail": "FAIL", "undecided": "UNDECIDED", "incomplete": "INCOMPLETE", "not-inspected": "NOT INSPECTED"}


def render(database: Database) -> Iterator[str]:
    """The document, in pieces. It is ASCII: all else is written as character references."""
    rules = {rule.id: rule for rule in database.rules()}
    run = database.run
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _opening("testsuites", "imginspect batch", database.counts(), "")
    suite, before = None, ""
    for image in images(database, "repository"):
        if image.repository != suite:
            yield "  </testsuite>\n" if suite is not None else ""
            suite = image.repository
            yield _opening("testsuite", suite or _NOWHERE, _counts(database, suite), "  ")
            yield from _properties(run)
        name = f"{image.name} ({image.platform})" if image.platform else image.name
        # two tests of one name would be taken for one
        yield _written(_case(image, f"{name} {image.key}" if name == before else name, rules))
        before = name
    yield "  </testsuite>\n" if suite is not None else ""
    yield "</testsuites>\n"


def _counts(database: Database, repository: str) -> dict[str, int]:
    return dict(database.select("SELECT verdict, count(*) FROM image WHERE repository = ? GROUP BY verdict", repository))


def _opening(tag: str, name: str, counts: dict[str, int], indent: str) -> str:
    numbers = {
        "tests": sum(counts.values()),
        "failures": counts.get("fail", 0),
        "errors": sum(counts.get(verdict, 0) for verdict in ("undecided", "incomplete", "not-inspected")),
        "skipped": 0,
        "time": 0,
    }
    attributes = "".join(f' {key}="{value}"' for key, value in numbers.items())
    return _ascii(f"{indent}<{tag} name={quoteattr(legal(name))}{attributes}>\n")


def _properties(run: dict[str, str]) -> Iterator[str]:
    yield "    <properties>\n"
    told = {"tool": f"imginspect {run.get('tool_version', '')}", "policy id": run.get("policy", "")}
    told |= {f"policy {key}": run.get(key, "") for key in ("rules_sha256", "fail_on", "strict", "undetermined")}
    told["policy sha256"] = run.get("policy_sha256", "")
    for key, value in sorted(told.items()):
        yield _ascii(f"      <property name={quoteattr(key)} value={quoteattr(legal(value))}/>\n")
    yield "    </properties>\n"


def _case(image: Recorded, name: str, rules: dict[str, RuleRow]) -> ElementTree.Element:
    case = test_case(image.repository or _NOWHERE, name)
    failed = [result for result in image.results if result.fails_image]
    others = [f"pass on {counted(image.conditions, 'condition')}"] if image.conditions else []
    others += [f"- {_named(result, rules)}: {_WORDS[result.verdict]}" for result in image.results if _is_open(result)]
    label = _LABELS.get(image.verdict)
    if label is None:
        if others:
            ElementTree.SubElement(case, "system-out").text = legal("\n".join(others))
        return case
    lines = [f"{label}: {image.reason}", *(line for result in failed for line in _failed(result, rules)), *others, *_identity(image)]
    answer(case, "failure" if image.verdict == "fail" else "error", label, image.reason, lines)
    return case


def _failed(result: ResultRow, rules: dict[str, RuleRow]) -> Sequence[str]:
    rule = rules.get(result.rule)
    todo = rule.remediation.strip() if rule else ""
    return [f"- {_named(result, rules)}: failed", *([f"    What to do: {todo}"] if todo else [])]


def _named(result: ResultRow, rules: dict[str, RuleRow]) -> str:
    title = rules[result.rule].title_for(result.verdict) if result.rule in rules else ""
    return f"{result.rule} {title}".rstrip() + f" ({result.severity})"


def _is_open(result: ResultRow) -> bool:
    return not result.fails_image and result.verdict in _WORDS


def _identity(image: Recorded) -> Iterator[str]:
    yield from (f"reference: {reference}" for reference in image.references if reference != image.name)
    named = (("source", image.source), ("manifest", image.manifest_digest), ("image id", image.image_id))
    yield from (f"{key}: {value}" for key, value in named if value)
    if image.report:
        yield f"report: reports/{image.report}"


def _written(case: ElementTree.Element) -> str:
    ElementTree.indent(case, level=2)
    text: bytes = ElementTree.tostring(case, encoding="us-ascii", xml_declaration=False)
    return f"    {text.decode('ascii')}\n"


def _ascii(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
