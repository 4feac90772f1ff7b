"""Rules by the cache are the rules that parsing gives; what a cache holds beside that is not believed; and PyYAML is not even imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imginspect.errors import RuleError
from imginspect.host.cache import Cache
from imginspect.rules import codec, loading
from imginspect.rules.loading import Loaded, load
from imginspect.rules.policy import DEFAULT_POLICY, policy_file
from imginspect.rules.ruleset import rules_folder
from tests.rules.test_loading import RULE, folder

pytestmark = pytest.mark.slow

BUILT_IN = [rules_folder()]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def entries(cache: Cache) -> list[Path]:
    assert cache.folder is not None
    return sorted(cache.folder.iterdir()) if cache.folder.is_dir() else []


def from_the_cache_only(cache: Cache) -> Loaded:
    with mock.patch.object(loading, "_parsed", side_effect=AssertionError("parsed again")):
        return load(BUILT_IN, cache=cache)


def test_what_the_cache_gives_is_what_parsing_gives(cache: Cache) -> None:
    parsed = load(BUILT_IN)
    assert entries(cache) == []
    assert load(BUILT_IN, cache=cache) == parsed
    assert len(entries(cache)) == 1
    again = from_the_cache_only(cache)
    assert again == parsed
    assert repr(again) == repr(parsed)  # the same types all the way down
    assert [type(rule.severity) for rule in again.rules.rules] == [type(rule.severity) for rule in parsed.rules.rules]
    assert again.rules.rules[0].flag[0].image() == parsed.rules.rules[0].flag[0].image()


@pytest.mark.parametrize("change", ["content", "name", "policy", "more", "knowledge"])
def test_whatever_changes_is_parsed_again(cache: Cache, tmp_path: Path, change: str) -> None:
    rules = folder(tmp_path, RULE)
    own = rules / "own.yaml"
    policy = tmp_path / "mine.yaml"
    policy.write_text("id: mine\ntitle: Mine\n")
    load([*BUILT_IN, rules], str(policy), cache)
    if change == "content":
        status = own.stat()
        own.write_text(RULE.replace("title: Mine", "title: Main"))
        os.utime(own, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "name":
        own.rename(rules / "other.yaml")
    elif change == "policy":
        policy.write_text("id: mine\ntitle: Main\n")
    elif change == "more":
        (rules / "more.yaml").write_text(RULE.replace("OWN-DIR-001", "OWN-DIR-002"))
    else:
        (rules / "knowledge" / "licences").mkdir(parents=True)
        (rules / "knowledge" / "licences" / "x.yaml").write_text("products: []\n")
    assert load([*BUILT_IN, rules], str(policy), cache) == load([*BUILT_IN, rules], str(policy))
    assert len(entries(cache)) == 2


def test_a_rule_that_becomes_faulty_is_refused_with_a_warm_cache(cache: Cache, tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    load([*BUILT_IN, rules], cache=cache)
    (rules / "own.yaml").write_text(RULE.replace("severity: low", "severity: terrible"))
    with pytest.raises(RuleError, match="line 4"):
        load([*BUILT_IN, rules], cache=cache)
    (rules / "own.yaml").unlink()
    with pytest.raises(RuleError, match="contains no rules"):
        load([*BUILT_IN, rules], cache=cache)


@pytest.mark.parametrize(
    "stored", [b"", b"[]", b"null", b"{", b"[1,2,3]", b'[[],[[],""],3]', b"[" * 100_000, b"\xff", b'[[["x"],""],[],[]]']
)
def test_an_entry_of_another_form_is_parsed_again(cache: Cache, stored: bytes) -> None:
    key = loading._key(BUILT_IN, policy_file(DEFAULT_POLICY))
    cache.put(key, stored)
    assert load(BUILT_IN, cache=cache) == load(BUILT_IN)
    assert from_the_cache_only(cache) == load(BUILT_IN)


def test_files_that_change_while_they_are_read_are_not_kept(cache: Cache, tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    parse = loading._parsed

    def meanwhile(*arguments: Any) -> Loaded:
        parsed = parse(*arguments)
        (rules / "own.yaml").write_text(RULE.replace("title: Mine", "title: Main"))
        return parsed

    with mock.patch.object(loading, "_parsed", meanwhile):
        load([*BUILT_IN, rules], cache=cache)
    assert entries(cache) == []


def test_no_yaml_is_needed_where_the_cache_knows_the_rules(cache: Cache) -> None:
    code = """
import sys
from pathlib import Path
import imginspect.inspection.criteria
from imginspect.host.cache import Cache
from imginspect.rules.folder import rules_folder
from imginspect.rules.loading import load
load([rules_folder()], cache=Cache(Path(sys.argv[1])))
print("yaml" in sys.modules)
"""
    root = str(Path(__file__).parents[2])
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(cache.folder)], capture_output=True, text=True, timeout=120, check=True, cwd=root
        ).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]


def test_the_codec_refuses_what_json_would_change() -> None:
    with pytest.raises(TypeError):
        codec.encode({1: "a"})
    with pytest.raises(TypeError):
        codec.encode(b"bytes")
    with pytest.raises(ValueError, match="JSON"):
        codec.encode(float("nan"))
    with pytest.raises(TypeError):
        codec.decode(b"1", bytes)
