"""``imginspect demo``: an image with known faults, built here and inspected."""

from __future__ import annotations

import io
from pathlib import Path

import click

from imginspect.cli.output import wants_colour

_RUN = """\
#!/bin/sh
# fetches the model, then runs the analysis
curl -fsSo /tmp/model.bin https://models.example.org/model.bin
exec python3 /app/model.py "$@"
"""
_IMAGE = {
    "reference": "imginspect-demo:1",
    "history": [
        "ADD rootfs.tar / # buildkit",
        "RUN /bin/sh -c mkdir /safe_data /safe_outputs # buildkit",
        "COPY patients.csv /safe_data/patients.csv # buildkit",
        "COPY analysis /app # buildkit",
        "COPY pgpass /root/.pgpass # buildkit",
        "RUN /bin/sh -c rm /root/.pgpass # buildkit",
    ],
    "layers": [
        [
            {"path": "/bin/"},
            {"path": "/bin/sh", "mode": 0o755, "elf": {}},
            {"path": "/usr/bin/curl", "mode": 0o755, "elf": {}},
            {"path": "/usr/bin/python3", "mode": 0o755, "elf": {}},
            {"path": "/usr/local/bin/become-root", "mode": 0o4755, "elf": {"rpath": "/opt/tool"}},
            {"path": "/etc/"},
            {"path": "/etc/os-release", "text": "ID=demo\n"},
        ],
        [{"path": "/safe_data/"}, {"path": "/safe_outputs/"}],
        [{"path": "/safe_data/patients.csv", "text": "id,born\n1,1970-01-01\n2,1980-06-15\n"}],
        [
            {"path": "/app/"},
            {"path": "/app/run.sh", "text": _RUN, "mode": 0o755},
            {"path": "/app/model.py", "text": "print('model')\n"},
        ],
        [{"path": "/root/.pgpass", "text": "db.example.org:5432:study:analyst:" + "Kx83-plQz-77rT\n", "mode": 0o600}],
        [{"path": "/root/.pgpass", "kind": "whiteout"}],
    ],
    "config": {
        "entrypoint": ["/app/run.sh"],
        "cmd": ["/safe_data/patients.csv"],
        "working_dir": "/app",
        "env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LM_LICENSE_FILE=27000@licences.example.org"],
    },
    "damage": [{"kind": "extra-member", "name": "blobs/sha256/readme.bin"}],
}


@click.command("demo")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Also write the demo's archive to this file.")
def command(save: Path | None) -> None:
    """Build a small image with known faults in memory, and inspect it as "imginspect inspect" would."""
    from imginspect.archive import open_archive
    from imginspect.cli.cache_folder import user_cache
    from imginspect.examples.sample import build
    from imginspect.image import Choice, choose, list_images
    from imginspect.inspection.criteria import load_criteria
    from imginspect.inspection.inspect import inspect
    from imginspect.report import terminal
    from imginspect.report.tree import report_tree

    archive_bytes = build(_IMAGE)
    if save is not None:
        save.write_bytes(archive_bytes)
    with open_archive(io.BytesIO(archive_bytes)) as archive:
        listing = list_images(archive)
        report = inspect(archive, choose(listing, Choice()), listing, load_criteria(cache=user_cache()))
    click.echo(terminal.render([report_tree(report, with_filesystem=False)], colour=wants_colour("auto", None)))
    click.echo(f'This was a demonstration, so the exit code is 0; "imginspect inspect" would have ended with {report.verdict.exit_code}.')
    if save is not None:
        click.echo(f"Try it: imginspect inspect {save}")
