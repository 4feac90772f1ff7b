"""Who owns a file: what each package database states, in each of its forms, and what no database may claim."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import struct
import tempfile
from pathlib import Path
from typing import Any

import pytest

from imginspect.filesystem.view import View
from imginspect.packages import conda, folders, rpm
from imginspect.packages import owners as owners_module
from imginspect.packages.owners import ClaimState, Owners
from imginspect.packages.package import Manager
from imginspect.packages.paragraphs import paragraphs
from tests.views import link, text, view_of


def md5(content: str) -> str:
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def record(content: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")


def owner(view: View, path: str) -> tuple[Manager, str, str, ClaimState] | None:
    """(manager, name, version, state) of the owner of the file at *path*."""
    node = view.find(path)
    assert node is not None
    found = Owners(view).of(node)
    return (found.package.manager, found.package.name, found.package.version, found.state) if found is not None else None


STATUS = """\
Package: tool
Status: install ok installed
Architecture: amd64
Version: 1.2-3
Conffiles:
 /etc/tool.conf {conf}
Description: a tool
 with a long text

Package: gone
Status: deinstall ok config-files
Version: 1
"""
LISTED = "/.\n/bin\n/bin/tool\n/etc\n/etc/tool.conf\n/usr\n/usr/share/tool/data\n/app/run.py\n/usr/local/bin/mine\n"


def debian(*more: Any, tool: str = "tool", info: str = "tool") -> View:
    return view_of(
        [
            link("/bin", "usr/bin"),
            text("/var/lib/dpkg/status", STATUS.format(conf=md5("conf"))),
            text(f"/var/lib/dpkg/info/{info}.list", LISTED),
            text(f"/var/lib/dpkg/info/{info}.md5sums", f"{md5('tool')}  bin/tool\n{md5('data')}  usr/share/tool/data\n"),
            text("/usr/bin/tool", tool),
            text("/etc/tool.conf", "conf"),
            text("/usr/share/tool/data", "data"),
            text("/app/run.py", "print()"),
            text("/usr/local/bin/mine", "mine"),
            text("/usr/bin/other", "other"),
            *more,
        ]
    )


@pytest.mark.parametrize("info", ["tool", "tool:amd64"])
def test_a_file_of_a_debian_package_has_it_as_its_owner_through_a_merged_usr(info: str) -> None:
    assert owner(debian(info=info), "/usr/bin/tool") == (Manager.DPKG, "tool", "1.2-3", ClaimState.UNMODIFIED)


def test_a_configuration_file_is_compared_with_the_digest_in_status() -> None:
    assert owner(debian(), "/etc/tool.conf") == (Manager.DPKG, "tool", "1.2-3", ClaimState.UNMODIFIED)


def test_a_file_with_other_content_than_recorded_is_modified() -> None:
    assert owner(debian(tool="other"), "/usr/bin/tool") == (Manager.DPKG, "tool", "1.2-3", ClaimState.MODIFIED)


@pytest.mark.parametrize("path", ["/app/run.py", "/usr/local/bin/mine", "/usr/bin/other"])
def test_a_debian_package_owns_neither_what_it_does_not_list_nor_what_is_not_its_to_claim(path: str) -> None:
    assert owner(debian(), path) is None


def test_a_diverted_file_belongs_to_whom_diverted_it_away_from() -> None:
    view = debian(
        text("/var/lib/dpkg/diversions", "/usr/share/tool/data\n/usr/share/tool/data.real\nother\n"),
        text("/usr/share/tool/data.real", "data"),
    )
    assert owner(view, "/usr/share/tool/data.real") == (Manager.DPKG, "tool", "1.2-3", ClaimState.UNMODIFIED)
    assert owner(view, "/usr/share/tool/data") is None


def test_images_without_dpkg_state_their_packages_one_by_one() -> None:
    view = view_of(
        [
            text("/var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n"),
            text("/var/lib/dpkg/status.d/base.md5sums", f"{md5('x')}  ./usr/share/x\n"),
            text("/usr/share/x", "x"),
        ]
    )
    assert owner(view, "/usr/share/x") == (Manager.DPKG, "base-files", "12", ClaimState.UNMODIFIED)


def test_a_file_of_an_alpine_package() -> None:
    digest = base64.b64encode(hashlib.sha1(b"x", usedforsecurity=False).digest()).decode()
    database = (
        f"C:Q1abc=\nP:busybox\nV:1.36-r1\nL:GPL-2.0-only\nF:bin\nR:busybox\na:0:0:755\nZ:Q1{digest}\nR:sh\nF:etc\nR:motd\n\nP:b\nV:2\n"
    )
    view = view_of([text("/lib/apk/db/installed", database), text("/bin/busybox", "x"), text("/bin/sh", "y"), text("/etc/motd", "z")])
    assert owner(view, "/bin/busybox") == (Manager.APK, "busybox", "1.36-r1", ClaimState.UNMODIFIED)
    assert owner(view, "/bin/sh") == (Manager.APK, "busybox", "1.36-r1", ClaimState.UNVERIFIED)
    assert owner(view, "/etc/motd") == (Manager.APK, "busybox", "1.36-r1", ClaimState.UNVERIFIED)
    assert [package.name for package in Owners(view).packages] == ["busybox", "b"]


SITE = "/usr/lib/python3/dist-packages"
VENV = "/opt/venv/lib/python3.12/site-packages"


def wheel(site: str, rows: str, *more: Any, name: str = "pkg") -> View:
    info = f"{site}/{name}-1.0.dist-info"
    return view_of([text(f"{info}/METADATA", f"Name: {name}\nVersion: 1.0\nLicense: MIT\n\nText\n"), text(f"{info}/RECORD", rows), *more])


@pytest.mark.parametrize("site", [SITE, VENV])
def test_a_file_of_a_wheel(site: str) -> None:
    view = wheel(site, f"pkg/a.py,{record('a')},1\npkg/b.py,,\n", text(f"{site}/pkg/a.py", "a"), text(f"{site}/pkg/b.py", "b"))
    assert owner(view, f"{site}/pkg/a.py") == (Manager.PYTHON, "pkg", "1.0", ClaimState.UNMODIFIED)
    assert owner(view, f"{site}/pkg/b.py") == (Manager.PYTHON, "pkg", "1.0", ClaimState.UNVERIFIED)


def test_a_compiled_file_belongs_to_the_package_of_its_source() -> None:
    compiled = f"{VENV}/pkg/__pycache__/a.cpython-312.pyc"
    view = wheel(VENV, f"pkg/a.py,{record('a')},1\n", text(f"{VENV}/pkg/a.py", "a"), text(compiled, "x"))
    assert owner(view, compiled) == (Manager.PYTHON, "pkg", "1.0", ClaimState.UNVERIFIED)


def test_a_program_in_the_prefix_is_a_wheels_but_no_path_beyond_it_is() -> None:
    rows = "../../../bin/tool,,\n../../../../../app/run.py,,\n/etc/passwd,,\n../../../run.py,,\n"
    view = wheel(VENV, rows, *[text(path, "x") for path in ("/opt/venv/bin/tool", "/app/run.py", "/etc/passwd", "/opt/venv/run.py")])
    assert owner(view, "/opt/venv/bin/tool") is not None
    assert [owner(view, path) for path in ("/app/run.py", "/etc/passwd", "/opt/venv/run.py")] == [None, None, None]


@pytest.mark.parametrize(
    ("url", "is_owned"),
    [("file:///src/app", False), ("https://example.org/pkg-1.0.whl", True), ("git+https://example.org/pkg", True)],
)
def test_what_pip_installed_from_a_folder_is_the_projects_own(url: str, is_owned: bool) -> None:
    info = f"{VENV}/pkg-1.0.dist-info/direct_url.json"
    view = wheel(VENV, "pkg/a.py,,\n", text(f"{VENV}/pkg/a.py", "a"), text(info, json.dumps({"url": url})))
    assert (owner(view, f"{VENV}/pkg/a.py") is not None) is is_owned
    assert Owners(view).packages[0].is_project is not is_owned


def test_an_egg_states_its_files_relative_to_its_folder() -> None:
    info = f"{SITE}/old-2.0.egg-info"
    view = view_of(
        [text(f"{info}/PKG-INFO", "Name: old\nVersion: 2.0\n"), text(f"{info}/installed-files.txt", "../old.py\n"), text(f"{SITE}/old.py")]
    )
    assert owner(view, f"{SITE}/old.py") == (Manager.PYTHON, "old", "2.0", ClaimState.UNVERIFIED)


def test_a_file_of_a_conda_package_is_compared_as_it_is_in_the_prefix() -> None:
    document = {
        "name": "numpy",
        "version": "2.1",
        "license": "BSD-3-Clause",
        "files": ["bin/f2py", "../../app/run.py"],
        "paths_data": {"paths": [{"_path": "bin/f2py", "sha256": sha256("placeholder"), "sha256_in_prefix": sha256("f")}]},
    }
    view = view_of(
        [text("/opt/conda/conda-meta/numpy-2.1-0.json", json.dumps(document)), text("/opt/conda/bin/f2py", "f"), text("/app/run.py")]
    )
    assert owner(view, "/opt/conda/bin/f2py") == (Manager.CONDA, "numpy", "2.1", ClaimState.UNMODIFIED)
    assert owner(view, "/app/run.py") is None


def test_packages_that_are_folders_own_what_is_below_them() -> None:
    view = view_of(
        [
            text("/usr/lib/R/library/httr/DESCRIPTION", "Package: httr\nVersion: 1.4\nLicense: MIT\nBuilt: R 4.3.1; ; 2024\n"),
            text("/usr/lib/R/library/httr/R/httr"),
            text("/srv/R/mine/DESCRIPTION", "Package: mine\nVersion: 0.1\n"),
            text("/srv/R/mine/R/mine.R"),
            text("/app/node_modules/@scope/x/package.json", '{"name": "@scope/x", "version": "3.0.0", "license": "ISC"}'),
            text("/app/node_modules/@scope/x/lib/a.js"),
            text("/app/node_modules/fake/package.json", '{"name": "other"}'),
            text("/app/node_modules/fake/a.js"),
            text(
                "/root/.julia/packages/JSON3/abc12/Project.toml", 'name = "JSON3"\nuuid = "1"\nversion = "1.14.0"\n\n[deps]\nname = "no"\n'
            ),
            text("/root/.julia/packages/JSON3/abc12/src/JSON3.jl"),
        ]
    )
    assert owner(view, "/usr/lib/R/library/httr/R/httr") == (Manager.R, "httr", "1.4", ClaimState.UNVERIFIED)
    assert owner(view, "/srv/R/mine/R/mine.R") is None
    assert owner(view, "/app/node_modules/@scope/x/lib/a.js") == (Manager.NPM, "@scope/x", "3.0.0", ClaimState.UNVERIFIED)
    assert owner(view, "/app/node_modules/fake/a.js") is None
    assert owner(view, "/root/.julia/packages/JSON3/abc12/src/JSON3.jl") == (Manager.JULIA, "JSON3", "1.14.0", ClaimState.UNVERIFIED)


def rpm_header(tags: dict[int, tuple[int, list[Any]]]) -> bytes:
    """A header as rpm's database has it: counts, entries by tag, and the store."""
    entries, store = b"", b""
    for tag, (kind, values) in tags.items():
        if kind == 4:
            store += bytes(-len(store) % 4)
        entries += struct.pack(">IIII", tag, kind, len(store), len(values))
        store += struct.pack(f">{len(values)}I", *values) if kind == 4 else b"".join(value.encode() + b"\0" for value in values)
    return struct.pack(">II", len(tags), len(store)) + entries + store


def rpm_database(*headers: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rpmdb.sqlite")
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
            connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
        connection.close()
        return path.read_bytes()


def test_a_file_of_an_rpm_package() -> None:
    header = rpm_header(
        {
            1000: (6, ["curl"]),
            1001: (6, ["8.0"]),
            1002: (6, ["1.el9"]),
            1003: (4, [1]),
            1014: (6, ["MIT"]),
            1035: (8, [sha256("c"), ""]),
            1116: (4, [0, 1]),
            1117: (8, ["curl", "curl.conf"]),
            1118: (8, ["/usr/bin/", "/etc/"]),
            5011: (4, [8]),
        }
    )
    key = rpm_header({1000: (6, ["gpg-pubkey"]), 1001: (6, ["1"]), 1002: (6, ["1"])})
    content = rpm_database(header, key)
    view = view_of(
        [
            {"path": "/var/lib/rpm/rpmdb.sqlite", "base64": base64.b64encode(content).decode()},
            text("/usr/bin/curl", "c"),
            text("/etc/curl.conf"),
        ]
    )
    assert owner(view, "/usr/bin/curl") == (Manager.RPM, "curl", "1:8.0-1.el9", ClaimState.UNMODIFIED)
    assert owner(view, "/etc/curl.conf") == (Manager.RPM, "curl", "1:8.0-1.el9", ClaimState.UNVERIFIED)
    assert [(package.name, package.licence) for package in Owners(view).packages] == [("curl", "MIT")]


@pytest.mark.parametrize(("name", "older"), [("Packages", "Berkeley DB"), ("Packages.db", "ndb")])
def test_an_older_rpm_database_is_named_as_not_determinable(name: str, older: str) -> None:
    owners = Owners(view_of([text(f"/var/lib/rpm/{name}", "x")]))
    assert [gap.why for gap in owners.not_determined] == [f"not determinable: an rpm database in the older format {older} is not read"]


def test_a_database_that_cannot_be_read_is_named() -> None:
    view = view_of([text("/var/lib/rpm/rpmdb.sqlite", "no database"), text("/opt/c/conda-meta/x-1-0.json", "{")])
    assert [gap.database for gap in Owners(view).not_determined] == ["/var/lib/rpm/rpmdb.sqlite", "/opt/c/conda-meta/x-1-0.json"]


def test_the_system_package_manager_comes_before_pip() -> None:
    rows = f"../../../bin/tool,{record('tool')},4\n"
    site = "/usr/lib/python3/dist-packages"
    view = debian(text(f"{site}/pkg-1.0.dist-info/METADATA", "Name: pkg\nVersion: 1.0\n"), text(f"{site}/pkg-1.0.dist-info/RECORD", rows))
    found = owner(view, "/usr/bin/tool")
    assert found is not None
    assert found[0] is Manager.DPKG


ONE_PACKAGE = text("/var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\n")


@pytest.mark.parametrize("listed", ["/usr/../app/run.py", "/usr/linked/run.py", "/library/run.py", "/usr/local/linked/run.py"])
def test_a_system_package_owns_no_file_that_lies_outside_of_the_systems_folders(listed: str) -> None:
    files = [text("/app/run.py"), text("/library/run.py"), link("/usr/linked", "/app"), link("/usr/local/linked", "/app")]
    view = view_of([ONE_PACKAGE, text("/var/lib/dpkg/info/tool.list", f"{listed}\n"), *files])
    assert [owner(view, path) for path in ("/app/run.py", "/library/run.py")] == [None, None]


def test_a_link_leads_no_claim_out_of_an_install_scheme() -> None:
    view = wheel(VENV, "pkg/run.py,,\n", link(f"{VENV}/pkg", "/app"), text("/app/run.py"))
    assert owner(view, "/app/run.py") is None
    record_of_conda = text("/opt/conda/conda-meta/a.json", '{"name": "a", "files": ["lib/a/run.py"]}')
    view = view_of([record_of_conda, link("/opt/conda/lib/a", "/app"), text("/app/run.py")])
    assert owner(view, "/app/run.py") is None


def test_a_link_within_the_scheme_is_followed() -> None:
    site = "/opt/venv/lib64/python3.12/site-packages"
    view = wheel(site, "pkg/a.py,,\n", link(f"{site}/pkg", "real"), text(f"{site}/real/a.py"), link("/opt/venv/lib", "lib64"))
    assert owner(view, f"{site}/real/a.py") is not None


@pytest.mark.parametrize("bad", ["pkg/\rbad.py,,\n", '"' + "x" * 200_000 + '",,\n'])
def test_a_row_of_a_record_that_is_no_csv_takes_no_other_row_with_it(bad: str) -> None:
    view = wheel(VENV, f"pkg/a.py,,\n{bad}pkg/b.py,,\n", text(f"{VENV}/pkg/a.py"), text(f"{VENV}/pkg/b.py"))
    assert [owner(view, f"{VENV}/pkg/{name}.py") is not None for name in "ab"] == [True, True]


def rpm_image(*headers: bytes) -> Owners:
    return Owners(view_of([{"path": "/var/lib/rpm/rpmdb.sqlite", "base64": base64.b64encode(rpm_database(*headers)).decode()}]))


@pytest.mark.parametrize("tag", [1003, 1116, 5011])
def test_a_tag_of_the_wrong_type_in_an_rpm_header_is_passed_over(tag: int) -> None:
    header = rpm_header({1000: (6, ["curl"]), 1001: (6, ["8"]), 1117: (8, ["a"]), 1118: (8, ["/usr/"]), tag: (8, ["x"])})
    assert [(package.name, package.version) for package in rpm_image(header).packages] == [("curl", "8")]


def test_a_tag_that_an_rpm_header_repeats_is_read_once() -> None:
    header = rpm_header({1000: (6, ["curl"]), 1117: (8, ["a", "b"])})
    count, size = struct.unpack(">II", header[:8])
    repeated = struct.pack(">II", count + 500, size) + header[8:40] + header[24:40] * 500 + header[40:]
    splits: list[bytes] = []

    class Store(bytes):
        def __getitem__(self, key: Any) -> Any:
            splits.append(b"")
            return bytes.__getitem__(self, key)

    assert [package.name for package in rpm_image(repeated).packages] == ["curl"]
    assert rpm._header(Store(repeated))[1117] == ["a", "b"]
    assert len(splits) == 2


def test_more_values_in_a_tag_than_an_image_has_files_end_the_reading_of_an_rpm_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm, "_MOST_VALUES", 2)
    owners = rpm_image(rpm_header({1000: (6, ["curl"]), 1117: (8, ["a", "b", "c"])}))
    assert [gap.why for gap in owners.not_determined] == ["it cannot be read on: a tag has 3 values"]


def test_a_write_ahead_log_of_an_rpm_database_is_named() -> None:
    owners = Owners(view_of([text("/var/lib/rpm/rpmdb.sqlite", "no database"), text("/var/lib/rpm/rpmdb.sqlite-wal", "x")]))
    assert [gap.database for gap in owners.not_determined] == ["/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite-wal"]


@pytest.mark.parametrize("bound", ["_MOST_CLAIMS", "_MOST_STEPS"])
def test_claims_beyond_the_bound_are_not_read_and_that_is_said_once(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners_module, bound, 3)
    names = [f"{VENV}/{number}/a.py" for number in range(9)]
    rows = "".join(f"{number}/a.py,,\n" for number in range(9))
    view = wheel(VENV, rows, *map(text, names))
    found = Owners(view)
    assert [gap.due_to_unread for gap in found.not_determined] == [True]
    assert found.not_determined[0].why.startswith("the packages claim more files than are read")
    assert [package.name for package in found.packages] == ["pkg"]


def test_json_records_beyond_the_bound_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (conda, folders):
        monkeypatch.setattr(module, "MOST_JSON", 20)
    long = '{"name": "a", "version": "1.0"}'
    owners = Owners(view_of([text("/opt/c/conda-meta/a.json", long), text("/app/node_modules/a/package.json", long)]))
    assert [gap.database for gap in owners.not_determined] == ["/opt/c/conda-meta/a.json", "/app/node_modules/a/package.json"]


def test_a_version_that_is_no_string_is_not_shown_as_one() -> None:
    view = view_of([text("/app/node_modules/a/package.json", '{"name": "a", "version": {"b": [1]}}')])
    assert [package.version for package in Owners(view).packages] == [""]


def test_long_fields_take_time_in_proportion_to_their_length() -> None:
    [fields] = paragraphs("Package: a\n" + " y\n" * 300_000)
    assert fields["Package"] == "a" + "\ny" * 300_000
