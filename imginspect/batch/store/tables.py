"""The tables of a run's database. What many images share is there once: texts of findings, layers, steps (a layer in its place)."""

from __future__ import annotations

APPLICATION = 0x494D4742
"""Says in the file's head that it is such a database ("IMGB")."""
SCHEMA = 3
"""Goes up when tables change so that an earlier version could not read them."""
READ_TOO = (1, 2)
"""Earlier ones that can be asked: 1 has no image.conditions, and knows no undecided images; of rules, both have one title and no harm,
and neither knows when an image was made and on what."""

TABLES = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    remediation TEXT NOT NULL,
    finding_title TEXT NOT NULL,
    undecided_title TEXT NOT NULL,
    harm TEXT NOT NULL
);

CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,            -- the first reference; the source of what has none
    repository TEXT NOT NULL,      -- of the first reference
    source TEXT NOT NULL,
    platform TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    image_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    conditions INTEGER NOT NULL,   -- how many a pass depends on
    report TEXT NOT NULL,
    report_sha256 TEXT NOT NULL,
    identity TEXT NOT NULL,        -- of its files as they were; empty where they could not be named
    created TEXT NOT NULL,         -- this and the next two are claims of the image
    base TEXT NOT NULL,
    base_digest TEXT NOT NULL,
    results INTEGER NOT NULL
);
CREATE INDEX image_by_results ON image (results);
CREATE INDEX image_in_order ON image (name, key);
CREATE INDEX image_by_repository ON image (repository, name, platform, key);
CREATE INDEX image_by_verdict ON image (verdict);

CREATE TABLE reference (
    image INTEGER NOT NULL,
    name TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (image, name)
) WITHOUT ROWID;
CREATE INDEX reference_by_repository ON reference (repository, image);

-- what all rules said of an image; most images get what others got
CREATE TABLE results (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE);

CREATE TABLE result (
    results INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    severity TEXT NOT NULL,
    fails_image INTEGER NOT NULL,
    PRIMARY KEY (results, rule)
) WITHOUT ROWID;

CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,   -- of all that follows, secrets included
    rule INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    severity TEXT NOT NULL,
    fails_image INTEGER NOT NULL,
    confidence TEXT NOT NULL,
    message TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    place TEXT NOT NULL,
    state TEXT NOT NULL,
    layer TEXT NOT NULL,
    diff_id TEXT NOT NULL
);
CREATE INDEX finding_by_layer ON finding (rule, diff_id, fingerprint);
CREATE INDEX finding_by_fingerprint ON finding (fingerprint);

CREATE TABLE image_finding (
    image INTEGER NOT NULL,
    position INTEGER NOT NULL,
    finding INTEGER NOT NULL,
    PRIMARY KEY (image, position)
) WITHOUT ROWID;
CREATE INDEX image_by_finding ON image_finding (finding, image);

CREATE TABLE secret (secret_id TEXT NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (secret_id, finding)) WITHOUT ROWID;
CREATE INDEX secret_of_finding ON secret (finding);

CREATE TABLE layer (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    diff_id TEXT NOT NULL,
    stored INTEGER NOT NULL,
    UNIQUE (digest, diff_id, stored)
);
CREATE INDEX layer_by_diff_id ON layer (diff_id);

CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    layer INTEGER NOT NULL,
    chain_id TEXT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (layer, chain_id, created_by)
);
CREATE INDEX step_by_chain_id ON step (chain_id);

CREATE TABLE image_layer (
    image INTEGER NOT NULL,
    position INTEGER NOT NULL,     -- base first, from 0
    step INTEGER NOT NULL,
    PRIMARY KEY (image, position)
) WITHOUT ROWID;
CREATE INDEX image_by_step ON image_layer (step, image);

-- digests before paths: to look for a digest, the paths need not be read
CREATE TABLE contents (layer TEXT PRIMARY KEY, digests BLOB NOT NULL, paths BLOB NOT NULL);

CREATE TABLE skipped (
    shown TEXT NOT NULL,
    reason TEXT NOT NULL,
    unread INTEGER NOT NULL,       -- there may be images in it
    PRIMARY KEY (shown, reason)
) WITHOUT ROWID;

CREATE TABLE seconds (image INTEGER PRIMARY KEY, seconds REAL NOT NULL);
"""

RULE_COLUMNS = ("rule", "title", "severity", "remediation", "finding_title", "undecided_title", "harm")
"""The columns of a rule in the order of ``RuleRow``."""

OF_AN_IMAGE = ("reference", "image_finding", "image_layer", "seconds")
"""Tables with rows of one image."""

UNUSED = (
    "DELETE FROM results WHERE id NOT IN (SELECT results FROM image)",
    "DELETE FROM result WHERE results NOT IN (SELECT id FROM results)",
    "DELETE FROM finding WHERE id NOT IN (SELECT finding FROM image_finding)",
    "DELETE FROM secret WHERE finding NOT IN (SELECT id FROM finding)",
    "DELETE FROM step WHERE id NOT IN (SELECT step FROM image_layer)",
    "DELETE FROM layer WHERE id NOT IN (SELECT layer FROM step)",
    "DELETE FROM contents WHERE layer NOT IN (SELECT digest FROM layer UNION SELECT diff_id FROM layer)",
)
"""What no image refers to any more, in the order to delete it."""
