"""Python sources as the analyses see them: what names stand for, what is called with which values, and under which conditions."""
