"""The pipeline's buffers are given back when it is left, not when the cycle collector comes by: a batch inspects thousands of images."""

from __future__ import annotations

import gc
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import closing

import pytest

from imginspect.layer import LayerJob, read_layers
from imginspect.layer.pipeline import BUFFER_BYTES
from imginspect.limits import Limits
from tests.image_builder import compress, file, tar_bytes

pytestmark = pytest.mark.slow

TAR = tar_bytes([file("/a", bytes(5000)), file("/b", b"1")])
BLOBS = {
    "plain": TAR,
    "gzip": compress(TAR, "gzip"),
    "zstd": compress(TAR, "zstd"),
    "cut off": compress(TAR, "gzip")[:-20],
    "cut off plain": TAR[:700],
    "no tar": b"text" * 1000,
}


@pytest.fixture
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize("blob", BLOBS)
def test_buffers_are_given_back(blob: str) -> None:
    with closing(read_layers([LayerJob(0, lambda: io.BytesIO(BLOBS[blob]))], Limits())) as reads:
        found = list(reads)
    assert len(found) == 1
    assert tracemalloc.get_traced_memory()[0] < BUFFER_BYTES


@pytest.mark.usefixtures("_uncollected")
def test_buffers_of_a_pass_that_is_not_run_to_its_end_are_given_back() -> None:
    jobs = [LayerJob(number, lambda: io.BytesIO(TAR)) for number in range(3)]
    with closing(read_layers(jobs, Limits())) as reads:
        next(reads)
    del reads
    assert tracemalloc.get_traced_memory()[0] < BUFFER_BYTES
