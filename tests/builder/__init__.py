"""The parts of `tests.image_builder`: an independent writer of image archives, right or wrong on purpose."""
