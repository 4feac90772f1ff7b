"""Licence files in a format of their own: Gurobi, Mathematica, Stata, FreeSurfer, ANSYS, Abaqus, Dassault, NVIDIA, Xpress, IDL.

Each parser gives None for a text that is not of its form, and looks at no more than the first 2,000 lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from imginspect.licences.dates import parse_expiry
from imginspect.licences.path_list import parse_hosts, parse_path_list
from imginspect.licences.values import LicenceText, Online, Server, Term

_MOST_LINES = 2_000
"""Lines of one file, each of which may name a server; of a file with more the text counts as cut."""
_MOST_HEAD = 10
"""Lines by which FreeSurfer's form is told; it has fewer, and none of them names a server."""
_LONGEST_HOST = 253
"""Characters of a host's name in the domain name system."""
_LONGEST_START = 4_000
"""Characters by which Stata's form is told; the rest of its one line names no server."""
_PAIR = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]{0,60})\s*=\s*(.*)")
_USE_SERVER = re.compile(r"use_server[ \t]+server[ \t]*=[ \t]*\"?([A-Za-z0-9_.-]{1,253})", re.IGNORECASE)
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}):(\d{1,5})")


def _lines(text: str) -> list[str]:
    return text.split("\n", _MOST_LINES)[:_MOST_LINES]


def is_longer(text: str) -> bool:
    """Whether *text* has more lines than a parser of this module looks at."""
    return text.count("\n") >= _MOST_LINES and len(text.split("\n", _MOST_LINES)[-1].strip()) > 0


def _pairs(text: str, comment: str = "#") -> list[tuple[str, str, int]]:
    """(key in upper case, value, line) of a file of KEY=value lines."""
    found = []
    for number, line in enumerate(_lines(text), start=1):
        match = _PAIR.match(line)
        if match and not line.lstrip().startswith(comment):
            found.append((match.group(1).upper(), match.group(2).strip().strip("\"'"), number))
    return found


_GUROBI_KEYS = frozenset(
    ["TYPE", "HOSTID", "KEY", "TOKENSERVER", "WLSACCESSID", "WLSSECRET", "CSMANAGER", "COMPUTESERVER", "CLOUDACCESSID", "EXPIRATION"]
)
_GUROBI_SERVERS = frozenset(["TOKENSERVER", "COMPUTESERVER", "CSMANAGER", "CSROUTER"])
_GUROBI_ONLINE = frozenset(["WLSACCESSID", "WLSSECRET", "WLSTOKEN", "CLOUDACCESSID", "CLOUDKEY", "CLOUDHOST"])


def parse_gurobi(text: str) -> LicenceText | None:
    """A gurobi.lic: of one computer, of a token or compute server, or of the web licence service."""
    pairs = _pairs(text)
    if not any(key in _GUROBI_KEYS for key, _, _ in pairs):
        return None
    servers = [
        server._replace(line=line) for key, value, line in pairs if key in _GUROBI_SERVERS and value for server in parse_hosts(value)
    ]
    online = [Online(key, line) for key, value, line in pairs if key in _GUROBI_ONLINE and value]
    ends = [(end, line) for key, value, line in pairs if key == "EXPIRATION" and (end := parse_expiry(value)) is not None]
    locked = next((line for key, value, line in pairs if key in ("HOSTID", "HOSTNAME") and value), 0)
    terms = [Term("Gurobi", "GUROBI", line, end.day, end.is_unread, bool(locked)) for end, line in ends]
    if locked and not terms:
        terms = [Term("Gurobi", "GUROBI", locked, node_locked=True)]
    return LicenceText("Gurobi licence file", tuple(servers), tuple(online), tuple(terms), ("GUROBI",))


def parse_mathpass(text: str) -> LicenceText | None:
    """A mathpass: ``!host`` is a licence server; other lines are machine, MathID, licence and password."""
    servers, terms = [], []
    for number, line in enumerate(_lines(text), start=1):
        words = line.split()
        if not words or words[0].startswith("%"):
            continue
        if words[0].startswith("!") and len(words[0]) > 1:
            servers.append(Server(words[0][1 : 1 + _LONGEST_HOST], "", number))
        elif len(words) >= 3 and re.fullmatch(r"\d{4}-\d{5}-\d{5}", words[1]):
            terms.append(Term("Mathematica", "Wolfram", number, node_locked=True))
    if not servers and not terms:
        return None
    return LicenceText("Mathematica password file (mathpass)", tuple(servers), (), tuple(terms))


def parse_stata(text: str) -> LicenceText | None:
    """A stata.lic: fields with exclamation marks; it needs no network."""
    first = text.strip().split("\n")[0]
    return LicenceText("Stata licence file") if first[:_LONGEST_START].count("!") >= 3 and " " not in first.split("!")[0] else None


def parse_freesurfer(text: str) -> LicenceText | None:
    """FreeSurfer's license.txt: an address, a number, and one or two keys; it needs no network."""
    lines = [line.strip() for line in text.strip().split("\n")[:_MOST_HEAD]]
    is_one = len(lines) >= 3 and re.fullmatch(r"\S{1,200}@\S{1,200}", lines[0]) and re.fullmatch(r"\d{1,9}", lines[1])
    return LicenceText("FreeSurfer licence file") if is_one else None


def parse_server_settings(text: str) -> LicenceText:
    """Settings of ANSYS, Abaqus and NVIDIA that may name a server. A file of these names without such a key names none."""
    found = [(value, line) for key, value, line in _pairs(text) if key in _SETTINGS]
    return LicenceText(SETTINGS, tuple(server._replace(line=line) for value, line in found for server in parse_hosts(value)))


SETTINGS = "licence settings"
_SETTINGS = frozenset({"SERVER", "ANSYSLI_SERVERS", "ABAQUSLM_LICENSE_FILE", "LICENSE_SERVER", "SERVERADDRESS", "BACKUPSERVERADDRESS"})


def parse_xpress(text: str) -> LicenceText:
    """An xpauth.xpr: a licence of its own, or a ``use_server`` line with the server's name."""
    servers = []
    for number, line in enumerate(_lines(text), start=1):
        servers += [Server(match.group(1), "", number) for match in _USE_SERVER.finditer(line)]
    return LicenceText("Xpress licence file", tuple(servers))


def parse_host_list(text: str) -> LicenceText | None:
    """A file of ``host:port`` lines (DSLicSrv.txt) or of a server's address (o_licenseserverurl.txt)."""
    servers: list[Server] = []
    for number, line in enumerate(_lines(text), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if "://" in stripped:
            servers += [server._replace(line=number) for server in parse_hosts(stripped)]
            continue
        for part in stripped.split(","):
            match = _HOST_PORT.fullmatch(part.strip())
            if match is None:
                return None
            servers.append(Server(match.group(1), match.group(2), number))
    return LicenceText("list of licence servers", tuple(servers)) if servers else None


def parse_flexlmrc(text: str) -> LicenceText | None:
    """A .flexlmrc: variables as a FlexNet client remembers them."""
    servers, known = [], False
    for key, value, line in _pairs(text):
        if key.endswith(("LICENSE_FILE", "LICENCE_FILE")):
            known = True
            servers += [server._replace(line=line) for server in parse_path_list(value)[0]]
    return LicenceText("FlexNet client settings (.flexlmrc)", tuple(servers)) if known else None


BY_NAME: Mapping[str, Callable[[str], LicenceText | None]] = {
    "gurobi.lic": parse_gurobi,
    "mathpass": parse_mathpass,
    "stata.lic": parse_stata,
    "license.txt": parse_freesurfer,
    ".license": parse_freesurfer,
    "ansyslmd.ini": parse_server_settings,
    "abaqus_v6.env": parse_server_settings,
    "custom_v6.env": parse_server_settings,
    "gridd.conf": parse_server_settings,
    "xpauth.xpr": parse_xpress,
    "DSLicSrv.txt": parse_host_list,
    "o_licenseserverurl.txt": parse_host_list,
    ".flexlmrc": parse_flexlmrc,
}
"""The parser that is tried first for a file of this name."""
