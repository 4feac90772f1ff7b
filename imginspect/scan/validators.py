from collections.abc import Callable, Mapping

VALIDATORS: Mapping[str, Callable[[bytes, bytes], bool]] = {}
