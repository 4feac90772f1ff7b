"""Shell scripts of the length that research images have: entrypoints, pipelines, start scripts of services."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import Case, fetches, image, installs, script, sound

MAIN = {"/app/main.py": "import sys\n\nprint(sys.argv)\n"}

PIPELINE = """\
#!/bin/bash
# Variant calling on the cohort. Reads /safe_data/bam, writes /safe_outputs.
#
# The reference was fetched at build time with:
#   wget https://ftp.example.org/pub/GRCh38.fa.gz
set -euo pipefail

THREADS=${THREADS:-4}
REFERENCE=/opt/reference/GRCh38.fa
INPUT=/safe_data/bam
OUTPUT=/safe_outputs/vcf
WORK=$(mktemp -d -p /scratch)
trap 'rm -rf "$WORK"' EXIT

log() {
    printf '%s %s\\n' "$(date +%FT%T)" "$*" >&2
}

mkdir -p "$OUTPUT"
for bam in "$INPUT"/*.bam; do
    name=$(basename "$bam" .bam)
    log "sorting $name"
    samtools sort -@ "$THREADS" -o "$WORK/$name.bam" "$bam"
    samtools index "$WORK/$name.bam"
    log "calling $name"
    bcftools mpileup -f "$REFERENCE" "$WORK/$name.bam" | bcftools call -mv -Oz -o "$OUTPUT/$name.vcf.gz"
done
log "done: $(ls "$OUTPUT" | wc -l) files"
"""

PIPELINE_FETCHING = PIPELINE.replace(
    'mkdir -p "$OUTPUT"\n',
    'mkdir -p "$OUTPUT"\nlog "getting the annotation"\ncurl -fsSL --retry 3 "https://data.example.org/annotation.gtf.gz" \\\n'
    '    -o "$WORK/annotation.gtf.gz"\n',
)

USAGE = """\
#!/bin/sh
set -eu

usage() {
    cat <<EOF
usage: run.sh [--input DIR] [--output DIR] [--model FILE]

The model is not part of this image. On a machine with a network:
    curl -O https://data.example.org/model.bin
    pip install modeltool && modeltool fetch
then pass its path with --model.
EOF
    exit "${1:-0}"
}

INPUT=/safe_data
OUTPUT=/safe_outputs
MODEL=/safe_data/model.bin
while [ $# -gt 0 ]; do
    case "$1" in
        --input) INPUT=$2; shift 2 ;;
        --output) OUTPUT=$2; shift 2 ;;
        --model) MODEL=$2; shift 2 ;;
        -h|--help) usage ;;
        *) echo "unknown option: $1" >&2; usage 2 ;;
    esac
done

[ -f "$MODEL" ] || { echo "no model at $MODEL; see --help" >&2; exit 1; }
exec python3 /app/main.py "$INPUT" "$OUTPUT" "$MODEL"
"""

USAGE_FETCHING = USAGE.replace(
    '[ -f "$MODEL" ] || { echo "no model at $MODEL; see --help" >&2; exit 1; }\n',
    'MODEL=/scratch/model.bin\nwget -nv -O "$MODEL" https://data.example.org/model.bin\n',
)

SERVICE = """\
#!/bin/bash
set -e

PORT="${PORT:-8888}"
export JUPYTER_RUNTIME_DIR=/scratch/jupyter
mkdir -p "$JUPYTER_RUNTIME_DIR"

wait_for_port() {
    local host=$1 port=$2 n=0
    until nc -z "$host" "$port"; do
        n=$((n + 1))
        if [ "$n" -gt 60 ]; then
            echo "nothing on port $port" >&2
            return 1
        fi
        sleep 1
    done
}

python3 -m http.server --bind 127.0.0.1 9000 --directory /app/static &
wait_for_port 127.0.0.1 9000
curl -fsS http://127.0.0.1:9000/index.html > /dev/null
exec python3 /app/main.py --port "$PORT"
"""

SERVICE_FETCHING = SERVICE.replace("exec python3", 'wait_for_port db.example.org 5432\nexec python3')

PRIVILEGES = """\
#!/bin/sh
# Start as root, fix the owners of the mounts, go on as the user.
set -e

RUN_AS=${RUN_AS:-1000}

if [ "$(id -u)" = 0 ]; then
    for directory in /scratch /safe_outputs; do
        if [ ! -w "$directory" ]; then
            echo "cannot write $directory" >&2
        fi
    done
    chown -R "$RUN_AS" /scratch || true
    exec gosu "$RUN_AS" "$0" "$@"
fi

umask 027
export HOME=/scratch
cd /scratch
if [ "${1#-}" != "$1" ] || [ $# -eq 0 ]; then
    set -- python3 /app/main.py "$@"
fi
exec "$@"
"""

STEPS = """\
#!/bin/bash
set -euo pipefail

step() {
    local name=$1
    shift
    echo "== $name"
    local start
    start=$(date +%s)
    "$@"
    echo "   took $(($(date +%s) - start)) s"
}

prepare() {
    mkdir -p /scratch/{in,out,log}
    cp -r /safe_data/. /scratch/in/
}

analyse() {
    python3 /app/main.py /scratch/in /scratch/out 2> /scratch/log/analyse.txt
}

publish() {
    tar -C /scratch -czf /safe_outputs/results.tgz out log
}

step prepare prepare
step analyse analyse
step publish publish
"""

STEPS_FETCHING = STEPS.replace("publish() {\n", 'publish() {\n    rsync -az /scratch/out/ "results@collector.example.org:/incoming/"\n')

CONFIGURE = """\
#!/bin/bash
# Writes the settings from the environment, then starts the server.
set -eu

SETTINGS=/scratch/settings.yaml
cat > "$SETTINGS" <<EOF
server:
  port: ${PORT:-8080}
  base_url: https://app.example.org/
updates:
  enabled: false
  url: https://updates.example.org/feed.json
  command: curl -fsS
EOF

if [ -f /safe_data/overrides.yaml ]; then
    cat /safe_data/overrides.yaml >> "$SETTINGS"
fi

echo "settings:"
sed 's/^/    /' "$SETTINGS"

exec python3 /app/main.py --settings "$SETTINGS"
"""

MODELS = """\
#!/bin/bash
set -euo pipefail

# name|address|sha256
MODELS='
segment|https://models.example.org/segment-v3.pt|9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
classify|https://models.example.org/classify-v1.pt|60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
'
CACHE=${CACHE:-/scratch/models}
mkdir -p "$CACHE"

fetch() {
    local name=$1 address=$2 digest=$3
    local file="$CACHE/$name.pt"
    if ! echo "$digest  $file" | sha256sum --check --status 2>/dev/null; then
        echo "fetching $name"
        curl -fL --retry 5 -o "$file" "$address"
    fi
}

while IFS='|' read -r name address digest; do
    [ -n "$name" ] || continue
    fetch "$name" "$address" "$digest"
done <<< "$MODELS"

exec python3 /app/main.py --models "$CACHE"
"""

MODELS_UNUSED = MODELS.replace(
    """while IFS='|' read -r name address digest; do
    [ -n "$name" ] || continue
    fetch "$name" "$address" "$digest"
done <<< "$MODELS"
""",
    """for name in segment classify; do
    test -f "/opt/models/$name.pt" || { echo "missing: $name" >&2; exit 1; }
done
CACHE=/opt/models
""",
)

LIBRARY = """\
# Functions of the entrypoint; to be sourced.

log() { echo "[$(date +%T)] $*"; }

die() {
    log "error: $*"
    exit 1
}

need() {
    command -v "$1" > /dev/null || die "$1 is not in this image"
}

get_reference() {
    log "getting the reference"
    wget -q "https://data.example.org/$1.fa.gz" -O "/scratch/$1.fa.gz"
}

count_files() {
    find "$1" -type f | wc -l
}
"""

LIBRARY_USER = """\
#!/bin/bash
set -euo pipefail
. /app/lib.sh

need samtools
need python3

log "files: $(count_files /safe_data)"
[ "$(count_files /safe_data)" -gt 0 ] || die "no input"

mkdir -p /scratch/work
cd /scratch/work
for sample in /safe_data/*.fq; do
    log "$sample"
    python3 /app/main.py "$sample"
done
log "finished"
"""

LIBRARY_FETCHER = LIBRARY_USER.replace("mkdir -p /scratch/work\n", "mkdir -p /scratch/work\nget_reference GRCh38\n")

RETRY = """\
#!/bin/sh
set -u

attempt=0
limit=5
while [ "$attempt" -lt "$limit" ]; do
    attempt=$((attempt + 1))
    echo "attempt $attempt of $limit"
    if wget --timeout=20 -q -O /scratch/atlas.nii.gz https://atlas.example.org/v2/atlas.nii.gz; then
        break
    fi
    sleep $((attempt * 2))
done

if [ ! -s /scratch/atlas.nii.gz ]; then
    echo "no atlas; going on without it" >&2
    exec python3 /app/main.py --no-atlas
fi
exec python3 /app/main.py --atlas /scratch/atlas.nii.gz
"""

NOTIFY = """\
#!/bin/bash
set -o pipefail

start=$(date +%s)
python3 /app/main.py "$@" 2>&1 | tee /safe_outputs/run.log
status=$?
end=$(date +%s)

summary="job finished with status $status after $((end - start)) s"
echo "$summary"

notify() {
    local text=$1
    curl -s -X POST -H 'Content-Type: application/json' \\
        -d "{\\"text\\": \\"$text\\"}" \\
        https://chat.example.org/hooks/abc > /dev/null || true
}

if [ "$status" -ne 0 ]; then
    notify "FAILED: $summary"
else
    notify "$summary"
fi
exit "$status"
"""

NOTIFY_LOCAL = NOTIFY.replace(
    """    curl -s -X POST -H 'Content-Type: application/json' \\
        -d "{\\"text\\": \\"$text\\"}" \\
        https://chat.example.org/hooks/abc > /dev/null || true
""",
    """    printf '%s %s\\n' "$(date +%F)" "$text" >> /safe_outputs/notices.txt
""",
)

SETUP = """\
#!/bin/bash
set -e

echo "checking the environment"
missing=()
for package in numpy pandas lifelines; do
    python3 -c "import $package" 2> /dev/null || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
    echo "installing: ${missing[*]}"
    python3 -m pip install --quiet --no-cache-dir "${missing[@]}"
fi

echo "python: $(python3 --version)"
mkdir -p /scratch/run
cd /scratch/run
exec python3 /app/main.py --input /safe_data --output /safe_outputs
"""

SETUP_CHECKING = SETUP.replace(
    """    echo "installing: ${missing[*]}"
    python3 -m pip install --quiet --no-cache-dir "${missing[@]}"
""",
    """    echo "missing: ${missing[*]}; add them to the image (pip install ...)" >&2
    exit 1
""",
)

CONTAINER_TOOLS = """\
#!/bin/bash
# Entry of the R container.
set -e

echo "R packages in this image:"
Rscript -e 'cat(rownames(installed.packages()), sep = "\\n")' | head -20

if [ -f /safe_data/packages.txt ]; then
    echo "installing what the project asks for"
    while read -r package; do
        Rscript -e "install.packages('$package', repos = 'https://packages.example.org/cran')"
    done < /safe_data/packages.txt
fi

apt-get update
apt-get install -y --no-install-recommends libxml2

cd /safe_outputs
exec Rscript /app/analysis.R
"""

GIT = """\
#!/bin/sh
set -e

REPOSITORY=${REPOSITORY:-https://github.com/example/analysis.git}
BRANCH=${BRANCH:-main}
TARGET=/scratch/analysis

if [ -d "$TARGET/.git" ]; then
    echo "updating $TARGET"
    git -C "$TARGET" fetch --depth 1 origin "$BRANCH"
    git -C "$TARGET" reset --hard FETCH_HEAD
else
    echo "cloning $REPOSITORY"
    git clone --depth 1 --branch "$BRANCH" "$REPOSITORY" "$TARGET"
fi

cd "$TARGET"
git log -1
exec python3 run.py
"""

GIT_LOCAL = """\
#!/bin/sh
# Records which version ran; the repository is in the image.
set -e

TARGET=/app/analysis
cd "$TARGET"
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
branch=$(git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
changes=$(git status --porcelain 2>/dev/null | wc -l)

{
    echo "commit: $commit"
    echo "branch: $branch"
    echo "changes: $changes"
    echo "remote: https://github.com/example/analysis.git"
} > /safe_outputs/version.txt

git --no-pager log -3 --oneline || true
exec python3 /app/main.py
"""


def all_cases() -> list[Case]:
    """The scripts above as entrypoints."""
    models = {"/opt/models/segment.pt": "x", "/opt/models/classify.pt": "x"}
    return [
        sound("long-pipeline", "a pipeline on local files", script(PIPELINE), "undetermined", note="its tools are compiled"),
        fetches("long-pipeline", "a pipeline that gets an annotation", script(PIPELINE_FETCHING)),
        sound("long-usage", "commands in a help text", script(USAGE, files=MAIN)),
        fetches("long-usage", "a download after the options", script(USAGE_FETCHING, files=MAIN)),
        sound("long-service", "waiting for a local port", script(SERVICE, files=MAIN), "undetermined", note="the host is a function's argument"),
        fetches("long-service", "waiting for another host's port", script(SERVICE_FETCHING, files=MAIN), "undetermined"),
        sound("long-privileges", "giving up privileges", script(PRIVILEGES, files=MAIN), "undetermined", note="arguments may replace the command"),
        sound("long-privileges-cmd", "giving up privileges, with CMD", script(PRIVILEGES, files=MAIN, cmd=["python3", "/app/main.py"]), "undetermined"),
        fetches("long-privileges-cmd", "CMD fetches", script(PRIVILEGES, files=MAIN, cmd=["curl", "-O", "https://data.example.org/x"]), "undetermined"),
        sound("long-steps", "functions called through a function", script(STEPS, files=MAIN), "undetermined"),
        fetches("long-steps", "a step sends results away", script(STEPS_FETCHING, files=MAIN), "undetermined", "warn"),
        sound("long-configure", "settings in a here-document", script(CONFIGURE, files=MAIN)),
        fetches("long-models", "models by a table", script(MODELS, files=MAIN), "undetermined", note="the address is a function's argument"),
        sound("long-models", "models in the image, the function left over", script(MODELS_UNUSED, files={**MAIN, **models}), "warn"),
        sound("long-library", "a library with a function that nobody calls", script(LIBRARY_USER, files={**MAIN, "/app/lib.sh": LIBRARY}), "warn"),
        fetches("long-library", "a library's function that is called", script(LIBRARY_FETCHER, files={**MAIN, "/app/lib.sh": LIBRARY})),
        fetches("long-retry", "retries, and goes on without", script(RETRY, files=MAIN)),
        fetches("long-notify", "a notice at the end", script(NOTIFY, files=MAIN)),
        sound("long-notify", "a notice in a file", script(NOTIFY_LOCAL, files=MAIN)),
        installs("long-setup", "missing packages are installed", script(SETUP, files=MAIN), "warn"),
        sound("long-setup", "missing packages are reported", script(SETUP_CHECKING, files=MAIN)),
        installs("long-r", "R and system packages", script(CONTAINER_TOOLS, files={"/app/analysis.R": "print(1)\n"})),
        fetches("long-git", "the analysis is cloned at run time", script(GIT), "undetermined", note="what is cloned is then run"),
        sound("long-git", "the version is recorded", script(GIT_LOCAL, files=MAIN)),
        sound("long-unstarted", "only the harmless script is started", image(["/app/run.sh"], {"/app/run.sh": GIT_LOCAL, "/app/tools/models.sh": MODELS, "/app/tools/git.sh": GIT, **MAIN})),
    ]
