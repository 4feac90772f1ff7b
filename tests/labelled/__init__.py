"""Labelled suites: cases with the answer that a careful person gives, to measure detectors by. They know no detector."""
