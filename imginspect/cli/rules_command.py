"""``imginspect rules``: the rules listed, shown and tried on their own examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imginspect.cli import completion
from imginspect.cli.suggestions import SuggestingGroup
from imginspect.errors import UsageError
from imginspect.rules.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    from imginspect.rules import Policy, RuleSet, Severity
    from imginspect.rules.loading import Loaded

F = TypeVar("F", bound=Callable[..., Any])
_Folder = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group("rules", cls=SuggestingGroup)
def command() -> None:
    """List, show and test the rules, both built-in and your own."""


def _criteria_options(function: F) -> F:
    """Adds --rules and --policy."""
    for decorate in (
        click.option(
            "--policy",
            shell_complete=completion.policies,
            default=DEFAULT_POLICY,
            show_default=True,
            help="Policy, by name or file; it may change severities.",
        ),
        click.option(
            "--rules",
            "folders",
            multiple=True,
            type=_Folder,
            help="Directory with your own rules, added to the built-in ones. May be repeated.",
        ),
    ):
        function = decorate(function)
    return function


@command.command("list")
@_criteria_options
@click.option("--kinds", is_flag=True, help="List the kinds of credentials instead of the rules.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "json", "markdown", "markdown-table"]),
    default="table",
    show_default=True,
    help="Output format; markdown is the whole of docs/rules.md, markdown-table the README's table.",
)
def list_rules(folders: tuple[Path, ...], policy: str, kinds: bool, format_name: str) -> None:
    """List all rules with their severities under the policy."""
    from imginspect.cli.output import write

    if kinds and format_name.startswith("markdown"):
        raise UsageError("the markdown format includes the rules and the kinds; omit --kinds")
    write(_listed(folders, policy, format_name, kinds=kinds), None)


def _listed(folders: tuple[Path, ...], policy_name: str, format_name: str, *, kinds: bool) -> str:
    from imginspect.rules import markdown, trees

    rules, loaded, own = _loaded(folders, policy_name)
    patterns = loaded.knowledge.patterns
    if format_name == "markdown":
        return markdown.document(rules, patterns)
    if format_name == "markdown-table":
        return markdown.table(rules)
    if format_name == "json":
        items = [trees.kind_tree(item) for item in patterns.patterns] if kinds else None
        return json.dumps(items or [trees.rule_tree(rule, loaded.policy, own.get(rule.id)) for rule in rules.rules], indent=2) + "\n"
    if kinds:
        return _table(("kind", "issuer", "title"), [(item.id, item.issuer, item.title) for item in patterns.patterns])
    return _table(
        ("rule", "severity", "requirement"),
        [(rule.id, _severity(loaded.policy, rule.id, rule.severity), rule.title) for rule in rules.rules],
    )


def _severity(policy: Policy, rule_id: str, severity: Severity) -> str:
    return "skipped" if rule_id in policy.skipped else str(severity)


def _table(headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    from tabulate import tabulate

    from imginspect.report.text import visible

    shown = [tuple(visible(cell) for cell in row) for row in rows]
    return tabulate(shown, headers=headers, tablefmt="plain", disable_numparse=True) + "\n"


@command.command("show")
@click.argument("rule_id", metavar="ID", shell_complete=completion.rules)
@_criteria_options
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format.")
def show(rule_id: str, folders: tuple[Path, ...], policy: str, format_name: str) -> None:
    """Show the rule or kind of credential ID: rationale, remediation, source and examples."""
    from imginspect.cli.output import write
    from imginspect.cli.rule_text import kind_text, rule_text
    from imginspect.rules.trees import kind_tree, rule_tree

    rules, loaded, own = _loaded(folders, policy)
    rule = rules.get(rule_id) or rules.get(rule_id.upper())
    kind = loaded.knowledge.patterns.get(rule_id.lower())
    if rule is not None:
        own_severity = own.get(rule.id)
        tree = rule_tree(rule, loaded.policy, own_severity)
        write(json.dumps(tree, indent=2) + "\n" if format_name == "json" else rule_text(rule, loaded.policy, own_severity), None)
    elif kind is not None:
        write(json.dumps(kind_tree(kind), indent=2) + "\n" if format_name == "json" else kind_text(kind), None)
    else:
        raise UsageError(_unknown(rule_id, [*(item.id for item in rules.rules), *(item.id for item in loaded.knowledge.patterns.patterns)]))


def _unknown(rule_id: str, ids: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(rule_id.lower(), [item.lower() for item in ids], n=3)
    meant = [item for item in ids if item.lower() in near]
    return f"no rule or kind of credential is called {rule_id!r}; " + (
        f"did you mean {' or '.join(meant)}?" if meant else '"imginspect rules list" lists all of them'
    )


def _loaded(folders: tuple[Path, ...], policy_name: str) -> tuple[RuleSet, Loaded, dict[str, Severity]]:
    """The rules under the policy, all that was loaded, and the severities that changed rules state themselves."""
    from imginspect.cli.cache_folder import user_cache
    from imginspect.inspection.criteria import own_severities, under
    from imginspect.rules.folder import rules_folder
    from imginspect.rules.loading import load

    loaded = load([rules_folder(), *folders], policy_name, user_cache())
    return under(loaded.policy, loaded.rules), loaded, own_severities(loaded.policy, loaded.rules)


@command.command("test")
@click.argument("folder", metavar="[DIR]", required=False, type=_Folder)
def test(folder: Path | None) -> None:
    """Test the examples of all rules and kinds of credentials, including those in DIR.

    Exit codes: 0 all examples pass, 1 some fail, 2 a rule file is invalid.
    """
    from imginspect.cli.cache_folder import user_cache
    from imginspect.cli.rule_trial import Trial
    from imginspect.examples.trial import answers_of_kind, answers_of_rule
    from imginspect.inspection.criteria import load_criteria

    criteria = load_criteria(rule_folders=(folder,) if folder else (), cache=user_cache())
    trial = Trial()
    for rule in criteria.rules.rules:
        for line in trial.lines_of_rule(rule, list(answers_of_rule(rule, criteria))):
            click.echo(line)
    for pattern in criteria.knowledge.patterns.patterns:
        for line in trial.lines_of_kind(pattern, list(answers_of_kind(pattern))):
            click.echo(line)
    click.echo(trial.summary())
    if trial.wrong:
        raise click.exceptions.Exit(1)
