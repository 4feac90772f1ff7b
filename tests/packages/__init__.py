"""Tests of imginspect.packages."""
