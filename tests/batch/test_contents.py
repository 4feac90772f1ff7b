"""The compact form of a layer's files says the same as the layer."""

from __future__ import annotations

from fnmatch import fnmatchcase
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.batch.store import contents
from imginspect.batch.store.contents import directory, encode, find_digest, glob, hides, opaque, whiteout
from imginspect.errors import UsageError
from imginspect.layer.index import Entry, LayerIndex

NAMES = st.one_of(
    st.sampled_from(["a", "b", "ab", "*", "[x]", "-", "!", "\x00", "\x01", "\x01\x02", "\x00\x01", "é", "\udce9", "\n", "a.pem", ".wh.a"]),
    st.binary(min_size=1, max_size=5).map(lambda name: name.replace(b"/", b"_").decode("utf-8", "surrogateescape")),
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
DIGESTS = st.one_of(st.none(), st.sampled_from([sha256(bytes([number])).digest() for number in range(4)]))
FILES = st.dictionaries(PATHS, DIGESTS, max_size=12)


@given(FILES, st.lists(PATHS, max_size=3), st.lists(PATHS, max_size=3), st.randoms())
def test_paths_come_back_whatever_their_order(files: dict[str, bytes | None], gone: list[str], emptied: list[str], random: object) -> None:
    entries = [*files.items(), *((whiteout(path), None) for path in gone), *((opaque(path), None) for path in emptied)]
    made = encode("sha256:x", entries)
    random.shuffle(entries)  # type: ignore[attr-defined]
    assert encode("sha256:x", entries) == made
    assert set(contents.paths(made)) == {path for path, _ in entries}
    assert contents.paths(made) == sorted(contents.paths(made), key=contents._encoded)
    assert len(made.digests) == 20 * sum(1 for digest in files.values() if digest)


@given(FILES, DIGESTS)
def test_a_digest_is_found_where_a_look_at_each_file_finds_it(files: dict[str, bytes | None], digest: bytes | None) -> None:
    wanted = digest or sha256(b"in no file").digest()
    found = find_digest(encode("", files.items()), wanted)
    assert sorted(found) == sorted(path for path, sha in files.items() if sha == wanted)


@given(
    FILES,
    st.lists(PATHS, max_size=3),
    st.sampled_from(["*", "/*", "*.pem", "/a/*", "[ab]", "[!a]*", "?", "a[", "/*/b", "é", "[]x]*", "\x00", "*\x01*"]),
)
def test_a_glob_finds_what_fits(files: dict[str, bytes | None], gone: list[str], pattern: str) -> None:
    made = encode("", [*files.items(), *((whiteout(path), None) for path in gone)])
    fits = {path for path in files if fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern)}
    assert set(glob(made, pattern)) == fits


def test_directories_are_marked_and_found_without_the_mark() -> None:
    made = encode("", [("/", None), (directory("/etc"), None), ("/etc/x", None)])
    assert contents.paths(made) == ["/", "/etc/", "/etc/x"]
    assert glob(made, "/etc") == ["/etc/"]
    assert glob(made, "/") == ["/"]


@pytest.mark.parametrize(
    ("later", "path", "what"),
    [
        ("/a/b", "/a/b", "overwritten"),
        ("-/a/b", "/a/b", "deleted"),
        ("-/a", "/a/b", "deleted"),
        ("!/a", "/a/b", "deleted"),
        ("!/", "/a/b", "deleted"),
        ("!/a/b", "/a/b", ""),
        ("!/a", "/a/", ""),
        ("-/a", "/a/", "deleted"),
        ("/a", "/a/b", "overwritten"),
        ("/a/", "/a/b", ""),
        ("/a/b/", "/a/b", "overwritten"),
        ("/a/b/", "/a/b/", ""),
        ("/a/b", "/a/b/", "overwritten"),
        ("/a/bc", "/a/b", ""),
        ("/x/a/b", "/a/b", ""),
        ("/", "/", ""),
        ("-/b", "/a/b", ""),
    ],
)
def test_what_a_layer_hides(later: str, path: str, what: str) -> None:
    assert hides(encode("", [("/0", None), (later, None), ("/zz", None)]), path) == what
    assert hides(encode("", [(later, None)]), path) == what


def test_a_layer_as_it_was_read() -> None:
    one, two = sha256(b"1").digest(), sha256(b"2").digest()

    def entry(path: str, kind: str, digest: bytes | None = None, link: str = "") -> Entry:
        parent, _, name = path.rpartition("/")
        return Entry(parent or "/", name, kind, 0o644, 0, 0, 1, 0, link, digest, "", None)

    index = LayerIndex(
        entries=[
            Entry("/", "", "directory", 0o755, 0, 0, 0, 0, "", None, "", None),
            entry("/a", "directory"),
            entry("/a/secret", "file", one),
            entry("/a/file", "file", two),
            entry("/a/hard", "hardlink", link="/a/file"),
            entry("/a/elsewhere", "hardlink", link="/below"),
            entry("/a/soft", "symlink", link="file"),
            entry("/a/gone", "whiteout"),
            Entry("/b", "", "opaque whiteout", 0, 0, 0, 0, 0, "", None, "", None),
            entry("/.wh..wh.plnk", "aufs metadata"),
            entry("/.wh.", "invalid"),
        ]
    )
    made = contents.of_layer("sha256:x", index, {one.hex()})
    assert contents.paths(made) == ["!/b", "-/a/gone", "/", "/a/", "/a/elsewhere", "/a/file", "/a/hard", "/a/secret", "/a/soft"]
    assert find_digest(made, two) == ["/a/file", "/a/hard"]
    assert find_digest(made, one) == []


def test_damaged_paths_are_said_to_be() -> None:
    with pytest.raises(UsageError, match="damaged"):
        contents.paths(encode("", [("/a", None)])._replace(paths=b"no zlib"))
