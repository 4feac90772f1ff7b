"""The words that the report uses, in plain words."""

from __future__ import annotations

from imginspect.report.html.markup import Markup, element

WORDS = (
    ("Archive", "The file that was handed in. It holds the image, and may hold others."),
    ("Image", "A filesystem with programs and data, packed together with settings that say what to start."),
    ("Container", "An image that runs: a copy of its filesystem, with a program started in it."),
    ("Layer", "One step in the making of an image: the files that the step added, changed or deleted. An image is a pile of layers. "
     "What a later layer deletes is out of sight, but still in the archive for anybody who looks."),
    ("Instruction", "A line of the recipe (Dockerfile) that the image was built from, such as COPY (put files in) or RUN (run a program)."),
    ("Config", "The settings that come with an image: what to start, as which user, with which variables."),
    ("Entrypoint and command",
     "The words that are run when a container starts. Together they name a program and what it is given."),
    ("Manifest", "The list of what belongs to an image: its config and its layers, each by its digest."),
    ("Digest", "A fingerprint of bytes, such as sha256. If a single bit changes, the digest changes; nobody "
     "can make other bytes with the same one."),
    ("Image id", "The digest of the config. Programs show it as the name of the image when it has no other."),
    ("Reference", "The name and version that somebody gave the image, such as team/app:1.0. "
     "The same name can be given to another image tomorrow."),
    ("Platform", "The kind of machine the image is made for, such as linux/amd64."),
    ("Owner and mode", "Who owns a file (user and group by number; 0 is root) and who may read, write and run it (three digits, for "
     "owner, group and others; a fourth in front for special rights)."),
    ("Root", "The user who may do everything. A container should not need it."),
    ("Rule, policy", "A rule is one thing to check. A policy says which rules an environment asks for and how severe each failure is."),
    ("Severity", "How bad it is if a rule does not hold: critical, high, medium, low or info."),
    ("Confidence", "How sure the program is that a finding is what it looks like."),
    ("Undetermined", "The program could not settle whether a rule holds. A person has to."),
    ("Fingerprint of a finding", "A name for a finding that stays the same when the image is built again, to find it in another report."),
)  # fmt: skip


def glossary() -> Markup:
    """The glossary; one is enough for a page."""
    return element("dl", *(element("div", element("dt", word), element("dd", meaning)) for word, meaning in WORDS), class_="glossary")
