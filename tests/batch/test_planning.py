"""What a unit holds, as planned from its documents, and the way back from a plan to the image."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from imginspect.archive import Access, ListingScope, open_archive
from imginspect.archive.identity import file_identity, is_settled
from imginspect.batch.mirror.merging import merge, merged
from imginspect.batch.mirror.opening import is_unchanged, open_planned
from imginspect.batch.mirror.planning import PlanOptions, plan_unit
from imginspect.batch.values.plans import ImagePlan, UnitPlan
from imginspect.errors import ImgInspectError
from imginspect.image import list_images
from imginspect.inspection.criteria import load_criteria
from imginspect.inspection.inspect import inspect
from imginspect.limits import Limits
from imginspect.oci.platform import Platform
from imginspect.report import Report
from tests.batch.trees import found, hard_linked, image, layout, names, planned
from tests.image_builder import (
    DIRECTORY_FORMS,
    TAR_FORMS,
    artefact,
    descriptor,
    digest,
    index_bytes,
    multi_platform,
    save_many,
    several,
    sha,
)

pytestmark = pytest.mark.slow

BOTH = {"linux/amd64": image("amd"), "linux/arm64": image("arm")}
HELM = "application/vnd.cncf.helm."


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder ``mirror`` in the current one."""
    monkeypatch.chdir(tmp_path)
    path = Path("mirror")
    path.mkdir()
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning takes place an hour from now: whatever was written has settled."""
    now = time.time_ns() + 3600 * 10**9
    monkeypatch.setattr("imginspect.batch.mirror.host_files.now", lambda: now)


def only_plan(plans: list[UnitPlan]) -> ImagePlan:
    """The one image that is planned."""
    ((plan,),) = [item.images for item in plans if item.images]
    return plan


def reasons(plans: list[UnitPlan]) -> dict[str, str]:
    return {item.shown: item.reason for plan in plans for item in plan.skipped}


def report_of(plan: ImagePlan) -> Report:
    with open_planned(plan, Access()) as (archive, opened, listing):
        return inspect(archive, opened, listing, load_criteria("generic", []))


# -- every form ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", TAR_FORMS + DIRECTORY_FORMS)
def test_a_planned_image_opened_again_is_the_one_planned(form: str, mirror: Path) -> None:
    image("x", "app:1").save(mirror if form == "registry" else mirror / "app.tar", form)
    plan = only_plan(planned("mirror"))
    with open_planned(plan, Access()) as (archive, opened, listing):
        assert opened.references == plan.references
        assert [image for image in listing.images if image is opened] == [opened]
        assert str(opened.platform) == plan.platform == "linux/amd64"
        digests = tuple(str(item) for item in (*opened.stored.index_digests, opened.manifest_digest) if item)
        assert digests == plan.digests
        for layer, place in zip(opened.layers, plan.layers, strict=True):
            assert layer.blob.member is not None
            reader = archive.open_blob(layer.blob)
            data = reader.read(1 << 20)
            reader.close()
            with open(place.path, "rb") as handle:
                handle.seek(place.offset)
                assert handle.read(place.size) == data
            assert place.digest in ("", digest(data))
            assert place.identity == file_identity(os.lstat(place.path), place.offset, place.digest)


@pytest.mark.parametrize("whole", ["gz", "zst"])
def test_layers_within_a_compressed_archive_have_no_place(whole: str, mirror: Path, settled: None) -> None:
    image("x", "app:1").save(mirror / f"app.tar.{whole}", "oci", whole=whole)
    plan = only_plan(planned("mirror"))
    assert {(layer.path, layer.identity, layer.offset) for layer in plan.layers} == {("", "", 0)}
    assert plan.identity
    with open_planned(plan, Access()) as (archive, opened, _):
        assert is_unchanged(plan, archive, opened)


def test_links_in_a_layout_are_resolved_and_places_are_real(mirror: Path) -> None:
    image("x", "app:1").save(mirror / "app", "oci-dir", symlinked_blobs=True)
    Path("other").symlink_to("mirror")
    for layer in only_plan(planned("other")).layers:
        assert os.path.realpath(layer.path) == layer.path
        assert sha(Path(layer.path).read_bytes()) == layer.digest[7:]


def test_what_is_no_image_fails_as_a_unit(mirror: Path) -> None:
    (mirror / "a.tar").write_bytes(b"no tar")
    (mirror / "b.tar").write_bytes(image().save(Path("x.tar")).read_bytes()[:700])
    layout([("index.json", index_bytes([])), ("oci-layout", b"{}")], mirror / "c")
    image().save(mirror / "d:1", "dir")
    (mirror / "d:1" / "manifest.json").write_bytes(b"{")
    image().save(Path("empty.tar"), "oci")
    plans = planned("mirror")
    assert [(plan.unit.shown, bool(plan.failed)) for plan in plans] == [
        ("mirror/a.tar", True), ("mirror/b.tar", True), ("mirror/c", False), ("mirror/d:1", True),
    ]  # fmt: skip
    assert reasons(plans) == {"mirror/c": "it lists no images"}
    assert not any(str(mirror.resolve()) in plan.failed for plan in plans)
    shutil.rmtree(mirror / "d:1")
    assert plan_unit(plans[3].unit, PlanOptions()).failed


# -- names -----------------------------------------------------------------------------------------------------------


def test_bare_tags_get_the_repository_of_their_place_and_full_names_stay(mirror: Path) -> None:
    layout(several([image("a", "1.0", "latest"), image("b", "docker.io/library/alpine:3")]), mirror / "library/app")
    assert names(planned("mirror")) == [("library/app:1.0", "library/app:latest"), ("docker.io/library/alpine:3",)]
    assert names(planned("mirror/library/app")) == [("1.0", "latest"), ("docker.io/library/alpine:3",)]


def test_dir_trees_are_named_by_their_place(mirror: Path) -> None:
    plain = image()
    plain.save(mirror / "library/app:1.0", "dir")
    plain.save(mirror / "team/app@sha256:abc", "dir")
    plain.save(mirror / "team/bare", "dir")
    assert names(planned("mirror")) == [
        ("library/app:1.0",), ("team/app@sha256:abc",), (f"team/bare@{digest(plain.manifest_bytes('gzip', docker=True))}",),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["oci-dir", "registry", "docker"])
def test_tags_that_share_a_manifest_are_one_image(form: str, mirror: Path) -> None:
    image("a", "app:1", "app:2", "other:1").save(mirror if form == "registry" else mirror / "x.tar", form)
    plans = merged(plan for unit in planned("mirror") for plan in unit.images)
    expected = {"app:1", "app:2", "other:1"}
    assert [{name.removeprefix("docker.io/library/") for name in plan.references} for plan in plans.values()] == [expected]


# -- platforms and what is no image ----------------------------------------------------------------------------------


def test_of_each_name_the_usual_platform_is_taken_and_all_else_is_told(mirror: Path) -> None:
    layout(multi_platform(BOTH, "app:1"), mirror / "app")
    plans = planned("mirror")
    assert only_plan(plans).platform == "linux/amd64"
    assert len(only_plan(plans).digests) == 3
    assert sorted(item.reason.partition(" of sha256")[0] for item in plans[0].skipped) == [
        "it is for linux/arm64; the image of this name for linux/amd64 is inspected",
        "not a container image: attestation",
        "not a container image: attestation",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (PlanOptions(platform=Platform.parse("linux/arm64")), ["linux/arm64", "linux/arm64"]),
        (PlanOptions(platform=Platform.parse("linux/s390x")), []),
        (PlanOptions(every_platform=True), ["linux/amd64", "linux/arm64", "linux/arm64"]),
        (PlanOptions(), ["linux/amd64", "linux/arm64"]),
    ],
)
def test_platforms_are_chosen_for_each_name(options: PlanOptions, expected: list[str], mirror: Path) -> None:
    layout(multi_platform(BOTH, "app:1"), mirror / "app")
    layout(multi_platform({"linux/arm64": image("only")}, "board:1"), mirror / "board")
    plans = planned("mirror", options=options)
    assert sorted(plan.platform for unit in plans for plan in unit.images) == expected
    assert sum(not item.reason.startswith("not a container") for unit in plans for item in unit.skipped) == 3 - len(expected)
    assert not any(plan.failed for plan in plans)


def _without(path: Path, content: bytes, replaced: bytes | None = None) -> None:
    """Removes (or replaces) the blob of *content* in the layout at *path*."""
    blob = path / "blobs/sha256" / sha(content)
    blob.unlink() if replaced is None else blob.write_bytes(replaced)


def _manifests(path: Path) -> dict[str, bytes]:
    """The manifests for each platform in a layout that ``multi_platform`` made."""
    index = json.loads((path / "index.json").read_bytes())["manifests"][0]["digest"][7:]
    listed = json.loads((path / "blobs/sha256" / index).read_bytes())["manifests"]
    return {item["platform"]["architecture"]: (path / "blobs/sha256" / item["digest"][7:]).read_bytes() for item in listed}


def test_a_platform_that_was_not_copied_is_told_and_one_that_is_damaged_is_an_image_that_cannot_be_read(mirror: Path) -> None:
    app = layout(multi_platform(BOTH, "app:1"), mirror / "app")
    _without(app, _manifests(app)["amd64"])
    plans = planned("mirror")
    assert [plan.platform for plan in plans[0].images] == ["linux/arm64"]
    assert any("not available" in item.reason for item in plans[0].skipped)
    shutil.rmtree(app)
    layout(multi_platform(BOTH, "app:1"), app)
    _without(app, _manifests(app)["amd64"], b"{")
    plan = only_plan(planned("mirror"))
    assert (plan.platform, plan.references, plan.layers, plan.identity) == ("linux/amd64", ("docker.io/library/app:1",), (), "")
    with pytest.raises(ImgInspectError, match="JSON"), open_planned(plan, Access()):
        pass


def test_an_image_whose_manifest_is_not_there_is_not_lost(mirror: Path) -> None:
    app = layout(several([image("a", "1"), image("b", "2")]), mirror / "app")
    _without(app, image("b").manifest_bytes("gzip"))
    plans = planned("mirror")
    assert names(plans) == [("app:1",), ("app:2",)]
    with pytest.raises(ImgInspectError, match="not in the archive"), open_planned(plans[0].images[1], Access()):
        pass


@pytest.mark.parametrize("broken", ["link", "manifest", "gone"])
def test_a_broken_tag_of_a_registry_is_an_image_that_cannot_be_read(broken: str, mirror: Path) -> None:
    good, bad = image("a", "app:1"), image("b", "app:2")
    good.save(mirror, "registry")
    bad.save(mirror, "registry")
    v2 = mirror / "docker/registry/v2"
    hexadecimal = sha(bad.manifest_bytes("gzip", docker=True))
    blob = v2 / "blobs/sha256" / hexadecimal[:2] / hexadecimal / "data"
    if broken == "link":
        (v2 / "repositories/app/_manifests/tags/2/current/link").write_bytes(b"nonsense")
    elif broken == "manifest":
        blob.write_bytes(b"{")
    else:
        blob.unlink()
    plans = planned("mirror")
    assert names(plans) == [("app:1",), ("app:2",)]
    assert plans[0].images[0].layers
    with pytest.raises(ImgInspectError, match=r"digest|JSON|not in the archive"), open_planned(plans[0].images[1], Access()):
        pass


def test_one_image_beyond_a_limit_does_not_take_the_others_with_it(mirror: Path) -> None:
    many = image("many", "2").layer()
    app = layout(several([image("a", "1"), many]), mirror / "app")
    options = PlanOptions(Limits(layers=2))
    (plan,) = planned("mirror", options=options)
    assert names([plan]) == [("app:1",), ("app:2",)]
    with open_planned(plan.images[0], Access(options.limits)) as (_, opened, _listing):
        assert len(opened.layers) == 2
    with pytest.raises(ImgInspectError, match="layers"), open_planned(plan.images[1], Access(options.limits)):
        pass
    assert app.exists()


def test_a_config_that_is_not_there_is_an_image_all_the_same(mirror: Path) -> None:
    app = layout(multi_platform(BOTH, "app:1"), mirror / "app")
    config = json.loads(_manifests(app)["amd64"])["config"]["digest"][7:]
    (app / "blobs/sha256" / config).unlink()
    assert only_plan(planned("mirror")).platform == "linux/amd64"
    (mirror / "app:1").mkdir()
    image().save(mirror / "app:1", "dir")
    shutil.rmtree(app)
    (mirror / "app:1" / sha(image().config_bytes())).unlink()
    plan = only_plan(planned("mirror", options=PlanOptions(platform=Platform.parse("linux/arm64"))))
    assert plan.references == ("app:1",)


def test_artefacts_are_told(mirror: Path) -> None:
    layout(artefact(f"{HELM}config.v1+json", f"{HELM}chart.content.v1.tar+gzip"), mirror / "chart")
    (plan,) = planned("mirror")
    assert (plan.images, plan.failed) == ((), "")
    assert [item.reason for item in plan.skipped] == ["not a container image: Helm chart"]


# -- registries ------------------------------------------------------------------------------------------------------


def test_a_repository_listed_by_itself_is_what_the_whole_tree_lists_of_it(mirror: Path) -> None:
    for name in ("library/app:1", "library/app:2", "library/app/sub:1", "zoo:1"):
        image(name, name).save(mirror, "registry")
    with open_archive(mirror) as archive:
        whole = list_images(archive).images
        parts = [
            image for name in ("library/app", "library/app/sub", "zoo") for image in list_images(archive, None, ListingScope(name)).images
        ]
        assert archive.is_shared
    assert parts == list(whole)
    assert [image.references for image in whole] == [(name,) for name in ("library/app:1", "library/app:2", "library/app/sub:1", "zoo:1")]


def test_an_image_of_a_registry_is_read_by_itself(mirror: Path, settled: None) -> None:
    for number in range(5):
        image(str(number), f"app:{number}").save(mirror, "registry")
    plan = planned("mirror")[0].images[3]
    assert plan.only
    manifest = plan.digests[-1][7:]
    for blob in (mirror / "docker/registry/v2/blobs").glob("*/*/*/data"):
        if blob.parent.name not in {manifest, sha(image("3").config_bytes()), *(layer.digest[7:] for layer in plan.layers)}:
            blob.unlink()
    with open_planned(plan, Access()) as (archive, opened, listing):
        assert (len(listing.images), listing.others, archive.problems.listed()) == (1, (), [])
        assert is_unchanged(plan, archive, opened)


def test_an_index_in_a_registry_leads_to_its_platforms(mirror: Path) -> None:
    image("amd", "app:1").save(mirror, "registry")
    v2 = mirror / "docker/registry/v2"
    link = v2 / "repositories/app/_manifests/tags/1/current/link"
    manifest = image("amd").manifest_bytes("gzip", docker=True)
    listed = [
        descriptor(manifest, platform={"os": "linux", "architecture": "amd64"}),
        descriptor(b"absent", platform={"os": "linux", "architecture": "arm64"}),
    ]
    index = index_bytes(listed)
    (v2 / "blobs/sha256" / sha(index)[:2] / sha(index)).mkdir(parents=True)
    (v2 / "blobs/sha256" / sha(index)[:2] / sha(index) / "data").write_bytes(index)
    link.write_bytes(digest(index).encode())
    plans = planned("mirror")
    plan = only_plan(plans)
    assert (plan.digests, plan.references, len(plans[0].skipped)) == ((digest(index), digest(manifest)), ("app:1",), 1)
    with open_planned(plan, Access()) as (_, _opened, listing):
        assert (len(listing.images), listing.others) == (1, ())
    assert report_of(plan).chain


def test_manifests_that_no_tag_leads_to_are_told(mirror: Path) -> None:
    image("new", "app:1").save(mirror, "registry", retagged=image("old", "app:1"))
    (plan,) = planned("mirror")
    old = digest(image("old").manifest_bytes("gzip", docker=True))
    assert reasons([plan]) == {f"mirror/docker/registry/v2/repositories/app@{old}": "a manifest that no tag refers to"}


def test_a_tag_that_was_moved_since_is_not_taken_for_the_planned_one(mirror: Path) -> None:
    image("old", "app:1").save(mirror, "registry")
    plan = only_plan(planned("mirror"))
    image("new", "app:1").save(mirror, "registry")
    with pytest.raises(ImgInspectError, match="no longer there"), open_planned(plan, Access()):
        pass


# -- large and shared layouts ----------------------------------------------------------------------------------------


def test_of_a_large_layout_only_what_leads_to_an_image_is_read_and_strays_are_told_once(mirror: Path, settled: None) -> None:
    app = layout(several([image(str(number), f"{number:02}") for number in range(40)]), mirror / "app")
    for number in range(103):
        (app / "blobs/sha256" / f"{number:064x}").write_bytes(b"stray")
    (app / "notes.txt").write_bytes(b"x")
    (plan,) = planned("mirror")
    assert len(plan.images) == 40
    assert all(item.only and item.identity for item in plan.images)
    assert len(plan.skipped) == 101
    assert plan.skipped[0].shown == "mirror/app/notes.txt"
    assert plan.skipped[-1].reason == "4 more files that no image here refers to"
    (app / "blobs/sha256" / sha(image("8").manifest_bytes("gzip"))).unlink()
    with open_planned(plan.images[7], Access()) as (archive, opened, listing):
        assert (opened.references, len(listing.images), listing.others) == (("app:07",), 1, ())
        assert archive.is_shared
    coverage = report_of(plan.images[7]).coverage
    assert coverage is not None
    assert coverage.unreferenced == ()
    assert sum(count for _, count in coverage.bytes_by_use) == coverage.archive_bytes


def test_of_a_small_layout_each_report_sees_all(mirror: Path) -> None:
    app = layout(several([image("a", "1"), image("b", "2")]), mirror / "app")
    (app / "blobs/sha256" / ("0" * 64)).write_bytes(b"stray")
    (plan,) = planned("mirror")
    assert [item.only for item in plan.images] == [False, False]
    assert plan.skipped == ()
    coverage = report_of(plan.images[0]).coverage
    assert coverage is not None
    assert len(coverage.unreferenced) == 2


def test_a_layout_with_a_repository_inside_it_does_not_take_that_for_its_own(mirror: Path) -> None:
    image("a", "1").save(mirror / "app", "oci-dir")
    image("b", "1").save(mirror / "app/sub", "oci-dir")
    plans = planned("mirror")
    assert names(plans) == [("app:1",), ("app/sub:1",)]
    assert [plan.images[0].only for plan in plans] == [True, False]
    assert reasons(plans) == {}
    coverage = report_of(plans[0].images[0]).coverage
    assert coverage is not None
    assert coverage.unreferenced == ()


# -- keys and identities ---------------------------------------------------------------------------------------------


def test_hard_links_of_one_image_are_one_and_copies_are_two(mirror: Path, settled: None) -> None:
    image("a", "1").save(mirror / "app", "oci-dir")
    hard_linked(mirror / "app", mirror / "same")
    shutil.copytree(mirror / "app", mirror / "copy")
    plans = [plan for unit in planned("mirror") for plan in unit.images]
    assert [plan.references for plan in merged(plans).values()] == [("app:1", "same:1"), ("copy:1",)]
    assert [plan.only for plan in plans] == [True, False, True]
    one, _, two = plans
    assert merge(one, two) == merge(two, one)
    assert merge(one, two).unit.shown == "mirror/app"
    assert merge(one, two).identity not in ("", one.identity, two.identity)
    with open_planned(merge(two, one), Access()) as (archive, opened, _):
        assert opened.references == ("app:1", "same:1")
        assert is_unchanged(merge(two, one), archive, opened)


def test_repositories_of_a_registry_that_share_blobs_hold_one_image(mirror: Path, settled: None) -> None:
    image("a", "app:1", "team/app:2", "zoo:3").save(mirror, "registry")
    plans = [plan for unit in planned("mirror") for plan in unit.images]
    (plan,) = merged(plans).values()
    assert plan.references == ("app:1", "team/app:2", "zoo:3")
    one, two, three = plans
    assert merge(merge(one, two), three) == merge(one, merge(three, two)) == plan
    with open_planned(plan, Access()) as (_, opened, _listing):
        assert opened.references == plan.references


def test_keys_are_distinct_and_the_same_each_time(mirror: Path) -> None:
    for name in ("app:1", "app:2"):
        image(name, name).save(mirror, "registry")
    save_many([image("a", "a:1"), image("b", "b:1")], mirror / "two.tar", "docker", whole=None)
    save_many([image("a", "a:1"), image("b", "b:1")], mirror / "two.tar.gz", "docker-legacy", whole="gz")
    plans = [plan for unit in planned("mirror") for plan in unit.images]
    assert len({plan.key for plan in plans}) == 6
    assert all(len(plan.key) == 32 for plan in plans)
    assert [plan for unit in planned("mirror") for plan in unit.images] == plans


@pytest.mark.parametrize("form", ["oci", "docker", "oci-dir", "dir", "registry"])
def test_the_identity_changes_with_whatever_the_report_depends_on(form: str, mirror: Path, settled: None) -> None:
    image("a", "app:1").save(mirror if form == "registry" else mirror / "app.tar", form)
    before = only_plan(planned("mirror"))
    assert before.identity
    assert only_plan(planned("mirror")) == before
    with open_planned(before, Access()) as (archive, opened, _):
        assert is_unchanged(before, archive, opened)
        layer = Path(before.layers[0].path)
        layer.write_bytes(layer.read_bytes())
        os.utime(layer, (1, 1))
        assert not is_unchanged(before, archive, opened)
    after = only_plan(planned("mirror"))
    assert after.identity not in ("", before.identity)
    assert after.layers[0].identity != before.layers[0].identity


def test_the_identity_of_an_image_that_is_listed_in_full_changes_with_its_neighbours(mirror: Path, settled: None) -> None:
    app = image("a", "1").save(mirror / "app", "oci-dir")
    before = only_plan(planned("mirror"))
    (app / "blobs" / "more").write_bytes(b"x")
    after = only_plan(planned("mirror"))
    assert after.identity not in ("", before.identity)
    assert (after.key, after.layers) == (before.key, before.layers)
    with open_planned(before, Access()) as (archive, opened, _):
        assert not is_unchanged(before, archive, opened)


def test_what_has_just_been_written_has_a_key_and_no_identity(mirror: Path) -> None:
    image("a", "app:1").save(mirror / "app.tar")
    plan = only_plan(planned("mirror"))
    assert plan.identity == ""
    assert plan.layers[0].identity
    assert merge(plan, plan).identity == ""
    status = (mirror / "app.tar").stat()
    assert is_settled(status, time.time_ns() + 4 * 10**9)
    assert not is_settled(status, time.time_ns())


@pytest.mark.parametrize("change", ["other", "gone", "order"])
@pytest.mark.parametrize("form", ["oci", "docker-legacy", "dir"])
def test_another_image_in_the_planned_ones_place_is_seen(form: str, change: str, mirror: Path) -> None:
    path = mirror / "app.tar"
    image("a", "app:1").save(path, form)
    plan = only_plan(planned("mirror"))
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    if change == "other":
        image("b", "app:1").save(path, form)
    elif change == "order" and form != "dir":
        save_many([image("b", "app:2"), image("c", "app:3")], path, form)
    with pytest.raises(ImgInspectError), open_planned(plan, Access()):
        pass


def test_a_report_of_a_planned_image_says_what_one_of_the_image_itself_does(mirror: Path) -> None:
    image("a", "app:1").save(mirror / "app.tar", "oci")
    with open_archive(mirror / "app.tar") as archive:
        listing = list_images(archive)
        expected = inspect(archive, listing.images[0], listing, load_criteria("generic", []))
    found_report = report_of(only_plan(planned("mirror")))
    assert (found_report.results, found_report.chain, found_report.coverage) == (expected.results, expected.chain, expected.coverage)


def test_folders_of_a_unit_that_cannot_be_listed_are_told(mirror: Path) -> None:
    image("a", "app:1").save(mirror, "registry")
    tags = mirror / "docker/registry/v2/repositories/app/_manifests/tags"
    tags.rename(tags.parent / "elsewhere")
    tags.symlink_to("elsewhere")
    units, _ = found("mirror")
    (told,) = [item for item in plan_unit(units[0], PlanOptions()).skipped if "link to a directory" in item.reason]
    assert told.shown.endswith("repositories/app/_manifests/tags")


def test_a_listing_that_became_nonsense_since_is_an_error_and_nothing_else(mirror: Path) -> None:
    app = layout(several([image(str(number), f"{number:02}") for number in range(34)]), mirror / "app")
    plan = planned("mirror")[0].images[0]
    nonsense: list[object] = [[], {}, None, 1, "x"]
    for digests in nonsense:
        (app / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{"digest": digests}, None, []]}))
        with pytest.raises(ImgInspectError, match="no longer there"), open_planned(plan, Access()):
            pass
