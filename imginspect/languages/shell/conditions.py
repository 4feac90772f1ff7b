"""The condition that an ``if``, ``&&`` or ``||`` of a script asks, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from tree_sitter import Node

from imginspect.languages.shell.words import WordExpander
from imginspect.languages.values import All, AnyOf, Condition, Exists, HasCommand, Known, Unknown, Value, negated

_DEEPEST = 20
"""Conditions inside conditions; deeper ones are not known. Each takes a few frames of Python's stack."""
_LONGEST_SOURCE = 120
"""Characters of a condition as it is written, for messages."""
_MOST_WORDS = 64
"""Words of one test; a longer one is not known."""
LONGEST_COMPARED = 4096
"""Characters of a text that is compared with a pattern; of a longer one the answer is not known."""
LONGEST_PATTERN = 256
"""Characters of a text and of the pattern that it is compared with, whose product is the work; beyond, the answer is not known."""
_LONGEST_NUMBER = 18
"""Digits of a number that surely fits the 64 bits of a shell; what is made of a longer one is not known."""
_FILE_TESTS = {"-e": "any", "-a": "any", "-f": "file", "-d": "directory", "-s": "file", "-r": "any", "-x": "any", "-L": "any", "-h": "any"}
_LEAVES = frozenset({"test_operator"})
_BRANCHES = frozenset({"unary_expression", "binary_expression", "parenthesized_expression"})
_OPERATORS = frozenset({"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_JOINERS = {"&&": "and", "-a": "and", "||": "or", "-o": "or"}
_QUIET = frozenset({"true", ":"})


def condition_of(node: Node, words: WordExpander, depth: int = 0) -> Condition:
    """Under which condition *node* succeeds."""
    source = words.source(node)[:_LONGEST_SOURCE]
    if depth > _DEEPEST:
        return Unknown(source)
    match node.type:
        case "test_command":
            return test([token for child in node.children[1:-1] for token in _tokens(child, words)], words, source)
        case "negated_command":
            return negated(condition_of(node.named_children[-1], words, depth + 1))
        case "redirected_statement":
            body = node.child_by_field_name("body")
            return condition_of(body, words, depth + 1) if body is not None else Unknown(source)
        case "list" if len(node.named_children) == 2:
            parts = tuple(condition_of(child, words, depth + 1) for child in node.named_children)
            return All(parts) if any(child.type == "&&" for child in node.children) else AnyOf(parts)
        case "compound_statement" | "subshell" if len(node.named_children) == 1:
            return condition_of(node.named_children[0], words, depth + 1)
        case "command":
            return _of_command(node, words, source)
        case _:
            return Unknown(source)


_ASKING_TEXT = (
    "grep egrep fgrep zgrep pgrep pidof test [ which type hash command id diff cmp find curl wget nc ping getent read expr stty tty "
    "mountpoint nvidia-smi ps kill"
)
_ASKING = frozenset(_ASKING_TEXT.split())
"""Commands that are run to ask something: that they succeed is not expected."""


def expected(condition: Condition, source: str) -> Condition:
    """*condition*, asked by the left side of ``&&``, as one that is expected to hold where the command there does something."""
    match condition:
        case All():
            return All(tuple(expected(part, part.source if isinstance(part, Unknown) else "") for part in condition.parts))
        case Unknown():
            first = next(iter(source.split(None, 1)), "!")
            return condition if first in _ASKING or first[0] in "[(!" else condition._replace(is_expected=True)
        case _:
            return condition


def _of_command(node: Node, words: WordExpander, source: str) -> Condition:
    name_node = node.child_by_field_name("name")
    if name_node is None:
        return Unknown(source)
    name = words.value(name_node).text
    if name in _QUIET or name == "false":
        return Known(name != "false", source)
    given = node.children_by_field_name("argument")
    if len(given) > _MOST_WORDS + 1:  # with the closing bracket
        return Unknown(source)
    arguments = [word for child in given for word in words.fields(child)]
    if name in ("test", "["):
        tokens: list[str | Value] = [_token(argument) for argument in (arguments[:-1] if name == "[" else arguments)]
        return test(tokens, words, source)
    if name in ("which", "type", "hash") or (name == "command" and arguments[:1] and arguments[0].text in ("-v", "-V")):
        asked = [argument for argument in arguments if not (argument.text or "x").startswith("-")]
        return HasCommand(asked[0]) if len(asked) == 1 else Unknown(source)
    return Unknown(source)


def _token(value: Value) -> str | Value:
    text = value.source
    return text if text in _OPERATORS or text in _JOINERS or text in ("!", "(", ")", *_FILE_TESTS, "-n", "-z") else value


def _tokens(node: Node, words: WordExpander) -> list[str | Value]:
    """The operators (as text) and operands of a test in the order in which they stand."""
    found: list[str | Value] = []
    stack = [node]
    while stack and len(found) <= _MOST_WORDS:
        at = stack.pop()
        if at.type in _BRANCHES:
            stack += reversed(at.children)
        elif at.type in _LEAVES or not at.is_named:
            found.append(words.source(at))
        else:
            found.append(words.value(at))
    return found


def test(tokens: Sequence[str | Value], words: WordExpander, source: str) -> Condition:
    """What ``[`` asks with *tokens*: operators as text, operands as values."""
    if len(tokens) > _MOST_WORDS:
        return Unknown(source)
    return _Test(tokens, words.parameter("PWD").text, source).whole()


class _Test:
    """A reader of ``! A && ( B || C )``; *and* binds closer than *or*."""

    def __init__(self, tokens: Sequence[str | Value], directory: str | None, source: str) -> None:
        self._left = list(reversed(tokens))
        self._directory = directory
        self._source = source

    def whole(self) -> Condition:
        found = self._any()
        return found if not self._left else Unknown(self._source)

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._left and _JOINERS.get(str(self._left[-1])) == "or":
            self._left.pop()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._left and _JOINERS.get(str(self._left[-1])) == "and":
            self._left.pop()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Condition:
        at = self._left.pop() if self._left else "?"
        if at == "!":
            return negated(self._one())
        if at == "(":
            inner = self._any()
            if self._left and self._left[-1] == ")":
                self._left.pop()
            return inner
        if isinstance(at, str):
            return self._unary(at)
        if self._left and self._left[-1] in _OPERATORS:
            operator = str(self._left.pop())
            right = self._left.pop() if self._left else None
            return _compared(at, operator, right, self._source) if isinstance(right, Value) else Unknown(self._source)
        return _filled(at, self._source, is_asked=True)

    def _unary(self, operator: str) -> Condition:
        operand = self._left.pop() if self._left and isinstance(self._left[-1], Value) else None
        if not isinstance(operand, Value):
            return Unknown(self._source)
        if operator in _FILE_TESTS:
            return Exists(operand, _FILE_TESTS[operator], self._directory)
        if operator in ("-n", "-z"):
            return _filled(operand, self._source, is_asked=operator == "-n")
        return Unknown(self._source)


def _filled(value: Value, source: str, *, is_asked: bool) -> Condition:
    text = value.text if value.text is not None else value.default
    return Known(bool(text) is is_asked, source, value.variables) if text is not None else Unknown(source)


def _compared(left: Value, operator: str, right: Value, source: str) -> Condition:
    first = left.text if left.text is not None else left.default
    second = right.text if right.text is not None else right.default
    if first is None or second is None or len(first) > LONGEST_COMPARED or len(second) > LONGEST_PATTERN:
        return Unknown(source)
    variables = tuple(dict.fromkeys([*left.variables, *right.variables]))
    if operator in ("=", "==", "!="):
        is_pattern = right.source == right.text and any(mark in second for mark in "*?[")
        same = fnmatchcase(first, second) if is_pattern else first == second
        return Known(same is (operator != "!="), source, variables)
    if operator in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge") and first.isdecimal() and second.isdecimal():
        if max(len(first), len(second)) > _LONGEST_NUMBER:
            return Unknown(source)
        a, b = int(first), int(second)
        return Known({"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}[operator], source, variables)
    return Unknown(source)
