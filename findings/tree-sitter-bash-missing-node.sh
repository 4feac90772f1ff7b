#!/bin/sh
# Tools:    tree-sitter 0.26.1 and tree-sitter-bash 0.25.1 (Python packages)
# Expected: a search of the tree for ERROR nodes finds every script that the parser could not read completely.
# Happens:  an "if" without its "fi" produces no ERROR node. The parser inserts an empty "fi" that is marked as missing.
#           Only has_error of the root or is_missing of that node shows that the script is incomplete.
# Date:     2026-11-28
set -eu
command -v python3 >/dev/null 2>&1 || { echo "skipped: python3 is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/packages" \
    tree-sitter==0.26.1 tree-sitter-bash==0.25.1
PYTHONPATH="$work/packages" PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
from importlib.metadata import version

import tree_sitter_bash
from tree_sitter import Language, Parser

def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)

print("tree-sitter", version("tree-sitter"), "tree-sitter-bash", version("tree-sitter-bash"))
parser = Parser(Language(tree_sitter_bash.language()))
root = parser.parse(b"if true; then\n  curl https://example.org\n").root_node
nodes = list(walk(root))
errors = [node for node in nodes if node.type == "ERROR"]
missing = [(node.type, node.start_byte, node.end_byte) for node in nodes if node.is_missing]
print("root:", root.type, "has_error:", root.has_error)
print("ERROR nodes:", len(errors))
print("missing nodes (type, start, end):", missing)
assert root.type == "program" and root.has_error and not errors
assert [kind for kind, start, end in missing if start == end] == ["fi"]
PYTHON
echo "behaviour as described"
