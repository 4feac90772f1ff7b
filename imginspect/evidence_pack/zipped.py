"""A pack as one zip: members stored uncompressed, in a fixed order, with one date and nothing about the machine."""

from __future__ import annotations

import io
import zipfile

from imginspect.evidence_pack.contents import Pack

_MODE = 0o100600


def zip_bytes(pack: Pack) -> bytes:
    """The zip; the same bytes for the same pack. Nothing is compressed: compressors differ between versions."""
    target = io.BytesIO()
    moment = pack.date.timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=True) as made:
        for name, content in pack.files.items():
            member = zipfile.ZipInfo(name, (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]))
            member.create_system = 3  # Unix: the mode below means something
            member.external_attr = _MODE << 16
            made.writestr(member, content)
    return target.getvalue()
