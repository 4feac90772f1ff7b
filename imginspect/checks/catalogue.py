"""Every check there is, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from imginspect.checks import entrypoint, integrity, mount_directories, network, platform, run_user
from imginspect.checks.check import Check
from imginspect.errors import RuleError


def _by_name(*checks: Check[Any]) -> Mapping[str, Check[Any]]:
    named: dict[str, Check[Any]] = {}
    for check in checks:
        if check.name in named:
            raise RuleError(f"two checks are called {check.name!r}")
        named[check.name] = check
    return MappingProxyType(named)


CHECKS = _by_name(
    entrypoint.named,
    entrypoint.script_exists,
    entrypoint.starts,
    integrity.integrity,
    mount_directories.empty,
    mount_directories.exist,
    network.network_calls,
    platform.platform,
    run_user.not_root,
)
