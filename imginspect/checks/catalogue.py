"""Every check there is, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from imginspect.checks import (
    credentials,
    entrypoint,
    file_capabilities,
    integrity,
    licence_inventory,
    licence_presence,
    licence_servers,
    licence_terms,
    mount_contents,
    mount_directories,
    network,
    permissions,
    platform,
    run_user,
    temporary_directory,
)
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
    credentials.credentials,
    entrypoint.named,
    entrypoint.script_exists,
    entrypoint.starts,
    file_capabilities.file_capabilities,
    integrity.integrity,
    licence_inventory.inventory,
    licence_presence.licence_present,
    licence_servers.licence_servers,
    licence_terms.licence_terms,
    mount_contents.empty,
    mount_directories.exist,
    network.network_calls,
    permissions.device_nodes,
    permissions.identity_changing,
    permissions.world_writable,
    platform.platform,
    run_user.not_root,
    temporary_directory.temporary_directory,
)
