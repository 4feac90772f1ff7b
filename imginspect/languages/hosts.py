"""The machine that a URL or address names: this one, or another."""

from __future__ import annotations

import ipaddress
import re

from imginspect.languages.values import Value, constant

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_REMOTE = re.compile(r"(?:[A-Za-z0-9._-]+@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{2,}):(?!\\)")
_REMOTE_URL = re.compile(r"(?:rsync|ssh|sftp|scp|s3|gs|gcs|https?|ftps?|git|svn|svn\+ssh|hdfs|abfss?|az|wasbs?)://", re.IGNORECASE)
_LOCAL_SCHEMES = ("file", "unix", "http+unix", "data", "sqlite", "ipc", "inproc")
_HOST = re.compile(
    r"(?:[A-Za-z0-9._-]+@)?(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|[A-Za-z0-9_][\w.-]*)(?::.*|/.*)?"
)
_HOST_SETTING = re.compile(r"\b(?:host|server)=(?:tcp:)?([^\s;,]+)", re.IGNORECASE)
_FETCHED = frozenset({"package", "model", "dataset", "resource"})
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "loopback"})


def host_of(text: str) -> str:
    """The host that a URL or ``host:port`` names, in lower case; empty where it names none."""
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    if authority.count(":") > 1:
        return authority.lower()
    return authority.partition(":")[0].rstrip(".").lower()


def is_loopback(text: str, *, is_whole: bool = True) -> bool:
    """Whether *text* names this machine itself. Where it is not *whole*, only its start is known."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[0][:-3].lower() in _LOCAL_SCHEMES:
        return True
    if text.startswith(("/", "./", "unix:")):
        return True
    settings = re.search(r"\bhost=([^\s;]+)", text)
    if settings:
        return is_loopback(settings[1])
    if re.search(r"\bdbname=", text):
        return True  # a database's settings without a host: its socket
    if not is_whole:
        behind = text[scheme.end() :] if scheme else text
        if not re.search(r"[/:?#]", behind.rpartition("]")[2] if behind.startswith("[") else behind):
            return False  # ``http://localhost$SUFFIX`` may be any host
    host = host_of(text)
    return host in _LOCAL_NAMES or host.endswith(".localhost") or _is_local_address(host)


def _is_local_address(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def is_url(text: str) -> bool:
    """Whether *text* is a URL that leads elsewhere than to a file."""
    return _REMOTE_URL.match(text) is not None


def is_remote(value: Value) -> bool:
    """Whether a word of ``rsync`` or ``scp`` names another machine: ``host:path`` or a URL."""
    return _REMOTE_URL.match(value.start) is not None or (_REMOTE.match(value.start) is not None and not value.start.startswith(("/", ".")))


def shown_host(value: Value) -> str:
    """Whom *value* names, for a message; empty where that is not known."""
    text = value.start
    if not text or (value.text is None and not _SCHEME.match(text)):
        return ""
    if setting := _HOST_SETTING.search(text):
        return shown_host(constant(setting[1]))
    return host_of(text)[:100] if _SCHEME.match(text) or _HOST.fullmatch(text) else ""


def named(value: Value, means: str) -> str:
    """The package, model or data that *value* names, in words; empty where that is not known."""
    text = " ".join((value.text or "").split())[:100]
    if not text or means not in _FETCHED or _SCHEME.match(text):
        return ""
    return f"{means} {text}"
