"""Reading of the JSON documents of an archive: found, bounded, verified, parsed."""

from __future__ import annotations

from imginspect.archive.members import BlobNotFound, Member, Members, find, read_whole
from imginspect.archive.stored import Blob, StoredDocument
from imginspect.errors import LimitExceeded
from imginspect.limits import Limits
from imginspect.oci.descriptor import Descriptor
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value, collisions, parse_document
from imginspect.problems import Problem, Problems, Topic


class Reader:
    """Reads documents and finds blobs in *members*; what is wrong with them goes to *problems*. *top* is the layout's folder."""

    def __init__(self, members: Members, top: str, limits: Limits, problems: Problems) -> None:
        self.members = members
        self.top = top
        self.limits = limits
        self.problems = problems
        self.referenced: dict[str, str] = {}
        """Names of members that some document refers to, with the role they have."""
        self._checked: set[str] = set()
        self._bytes = 0

    def count_anew(self) -> None:
        """Lets the bound on all documents hold for those that follow: in a store it is meant for each image by itself."""
        self._bytes = 0

    def has(self, name: str) -> bool:
        """Whether a file *name* is there."""
        try:
            find(self.members, self.top + name, self.limits)
        except BlobNotFound:
            return False
        return True

    def member(self, name: str, role: str) -> Member:
        """The file that *name* leads to, marked as referenced.

        Raises: BlobNotFound
        """
        member = find(self.members, self.top + name, self.limits)
        self.referenced.setdefault(member.name, role)
        return member

    def blob_at(self, name: str, role: str, descriptor: Descriptor | None = None, digest: Digest | None = None) -> Blob:
        """The blob that the archive stores as *name*; one without a member says why."""
        try:
            member, missing = self.member(name, role), ""
        except BlobNotFound as error:
            member, missing = None, str(error)
        if descriptor is None:
            return Blob(name, digest=digest, member=member, missing=missing)
        return Blob(name, descriptor.media_type, descriptor.digest, descriptor.size, member, missing, descriptor.urls)

    def document(self, name: str, role: str, expected: Digest | None = None, expected_size: int | None = None) -> StoredDocument:
        """The document stored as *name*. A wrong digest or size becomes a problem; the bytes are given nevertheless.

        Raises: BlobNotFound, LimitExceeded
        """
        return self.read(self.member(name, role), role, expected, expected_size)

    def read(self, member: Member, role: str, expected: Digest | None = None, expected_size: int | None = None) -> StoredDocument:
        """The document in *member*, as ``document``."""
        if member.size > self.limits.json_bytes:
            raise LimitExceeded("json_bytes", self.limits.json_bytes, f"{member.name}: {member.size:,} bytes")
        self._bytes += member.size
        if self._bytes > self.limits.documents_bytes:
            raise LimitExceeded("documents_bytes", self.limits.documents_bytes, f"{member.name}: {self._bytes:,} bytes of JSON documents")
        data = read_whole(self.members.open(member), member.size)
        algorithm = expected.algorithm if expected else "sha256"
        document = StoredDocument(role, member.name, data, Digest.of(data, algorithm), expected, expected_size)
        if document.status == "mismatch" and member.name not in self._checked:
            wrong_size = expected_size is not None and expected_size != len(data)
            self.problems.add(
                Problem(
                    Topic.DIGEST,
                    f"{role} {member.name}",
                    f"its {'size' if wrong_size else 'digest'} does not match the one stated for it",
                    expected=f"{expected_size:,} bytes" if wrong_size else str(expected),
                    found=f"{len(data):,} bytes" if wrong_size else str(document.digest),
                )
            )
        return document

    def parse(self, document: StoredDocument) -> Value:
        """The JSON value in *document*; colliding keys become a problem, once.

        Raises: InvalidDocument, LimitExceeded
        """
        value = parse_document(document.data, f"{document.role} {document.name}", self.limits)
        if document.name not in self._checked:
            self._checked.add(document.name)
            for place in collisions(value):
                self.problems.add(
                    Problem(
                        Topic.JSON_KEYS,
                        f"{document.role} {document.name}",
                        "a key appears twice, or in two spellings: readers differ on which one they use",
                        found=place,
                    )
                )
        return value

    def parse_object(self, document: StoredDocument) -> JsonObject | None:
        """The JSON object in *document*, or None where it is something else."""
        value = self.parse(document)
        return value if isinstance(value, JsonObject) else None
