"""Libraries are found where the loaders of glibc and musl look for them."""

from __future__ import annotations

from typing import Any

from imginspect.filesystem.view import View
from imginspect.startup.libraries import Libraries, elf_of, libraries
from tests.views import LOADER, Nothing, library, link, program, static, text, view_of

Entry = dict[str, Any]
BASE: list[Entry] = [program(LOADER, loader="", kind="shared"), library("/lib/x86_64-linux-gnu/libc.so.6", "ld-linux-x86-64.so.2")]
MUSL = "/lib/ld-musl-x86_64.so.1"


def found(view: View, path: str = "/app/bin/run", **environment: str) -> Libraries:
    node = view.filesystem.resolve(path).node
    elf = elf_of(view, node)
    assert elf is not None
    return libraries(view, node, elf, environment)


def missing(*entries: Entry, path: str = "/app/bin/run", **environment: str) -> list[str]:
    return [item.name for item in found(view_of(BASE, list(entries)), path, **environment).missing]


def test_default_folders() -> None:
    run = program("/app/bin/run", "libc.so.6", "liba.so", "libb.so", "libd.so")
    entries = [library("/lib/liba.so"), library("/usr/lib64/libb.so"), library("/usr/lib/x86_64-linux-gnu/libd.so")]
    assert missing(run, *entries) == []
    assert missing(run, *entries[1:]) == ["liba.so"]


def test_needs_of_needs() -> None:
    run = program("/app/bin/run", "liba.so")
    assert missing(run, library("/lib/liba.so", "libb.so"), library("/lib/libb.so", "libc.so.6", "libz.so")) == ["libz.so"]


def test_libraries_that_need_each_other() -> None:
    assert missing(program("/app/bin/run", "liba.so"), library("/lib/liba.so", "libb.so"), library("/lib/libb.so", "liba.so")) == []


def test_runpath_is_for_direct_needs_only_and_rpath_for_all() -> None:
    entries = [library("/app/lib/liba.so", "libb.so"), library("/app/lib/libb.so")]
    assert missing(program("/app/bin/run", "liba.so", rpath="$ORIGIN/../lib"), *entries) == []
    assert missing(program("/app/bin/run", "liba.so", runpath="$ORIGIN/../lib"), *entries) == ["libb.so"]
    assert missing(program("/app/bin/run", "liba.so", "libb.so", runpath="${ORIGIN}/../lib:/nowhere"), *entries) == []


def test_rpath_does_not_count_beside_runpath() -> None:
    assert missing(program("/app/bin/run", "liba.so", rpath="/app/lib", runpath="/other"), library("/app/lib/liba.so")) == ["liba.so"]


def test_origin_in_the_name_itself() -> None:
    assert missing(program("/app/bin/run", "$ORIGIN/../lib/liba.so"), library("/app/lib/liba.so")) == []
    assert missing(program("/app/bin/run", "$ORIGIN/../lib/liba.so")) == ["/app/bin/../lib/liba.so"]


def test_origin_of_a_program_behind_a_link() -> None:
    view = view_of(
        BASE,
        [
            program("/opt/x/bin/run", "liba.so", runpath="$ORIGIN/../lib"),
            library("/opt/x/lib/liba.so"),
            link("/app/bin/run", "/opt/x/bin/run"),
        ],
    )
    assert found(view).missing == []


def test_ld_library_path() -> None:
    entries = [program("/app/bin/run", "liba.so"), library("/srv/liba.so")]
    assert missing(*entries, LD_LIBRARY_PATH="/x:/srv") == []
    assert missing(*entries, LD_LIBRARY_PATH="/x") == ["liba.so"]


def test_a_configured_folder_counts_only_with_the_cache() -> None:
    run, own = program("/app/bin/run", "liba.so"), library("/usr/local/lib/liba.so")
    conf = [text("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"), text("/etc/ld.so.conf.d/own.conf", "# own\n/usr/local/lib\n")]
    cache = text("/etc/ld.so.cache", "glibc-ld.so.cache1.1\0liba.so\0/usr/local/lib/liba.so\0")
    assert missing(run, own, *conf, cache) == []
    without = found(view_of(BASE, [run, own, *conf]))
    assert [(item.name, item.found_at) for item in without.missing] == [("liba.so", "/usr/local/lib/liba.so")]
    stale = text("/etc/ld.so.cache", "glibc-ld.so.cache1.1\0libz.so\0/usr/local/lib/libz.so\0")
    assert missing(run, own, *conf, stale) == ["liba.so"]


def test_a_cache_that_lists_what_is_gone() -> None:
    cache = text("/etc/ld.so.cache", "\0liba.so\0/usr/local/lib/liba.so\0")
    assert missing(program("/app/bin/run", "liba.so"), cache) == ["liba.so"]


def test_a_cache_that_was_not_kept_leaves_it_open() -> None:
    view = view_of(BASE, [program("/app/bin/run", "liba.so"), text("/etc/ld.so.cache", "x")])
    node = view.filesystem.resolve("/etc/ld.so.cache").node
    assert node.content is not None
    del view.layers[node.content[0]].kept[node.content[1]]
    result = found(view)
    assert (result.missing, bool(result.unread)) == ([], True)


def test_libraries_of_another_architecture_are_passed_over() -> None:
    run = program("/app/bin/run", "liba.so")
    assert missing(run, library("/lib64/liba.so", machine="arm64"), library("/usr/lib/liba.so")) == []
    assert missing(run, library("/lib64/liba.so", machine="386")) == ["liba.so"]


def test_a_text_is_no_library() -> None:
    assert missing(program("/app/bin/run", "liba.so"), text("/lib/liba.so", "INPUT(/lib/libb.so)")) == ["liba.so"]


def test_musl() -> None:
    run = program("/app/bin/run", "libc.musl-x86_64.so.1", "libz.so.1", "libpthread.so.0", loader=MUSL)
    base = [program(MUSL, loader="", kind="shared"), link("/lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1")]
    assert missing(*base, run, library("/usr/lib/libz.so.1")) == []
    assert missing(*base, run) == ["libz.so.1"]
    path = text("/etc/ld-musl-x86_64.path", "/srv/lib\n/lib:/x\n")
    assert missing(*base, run, path, library("/usr/lib/libz.so.1")) == ["libz.so.1"]
    assert missing(*base, run, path, library("/srv/lib/libz.so.1")) == []


def test_a_program_for_glibc_on_musl() -> None:
    run = program("/app/bin/run", "libc.so.6", "libm.so.6", "libz.so.1")
    gcompat = [program(MUSL, loader="", kind="shared"), static(LOADER)]
    view = view_of(gcompat, [run, library("/lib/libz.so.1")])
    assert found(view).missing == []


def test_a_loader_of_its_own_prefix() -> None:
    run = program("/app/bin/run", "liba.so", loader="/nix/store/x-glibc/lib/ld-linux-x86-64.so.2")
    entries = [program("/nix/store/x-glibc/lib/ld-linux-x86-64.so.2", loader="", kind="shared"), library("/nix/store/x-glibc/lib/liba.so")]
    assert missing(run, *entries) == []


def test_the_graphics_driver_comes_from_the_host() -> None:
    result = found(view_of(BASE, [program("/app/bin/run", "libcuda.so.1", "libcudart.so.12")]))
    assert ([item.name for item in result.missing], result.from_host) == (["libcudart.so.12"], ["libcuda.so.1"])


def test_contents_that_were_not_kept() -> None:
    view = view_of(BASE, [program("/app/bin/run", "liba.so")], keep=Nothing())
    assert elf_of(view, view.filesystem.resolve("/app/bin/run").node) is None


def test_the_pass_own_summary_is_used() -> None:
    view = view_of(BASE, [program("/app/bin/run", "liba.so")])
    node = view.filesystem.resolve("/app/bin/run").node
    elf = elf_of(view, node)
    assert elf is not None
    assert node.content is not None
    view.layers[node.content[0]].elf[node.content[1]] = elf._replace(needed=())
    assert found(view).missing == []


def test_a_chain_of_many_libraries_is_cut() -> None:
    many = [library(f"/lib/lib{number}.so", f"lib{number + 1}.so") for number in range(700)]
    result = found(view_of(BASE, [program("/app/bin/run", "lib0.so"), *many]))
    assert result.is_bounded
