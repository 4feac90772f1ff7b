"""The registry of layouts: what one line in it adds, and that each layout names itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.archive import layouts
from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Prefix
from imginspect.archive.stored import ListingScope, StoredImage
from tests.batch.running import batch, row
from tests.image_builder import ImageBuilder, Options, file, image_members, write
from tests.inspecting import report_of, run

TOY = "toy tree"


def read(reader: Reader, _wanted: str | None, _scope: ListingScope) -> list[StoredImage]:
    """The images of a docker archive whose listing is called toy.json."""
    listed = reader.parse(reader.document("toy.json", "listing"))
    return [
        StoredImage(
            references=tuple(item.get("RepoTags") or ()),
            config=reader.blob_at(item.get("Config"), "config"),
            layers=tuple(reader.blob_at(name, "layer") for name in item.get("Layers")),
        )
        for item in listed
    ]


LAYOUT = Layout(
    TOY,
    detect=lambda probe: "" if probe.has_file("toy.json") else None,
    read=read,
    prefixes=(Prefix("toy", "a toy tree", in_file=False),),
)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the toy layout, which is registered."""
    monkeypatch.setattr(layouts, "LAYOUTS", (*layouts.LAYOUTS, LAYOUT))
    image = ImageBuilder().layer(file("/a", b"1")).config(entrypoint=["/a"]).reference("app:1")
    for name, data in image_members(image, "skopeo", Options()):
        path = tmp_path / "mirror" / "toy" / ("toy.json" if name == "manifest.json" else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "mirror" / "toy"


def test_one_line_in_the_registry_is_enough_for_inspect_images_and_prefixes(toy: Path) -> None:
    assert report_of(toy)["image"]["archive_layout"] == TOY
    listed = run("images", f"toy:{toy}", "--format", "json").document
    assert (listed["archive_layout"], listed["images"][0]["references"]) == (TOY, ["docker.io/library/app:1"])
    assert "stands for a dir: tree, but this directory is a toy tree; write toy:" in run("images", f"dir:{toy}").err


def test_one_line_in_the_registry_is_enough_for_batch(toy: Path, tmp_path: Path) -> None:
    batch(toy.parent, "--out", tmp_path / "out")
    assert "".join(row(tmp_path / "out", "toy")["references"]).endswith("app:1")


def test_without_that_line_it_is_no_image(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LAYOUTS", layouts.LAYOUTS[:-1])
    assert "not a container image" in run("images", toy).err


def test_names_of_layouts_are_unique_and_prefixes_mean_one_thing() -> None:
    assert len({layout.name for layout in layouts.LAYOUTS}) == len(layouts.LAYOUTS)
    for layout in layouts.LAYOUTS:
        assert all(layouts.prefixes()[prefix.name] == prefix for prefix in layout.prefixes)


@pytest.mark.parametrize(
    ("form", "name"), [("skopeo", "docker archive"), ("docker", "docker archive with an OCI image layout"), ("oci", "OCI image layout")]
)
def test_a_layout_names_itself(form: str, name: str, tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a", b"1")).config(entrypoint=["/a"])
    path = write(image_members(image, form, Options()), tmp_path / "archive.tar", form)
    assert run("images", path).text.splitlines()[0] == name
