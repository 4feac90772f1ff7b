"""Values of licence variables, and licence files with a form of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.licences import own_forms
from imginspect.licences.files import recognise
from imginspect.licences.path_list import parse_hosts, parse_path_list
from imginspect.licences.values import LicenceText, NamedPath, Server
from tests.counting import calls_made


@pytest.mark.parametrize(
    ("value", "servers", "places"),
    [
        ("27000@a.example.org", ["27000@a.example.org"], []),
        ("@a.example.org", ["@a.example.org"], []),
        ("1@a,2@b,3@c", ["1@a", "2@b", "3@c"], []),
        ("1700@[2001:db8::1]", ["1700@[2001:db8::1]"], []),
        ("/opt/x.lic", [], ["/opt/x.lic"]),
        ("/opt/x.lic:27000@a", ["27000@a"], ["/opt/x.lic"]),
        ("/opt/x.lic;/opt/y;@a", ["@a"], ["/opt/x.lic", "/opt/y"]),
        ("license.dat:1700@a", ["1700@a"], ["license.dat"]),
        ("a.example.org:27000", ["27000@a.example.org"], []),
        ("/opt/x:a.example.org:27000", ["27000@a.example.org"], ["/opt/x"]),
        ("https://user:word@a.example.org:8080/path", ["8080@a.example.org"], []),
        ("port@a.example.org", ["@a.example.org"], []),
        ('"27000@a"', ["27000@a"], []),
        ("::", [], []),
        ("", [], []),
    ],
)
def test_lists_of_places(value: str, servers: list[str], places: list[str]) -> None:
    found_servers, found_places = parse_path_list(value)
    assert [str(server) for server in found_servers] == servers
    assert found_places == tuple(NamedPath(place) for place in places)


def test_a_server_after_many_files_is_seen() -> None:
    assert parse_path_list("/a:" * 10_000 + "27000@b")[0] == (Server("b", "27000"),)


def test_plain_names_are_servers_where_nothing_else_can_be() -> None:
    assert [server.host for server in parse_hosts("alpha beta:gamma,31010@delta")] == ["delta", "alpha", "beta", "gamma"]


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost.localdomain", "this_host", "0.0.0.0", "a.localhost"],
)
def test_the_container_itself(host: str) -> None:
    assert Server(host).is_own


@pytest.mark.parametrize("host", ["licences", "localhost.example.org", "10.0.0.1", "host.docker.internal", "128.0.0.1", "2001:db8::1", ""])
def test_other_computers(host: str) -> None:
    assert not Server(host).is_own


# -- forms of their own ------------------------------------------------------------------------------------------------


def test_gurobi_with_a_token_server() -> None:
    found = recognise("/root/gurobi.lic", "# a comment\nTOKENSERVER=licences.example.org\nPORT=41954\n")
    assert found is not None
    assert (found.form, found.servers) == ("Gurobi licence file", (Server("licences.example.org", "", 2),))


def test_gurobi_of_the_web_service() -> None:
    found = recognise("/opt/gurobi/gurobi.lic", "WLSACCESSID=aaaa\nWLSSECRET=bbbb\nLICENSEID=1\n")
    assert found is not None
    assert [item.what for item in found.online] == ["WLSACCESSID", "WLSSECRET"]
    assert "aaaa" not in repr(found)
    assert "bbbb" not in repr(found)


def test_gurobi_of_one_computer() -> None:
    found = recognise("/opt/gurobi/gurobi.lic", "TYPE=NODE\nVERSION=11\nHOSTID=12345678\nEXPIRATION=2020-12-31\nKEY=ABCD\n")
    assert found is not None
    assert (found.terms[0].node_locked, found.terms[0].expires) == (True, date(2020, 12, 31))


def test_a_cluster_manager_by_its_address() -> None:
    found = recognise("/opt/gurobi/gurobi.lic", "CSMANAGER=http://cluster.example.org:61080\n")
    assert found is not None
    assert found.servers == (Server("cluster.example.org", "61080", 1),)


@pytest.mark.parametrize(
    ("path", "text", "servers"),
    [
        ("/a/mathpass", "%(*usertype*)\n!licences.example.org\n", ["licences.example.org"]),
        ("/a/ansyslmd.ini", "SERVER=1055@licences.example.org\nANSYSLI_SERVERS=2325@licences.example.org\n", ["licences.example.org"] * 2),
        ("/a/custom_v6.env", 'abaquslm_license_file="27000@licences.example.org"\n', ["licences.example.org"]),
        ("/a/abaqus_v6.env", "academic=RESEARCH\n", []),
        (
            "/a/DSLicSrv.txt",
            "a.example.org:4085,b.example.org:4085,c.example.org:4085\n",
            ["a.example.org", "b.example.org", "c.example.org"],
        ),
        ("/a/DSLicSrv.txt", "[2001:db8::1]:4085\n", ["[2001:db8::1]"]),
        ("/a/o_licenseserverurl.txt", "http://licences.example.org:7070/request\n", ["licences.example.org"]),
        ("/etc/nvidia/gridd.conf", "# x\nServerAddress=licences.example.org\nServerPort=7070\n", ["licences.example.org"]),
        ("/a/xpauth.xpr", 'use_server server="licences.example.org"\n', ["licences.example.org"]),
        ("/root/.flexlmrc", "MLM_LICENSE_FILE=27000@licences.example.org:/a/b.lic\n", ["licences.example.org"]),
    ],
)
def test_files_that_name_servers(path: str, text: str, servers: list[str]) -> None:
    found = recognise(path, text)
    assert found is not None
    assert [server.host for server in found.servers] == servers


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/usr/local/stata/stata.lic", "00000000!aaaa bbbb!cccc!0000!A researcher!A university!\n"),
        ("/opt/freesurfer/license.txt", "a.researcher@example.org\n12345\n *ABCDEFGHIJK\n FSABCDEFGHIJK\n"),
    ],
)
def test_local_licences_name_no_server(path: str, text: str) -> None:
    found = recognise(path, text)
    assert found is not None
    assert (found.servers, found.online) == ((), ())


def test_a_mathpass_of_one_computer() -> None:
    found = recognise("/a/mathpass", "machine\t1234-56789-01234\t1111-2222\t0000-000-000:1\n")
    assert found is not None
    assert found.terms[0].node_locked
    assert "56789" not in repr(found)


PARSERS = [*dict.fromkeys(own_forms.BY_NAME.values())]


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: str(parse.__name__))
@given(text=st.text(alphabet="TOKENSERVERuse_server =!@:/,.%#\n\r\0é0123456789-", max_size=300))
def test_any_text_takes_few_calls_a_letter(parse: Callable[[str], LicenceText | None], text: str) -> None:
    parse(text)  # what is compiled once is compiled
    assert calls_made(partial(parse, text)) <= 60 + 30 * len(text)


@given(st.text(alphabet=":;,@/[]=$~ a1.\0é", max_size=200))
def test_any_value_takes_few_calls_a_letter(value: str) -> None:
    assert calls_made(partial(parse_path_list, value)) <= 60 + 30 * len(value)
    assert calls_made(partial(parse_hosts, value)) <= 60 + 30 * len(value)
