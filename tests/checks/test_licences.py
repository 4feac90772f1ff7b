"""TRE-LIC-001 to 004: servers, presence, terms and the inventory."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.checks import Verdict
from tests.checks.judging import judged_by, messages
from tests.image_builder import Entry, ImageBuilder, directory, file, symlink, whiteout

SERVER = "licences.example.org"
CLIENT = f"SERVER {SERVER} 0123456789ab 27000\nUSE_SERVER\n".encode()
LOCAL = b"FEATURE solver acmed 2.0 permanent uncounted HOSTID=ANY SIGN=0123456789AB\n"
MATLAB = file("/opt/matlab/R2024a/bin/glnxa64/MATLAB", b"program", mode=0o755)
STATA = file("/usr/local/stata/stata-mp", b"program", mode=0o755)
STATA_LICENCE = file("/usr/local/stata/stata.lic", b"00000000!aaaa!bbbb!0000!x!")
GUROBI = file("/usr/lib/python3/site-packages/gurobipy-11.0.0.dist-info/METADATA", b"Name: gurobipy\n")


def image(*entries: Entry, env: tuple[str, ...] = (), **config: Any) -> ImageBuilder:
    return ImageBuilder().layer(file("/app/run", b"1", mode=0o755), *entries).config(env=list(env), **config)


def servers(*entries: Entry, env: tuple[str, ...] = (), **config: Any) -> tuple[Verdict, str]:
    result = judged_by("TRE-LIC-001", image(*entries, env=env, **config))
    return result.verdict, messages(result)


def presence(*entries: Entry, env: tuple[str, ...] = ()) -> tuple[Verdict, str]:
    result = judged_by("TRE-LIC-002", image(*entries, env=env))
    return result.verdict, messages(result)


# -- servers: variables --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable",
    [
        f"LM_LICENSE_FILE=27000@{SERVER}",
        f"LM_LICENSE_FILE=@{SERVER}",
        f"LM_LICENSE_FILE=/opt/none.lic:27000@{SERVER}",
        f"LM_LICENSE_FILE={SERVER}:27000",
        f"ACMED_LICENSE_FILE=27000@{SERVER}",
        f"acme_LICENSE=5053@{SERVER}",
        f"RLM_LICENSE=5053@{SERVER}",
        f"LSHOST={SERVER}",
        f"LSFORCEHOST={SERVER}",
    ],
)
def test_a_variable_that_any_software_reads_fails(variable: str) -> None:
    verdict, said = servers(env=(variable,))
    assert verdict is Verdict.FAIL
    assert SERVER in said
    assert variable.partition("=")[0] in said


@pytest.mark.parametrize(
    "variable",
    ["APP_LICENSE=MIT", "ACCEPT_LICENSE=yes", "LM_LICENSE_FILE=", "NOTES=27000@somewhere", "APP_LICENSE=https://example.org/MIT"],
)
def test_other_variables_are_none_of_its_business(variable: str) -> None:
    assert servers(env=(variable,))[0] is Verdict.PASS


def test_a_products_own_variable_fails_where_the_product_is() -> None:
    variable = f"MLM_LICENSE_FILE=27000@{SERVER}"
    assert servers(MATLAB, env=(variable,))[0] is Verdict.FAIL
    verdict, said = servers(env=(variable,))
    assert verdict is Verdict.WARN
    assert "leftover" in said


def test_what_is_needed_only_to_compile_is_a_warning() -> None:
    assert servers(env=(f"INTEL_LICENSE_FILE=28518@{SERVER}",))[0] is Verdict.WARN


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_server_in_the_container_itself_is_a_warning(host: str) -> None:
    verdict, said = servers(env=(f"LM_LICENSE_FILE=27000@{host}",))
    assert verdict is Verdict.WARN
    assert "no command was found that starts one" in said
    verdict, said = servers(env=(f"LM_LICENSE_FILE=27000@{host}",), cmd=["sh", "-c", "/opt/lmgrd -c /opt/a.lic && /app/run"])
    assert verdict is Verdict.WARN
    assert "the container starts lmgrd" in said


def test_a_licence_on_the_internet_fails() -> None:
    verdict, said = servers(GUROBI, env=("GRB_WLSACCESSID=0123-4567", "GRB_WLSSECRET=89ab-cdef"))
    assert verdict is Verdict.FAIL
    assert "internet" in said
    assert "0123-4567" not in said
    assert "89ab-cdef" not in said
    assert servers(env=("GRB_WLSACCESSID=0123-4567",))[0] is Verdict.WARN


def test_a_file_before_the_server_may_do() -> None:
    verdict, said = servers(file("/opt/acme.lic", LOCAL), env=(f"ACMED_LICENSE_FILE=/opt/acme.lic:27000@{SERVER}",))
    assert verdict is Verdict.WARN
    assert "needs no server" in said


def test_of_two_variables_with_one_name_the_last_counts() -> None:
    assert servers(env=(f"LM_LICENSE_FILE=1@{SERVER}", "LM_LICENSE_FILE="))[0] is Verdict.PASS


# -- servers: files ------------------------------------------------------------------------------------------------------


def test_a_clients_file_fails_with_its_line() -> None:
    result = judged_by("TRE-LIC-001", image(MATLAB, file("/opt/matlab/R2024a/licenses/network.lic", b"# x\n" + CLIENT)))
    assert result.verdict is Verdict.FAIL
    (finding,) = result.findings
    assert (finding.evidence[0].path, finding.evidence[0].line) == ("/opt/matlab/R2024a/licenses/network.lic", 2)
    assert finding.evidence[0].file_sha256 is None
    assert "0123456789ab" not in repr(result)


def test_a_file_of_a_product_that_is_not_there_is_a_warning() -> None:
    text = CLIENT + b"VENDOR MLM\n"
    assert servers(file("/opt/old/x.lic", text))[0] is Verdict.WARN
    assert servers(MATLAB, file("/opt/old/x.lic", text))[0] is Verdict.FAIL


def test_a_file_of_an_unknown_vendor_fails() -> None:
    assert servers(file("/opt/acme/x.lic", CLIENT))[0] is Verdict.FAIL


def test_a_file_among_tests_or_documentation_is_a_warning() -> None:
    assert servers(file("/usr/share/doc/acme/x.lic", CLIENT))[0] is Verdict.WARN
    assert servers(file("/usr/share/doc/acme/x.lic", CLIENT), env=("ACMED_LICENSE_FILE=/usr/share/doc/acme/x.lic",))[0] is Verdict.FAIL


def test_a_file_that_only_a_variable_names_is_read() -> None:
    assert servers(file("/etc/acme/terms", CLIENT), env=("ACMED_LICENSE_FILE=/etc/acme/terms",))[0] is Verdict.FAIL
    assert servers(file("/etc/acme/terms", CLIENT))[0] is Verdict.PASS
    entries = (file("/etc/acme/terms", CLIENT), symlink("/lic", "etc/acme"))
    assert servers(*entries, env=("ACMED_LICENSE_FILE=/lic/terms",))[0] is Verdict.FAIL


def test_a_file_in_a_folder_that_a_variable_names() -> None:
    verdict, said = servers(file("/etc/acme/x.lic", CLIENT), env=("ACMED_LICENSE_FILE=/etc/acme",))
    assert verdict is Verdict.FAIL
    assert "ACMED_LICENSE_FILE" in said


def test_a_server_licence_where_the_container_starts_the_server_is_for_a_person() -> None:
    script = file("/app/start.sh", b"#!/bin/sh\n/opt/lmgrd -c /opt/x.lic\nexec /app/run\n", mode=0o755)
    verdict, said = servers(script, file("/opt/x.lic", CLIENT), entrypoint=["/app/start.sh"])
    assert verdict is Verdict.WARN
    assert "lmgrd" in said
    comment = file("/app/start.sh", b"#!/bin/sh\n# lmgrd -c /opt/x.lic\nexec /app/run\n", mode=0o755)
    assert servers(comment, file("/opt/x.lic", CLIENT), entrypoint=["/app/start.sh"])[0] is Verdict.FAIL


def test_this_host_is_the_container_itself() -> None:
    assert servers(file("/opt/x.lic", b"SERVER this_host ANY 27000\nUSE_SERVER\n"))[0] is Verdict.WARN


def test_licences_that_are_counted_and_name_no_server_are_a_warning() -> None:
    assert servers(file("/opt/x.lic", b"FEATURE a acmed 1 permanent 4 SIGN=12\n"))[0] is Verdict.WARN


def test_a_licence_file_of_unknown_form_is_undetermined() -> None:
    result = judged_by("TRE-LIC-001", image(file("/opt/acme/x.lic", b"\x93\x00\x01binary")))
    assert result.verdict is Verdict.UNDETERMINED
    assert not result.due_to_unread


def test_a_copyright_line_does_not_make_it_a_text_of_terms() -> None:
    assert servers(file("/opt/acme/x.lic", b"# Copyright Acme\nhost licences.example.org\n"))[0] is Verdict.UNDETERMINED
    terms = b"Copyright Acme. Permission is granted to anyone, without warranty.\n"
    assert servers(file("/opt/acme/x.lic", terms))[0] is Verdict.PASS


def test_a_licence_file_that_was_not_kept_is_undetermined_for_want_of_reading() -> None:
    result = judged_by("TRE-LIC-001", image(file("/opt/acme/x.lic", b"#" * (3 << 20))))
    assert result.verdict is Verdict.UNDETERMINED
    assert result.due_to_unread


def test_a_form_that_is_known_to_name_no_server_is_no_question() -> None:
    assert servers(file("/opt/acme/lservrc", b"\x93\x00\x01binary"))[0] is Verdict.PASS


def test_a_licence_file_that_a_later_layer_deleted_asks_nothing() -> None:
    assert judged_by("TRE-LIC-001", image(file("/opt/x.lic", CLIENT)).layer(whiteout("/opt/x.lic"))).verdict is Verdict.PASS


def test_a_licence_file_that_a_link_put_elsewhere_is_found() -> None:
    layers = ImageBuilder().layer(directory("/opt/real"), symlink("/lic", "/opt/real")).layer(file("/lic/x.lic", CLIENT))
    assert judged_by("TRE-LIC-001", layers.layer(whiteout("/lic"))).verdict is Verdict.FAIL


def test_an_image_that_was_not_read_whole_is_undetermined() -> None:
    missing = image().layer(file("/a", b"1")).without_blob(1)
    for rule in ("TRE-LIC-001", "TRE-LIC-002", "TRE-LIC-003", "TRE-LIC-004"):
        result = judged_by(rule, missing)
        assert (result.verdict, result.due_to_unread) == (Verdict.UNDETERMINED, True), rule


def test_more_files_than_are_looked_at_is_undetermined() -> None:
    many = [file(f"/opt/{number}.lic", LOCAL) for number in range(201)]
    assert servers(*many)[0] is Verdict.UNDETERMINED


# -- presence ------------------------------------------------------------------------------------------------------------


def test_software_without_its_licence_fails_where_that_is_known_for_sure() -> None:
    verdict, said = presence(STATA)
    assert verdict is Verdict.FAIL
    assert "Stata" in said
    assert presence(STATA, STATA_LICENCE)[0] is Verdict.PASS


def test_software_of_an_entry_that_was_not_verified_is_a_warning() -> None:
    assert presence(file("/opt/star/star/bin/starccm+", b"program", mode=0o755))[0] is Verdict.WARN


def test_no_such_software_means_that_the_rule_does_not_apply() -> None:
    assert presence()[0] is Verdict.NOT_APPLICABLE
    assert presence(file("/opt/ibm/ILOG/cplex/bin/x86-64_linux/cplex", b"1", mode=0o755))[0] is Verdict.NOT_APPLICABLE


def test_a_licence_of_other_software_does_not_count() -> None:
    assert presence(MATLAB, STATA_LICENCE)[0] is Verdict.FAIL
    assert presence(MATLAB, file("/opt/x.lic", LOCAL.replace(b"acmed", b"MLM")))[0] is Verdict.PASS


def test_a_licence_on_the_data_mount_is_a_condition() -> None:
    verdict, said = presence(MATLAB, env=("MLM_LICENSE_FILE=/safe_data/project/matlab.lic",))
    assert verdict is Verdict.PASS
    assert "/safe_data/project/matlab.lic" in said


@pytest.mark.parametrize("place", ["/scratch/matlab.lic", "/safe_outputs/matlab.lic"])
def test_a_licence_on_a_mount_that_begins_empty_is_missing(place: str) -> None:
    verdict, said = presence(MATLAB, file(place, LOCAL), env=(f"MLM_LICENSE_FILE={place}",))
    assert verdict is Verdict.WARN
    assert "empty" in said


def test_a_variable_that_names_a_missing_file() -> None:
    assert presence(STATA, STATA_LICENCE, env=("FS_LICENSE=/opt/gone.txt",))[0] is Verdict.WARN
    assert presence(MATLAB, env=("MLM_LICENSE_FILE=/opt/gone.lic",))[0] is Verdict.FAIL


def test_a_path_with_a_variable_in_it_is_undetermined() -> None:
    assert presence(MATLAB, env=("MLM_LICENSE_FILE=$HOME/matlab.lic",))[0] is Verdict.UNDETERMINED


def test_a_package_that_works_within_limits_passes_with_a_condition() -> None:
    verdict, said = presence(GUROBI)
    assert verdict is Verdict.PASS
    assert "limits" in said


def test_a_package_by_another_spelling_of_its_name() -> None:
    assert presence(file("/v/site-packages/Mosek-10.1.dist-info/METADATA", b"Name: Mosek\n"))[0] is Verdict.FAIL
    assert presence(file("/v/site-packages/mosek_tools-1.dist-info/METADATA", b"Name: mosek-tools\n"))[0] is Verdict.NOT_APPLICABLE


def test_settings_that_name_no_server_are_no_licence() -> None:
    abaqus = file("/opt/SIMULIA/Commands/abaqus", b"1", mode=0o755)
    assert presence(abaqus, file("/opt/SIMULIA/abaqus_v6.env", b"academic=RESEARCH\n"))[0] is Verdict.FAIL


# -- terms ---------------------------------------------------------------------------------------------------------------


def terms(text: str, created: str = "2024-05-01T00:00:00Z") -> tuple[Verdict, str]:
    result = judged_by("TRE-LIC-003", image(file("/opt/x.lic", text.encode()), created=created))
    return result.verdict, messages(result)


def test_a_licence_that_ended_before_the_image_was_built() -> None:
    verdict, said = terms("FEATURE a acmed 1 31-dec-2023 uncounted HOSTID=ANY\n")
    assert verdict is Verdict.WARN
    assert "2023-12-31" in said
    assert "2024-05-01" in said


@pytest.mark.parametrize("created", ["2024-05-01T00:00:00Z", "1970-01-01T00:00:00Z", "", "yesterday"])
def test_a_licence_that_ends_later_is_a_condition(created: str) -> None:
    verdict, said = terms("FEATURE a acmed 1 31-dec-2030 uncounted HOSTID=ANY\nFEATURE b acmed 1 permanent 0\n", created)
    assert verdict is Verdict.PASS
    assert "2030-12-31" in said


def test_nothing_is_compared_with_the_clock() -> None:
    verdict, said = terms("FEATURE a acmed 1 31-dec-2001 uncounted HOSTID=ANY\n", "1970-01-01T00:00:00Z")
    assert verdict is Verdict.PASS
    assert "does not state its build date" in said


def test_a_licence_of_one_computer_is_a_warning_without_its_host_id() -> None:
    verdict, said = terms("FEATURE a acmed 1 permanent uncounted HOSTID=0123456789ab SIGN=BA9876543210\n")
    assert verdict is Verdict.WARN
    assert "node-locked" in said
    assert "0123456789ab" not in said


def test_an_end_that_cannot_be_read_is_undetermined() -> None:
    assert terms("FEATURE a acmed 1 31-feb-2030 uncounted HOSTID=ANY\n")[0] is Verdict.UNDETERMINED


def test_terms_do_not_apply_where_there_are_none() -> None:
    assert judged_by("TRE-LIC-003", image()).verdict is Verdict.NOT_APPLICABLE


# -- inventory -----------------------------------------------------------------------------------------------------------


def test_the_inventory_counts_and_never_judges() -> None:
    base = "/usr/lib/python3/site-packages"
    result = judged_by(
        "TRE-LIC-004",
        image(
            file(f"{base}/a-1.dist-info/METADATA", b"Name: a\nLicense-Expression: MIT\n\nLicense: GPL\n"),
            file(f"{base}/b-1.dist-info/METADATA", b"Name: b\nClassifier: License :: OSI Approved :: MIT License\n"),
            file(f"{base}/c-1.dist-info/METADATA", b"Name: c\nLicense: UNKNOWN\n"),
            file(f"{base}/c-1.dist-info/LICENSE.txt", b"terms"),
            file("/usr/lib/R/library/dplyr/DESCRIPTION", b"Package: dplyr\nLicense: MIT\n"),
            file("/usr/share/doc/libc6/copyright", b"x"),
            file("/lib/apk/db/installed", b"P:musl\nL:MIT\n\nP:zlib\nL:Zlib\n"),
            file("/app/description/DESCRIPTION", b"License: mine\n"),
        ),
    )
    assert result.verdict is Verdict.PASS
    assert "3 Python packages" in result.reason
    assert "1 R package;" in result.reason
    assert "1 licence text;" in result.reason
    assert "MIT (3), MIT License (1), Zlib (1)" in result.reason
    assert "no licence stated by 1 package" in result.reason
    assert "GPL" not in result.reason
    assert "mine" not in result.reason
    assert "complian" not in repr(result).lower()


def test_the_inventory_sees_only_what_is_visible() -> None:
    gone = image(file("/a/LICENSE", b"x"), file("/b/COPYING", b"x")).layer(whiteout("/a/LICENSE"))
    assert "1 licence text" in judged_by("TRE-LIC-004", gone).reason


NAMES = st.sampled_from(["LM_LICENSE_FILE", "MLM_LICENSE_FILE", "LSHOST", "FS_LICENSE", "TMP", "ACMED_LICENSE_FILE"])
VALUES = st.text(alphabet="/safe_data scratch@:;,$~[]27\\\0\n\ud800é", max_size=60)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=4), st.lists(VALUES, max_size=3), VALUES)
def test_no_config_makes_a_check_crash(env: list[tuple[str, str]], command: list[str], folder: str) -> None:
    hostile = image(
        file("/safe_data/a", CLIENT),
        env=tuple("=".join(item) for item in env),
        cmd=command,
        working_dir=folder,
        volumes=command,
        user=folder,
    )
    judged_by("TRE-LIC-001", hostile)  # examine() looks at all rules
