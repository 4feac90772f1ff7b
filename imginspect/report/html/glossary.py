"""The terms used in the report, explained."""

from __future__ import annotations

from imginspect.report.html.markup import Markup, element

WORDS = (
    ("Archive", "The file that was inspected. It holds the image, and may hold other images."),
    ("Image", "A filesystem with programs and data, packaged with settings that say which program to start."),
    ("Container", "A running image: a copy of its filesystem in which a program has been started."),
    ("Layer", "One step in building an image: the files that the step added, changed or deleted. An image is a stack of layers. "
     "A file deleted in a later layer is hidden, but remains in the archive, where anyone can read it."),
    ("Instruction", "A line of the Dockerfile that the image was built from, such as COPY (add files) or RUN (run a program)."),
    ("Config", "The settings of an image: the program to start, the user to run it as, and the environment variables."),
    ("Entrypoint and command", "The words that run when a container starts. Together they name a program and its arguments."),
    ("Manifest", "A document that lists the parts of an image, its config and its layers, by digest."),
    ("Digest", "A cryptographic hash such as sha256. If a single bit changes, the digest changes. No one "
     "can create other data with the same digest."),
    ("Image id", "The digest of the config. Programs use it as the image's name if it has no other."),
    ("Reference", "The name and version given to an image, such as team/app:1.0. The same name can be given to another image later."),
    ("Platform", "The kind of machine that the image is built for, such as linux/amd64."),
    ("Owner and mode", "The user and group that own a file (by number; 0 is root), and the permissions to read, write and execute it "
     "(three digits, for owner, group and others; a fourth digit in front for special permissions)."),
    ("Root", "The user with all permissions. A container should not need it."),
    ("Rule, policy", "A rule is one requirement to check. A policy adapts the rules to an environment and may set severities."),
    ("Severity", "How serious a failure of the rule is: critical, high, medium, low or info."),
    ("Confidence", "How certain imginspect is about a finding."),
    ("Undecided", "imginspect could not decide whether the rule holds. A person must decide."),
    ("Fingerprint of a finding", "An identifier that stays the same when the image is rebuilt, to match findings between reports."),
)  # fmt: skip


def glossary() -> Markup:
    """The glossary; one is enough for a page."""
    return element("dl", *(element("div", element("dt", word), element("dd", meaning)) for word, meaning in WORDS), class_="glossary")
