"""Shell that fetches, in the ways that shells allow."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import Case, fetches, image, script, shell

URL = "https://data.example.org/model.bin"


def directly() -> list[Case]:
    """In the image's own command."""
    return [
        fetches("curl-entrypoint", "curl is the entrypoint", image(["curl", "-fsSLO", URL])),
        fetches("curl-cmd", "curl is the command", image([], cmd=["curl", "-o", "/scratch/model.bin", URL])),
        fetches("entrypoint-and-cmd", "the URL comes from CMD", image(["wget", "-q"], cmd=[URL])),
        fetches("sh-c", "sh -c", shell(f"curl -fsSL {URL} -o /scratch/m && python3 -c 'print(1)'")),
        fetches("shell-form-cmd", "the shell form of CMD", image([], cmd=["/bin/sh", "-c", f"wget -P /scratch {URL}; ls /scratch"])),
        fetches("tini", "behind tini", image(["/usr/bin/tini", "--", "curl", "-fsS", URL])),
        fetches("tini-options", "behind tini with options", image(["tini", "-g", "-s", "--", "wget", URL])),
        fetches("dumb-init", "behind dumb-init and a shell", image(["dumb-init", "--", "sh", "-c", f"wget {URL}"])),
        fetches("env", "behind env", image(["env", "MODE=batch", "TZ=UTC", "curl", URL])),
        fetches("env-i", "behind env -i", image(["/usr/bin/env", "-i", "PATH=/usr/bin", "curl", URL])),
        fetches("env-unset", "behind env -u", image(["env", "-u", "http_proxy", "A=1", "wget", URL])),
        fetches("gosu", "behind gosu", image(["gosu", "nobody", "curl", "-O", URL])),
        fetches("timeout", "behind timeout", image(["timeout", "-k", "5", "60s", "curl", "-O", URL])),
        fetches("nohup-nice", "behind nohup and nice", image(["nohup", "nice", "-n", "10", "wget", URL])),
        fetches("wrappers-nested", "wrappers in wrappers", image(["tini", "--", "gosu", "app", "env", "A=b", "timeout", "30", "bash", "-c", f"exec curl -O {URL}"])),
        fetches("bash-lc", "bash -lc", image(["bash", "-lc", f"cd /scratch && curl -sSO {URL}"])),
        fetches("bash-options", "bash with more options", image(["/bin/bash", "-eu", "-o", "pipefail", "-c", f"curl -s {URL} | tar xz -C /scratch"])),
        fetches("nested-shells", "a shell in a shell", shell(f'bash -c "sh -c \'wget {URL}\'"')),
        fetches("absolute", "by absolute path", image(["/usr/bin/wget", "--no-check-certificate", URL])),
        fetches("working-dir", "a relative script and a working directory", image(["./fetch.sh"], {"/srv/job/fetch.sh": f"#!/bin/sh\ncurl -O {URL}\n"}, working_dir="/srv/job")),
        fetches("relative-argument", "a relative script as an argument", image(["bash", "scripts/go.sh"], {"/srv/scripts/go.sh": f"wget {URL}\n"}, working_dir="/srv")),
        fetches("through-path", "a script found through PATH", image(["start-job"], {"/usr/local/bin/start-job": f"#!/bin/bash\nset -e\ncurl -fO {URL}\n"})),
        fetches("through-own-path", "a script found through the image's own PATH", image(["start-job"], {"/opt/job/bin/start-job": f"#!/bin/bash\nwget {URL}\n"}, env=["PATH=/opt/job/bin:/usr/bin:/bin"])),
        fetches("through-link", "a link to the script", {**image(["/entry"]), "layers": [*image(["/x"])["layers"][:1], [{"path": "/app/run.sh", "text": f"#!/bin/sh\nwget {URL}\n", "mode": 0o755}, {"path": "/entry", "kind": "symlink", "target": "/app/run.sh"}]]}),
        fetches("replaced-layer", "a later layer's script", {**image(["/app/run.sh"]), "layers": [*image(["/x"], {"/app/run.sh": "#!/bin/sh\necho ok\n"})["layers"], [{"path": "/app/run.sh", "text": f"#!/bin/sh\ncurl -O {URL}\n", "mode": 0o755}]]}),
    ]


def in_scripts() -> list[Case]:
    """In an entrypoint script."""
    return [
        fetches("script", "a plain line", script(f"set -eu\nmkdir -p /scratch/m\ncurl -fsSL {URL} -o /scratch/m/model.bin\nexec python3 /app/main.py\n", files={"/app/main.py": "print(1)\n"})),
        fetches("crlf", "a script with Windows line ends", script(f"#!/bin/sh\r\nset -e\r\ncurl -O {URL}\r\n")),
        fetches("continued", "a command over several lines", script(f"curl \\\n  --fail \\\n  --location \\\n  --output /scratch/m \\\n  {URL}\n")),
        fetches("and-list", "after &&", script(f"cd /scratch && mkdir -p m && wget -q {URL} && ls m\n")),
        fetches("or-list", "after ||", script(f"test -d /nowhere || curl -O {URL}\n")),
        fetches("pipeline", "in the middle of a pipeline", script(f"echo {URL} | xargs -n 1 curl -sS | tar xz -C /scratch\n"), "undetermined"),
        fetches("pipe-to-shell", "piped into a shell", script("curl -fsSL https://get.example.org/install.sh | bash -s -- --yes\n")),
        fetches("subshell", "in a subshell", script(f"(cd /scratch; wget {URL})\n")),
        fetches("group", "in a group", script(f"{{ echo start; curl -O {URL}; }} >/scratch/log 2>&1\n")),
        fetches("background", "in the background", script(f"wget -q {URL} -P /scratch &\npython3 -c 'print(1)'\nwait\n")),
        fetches("substitution", "in $( )", script("VERSION=$(curl -s https://api.example.org/latest | jq -r .tag)\necho \"$VERSION\"\n")),
        fetches("backticks", "in backticks", script("IP=`curl -s https://ifconfig.example.org`\necho $IP\n")),
        fetches("substitution-in-quotes", "in $( ) within quotes", script('echo "latest is $(wget -qO- https://api.example.org/latest)"\n')),
        fetches("process-substitution", "in <( )", script("#!/bin/bash\ndiff <(sort /safe_data/a) <(curl -s https://data.example.org/b | sort)\n")),
        fetches("if-branch", "in a branch", script(f'if [ "$1" = "--fetch" ] || [ -n "$FETCH" ]; then\n  curl -O {URL}\nfi\n'), "warn"),
        fetches("if-condition", "as a condition", script("if ! curl -fs https://api.example.org/health; then\n  echo offline\nfi\n")),
        fetches("for-loop", "in a loop", script("for n in 1 2 3; do\n  wget https://data.example.org/part-$n.gz -P /scratch\ndone\n")),
        fetches("while-read", "in a loop over a file", script("while read -r u; do\n  curl -O \"https://data.example.org/$u\"\ndone < /app/list.txt\n", files={"/app/list.txt": "a\nb\n"})),
        fetches("until", "as a loop's condition", script("until nc -z db.example.org 5432; do sleep 1; done\n")),
        fetches("case", "in a case", script(f'case "${{1:-fetch}}" in\n  fetch) wget {URL} ;;\n  *) echo "usage" ;;\nesac\n'), "warn"),
        fetches("function-called", "in a function that is called", script(f"fetch() {{\n  curl -fsSL \"$1\" -o \"$2\"\n}}\n\nfetch {URL} /scratch/m\n"), "undetermined"),
        fetches("function-nested", "in a function called by a function", script(f"get() {{ wget -q \"$1\"; }}\nsetup() {{ get {URL}; }}\nmain() {{ setup; echo done; }}\nmain \"$@\"\n"), "undetermined"),
        fetches("function-keyword", "in a function with the keyword", script(f"#!/bin/bash\nfunction download {{\n  curl -O {URL}\n}}\ndownload\n")),
        fetches("sourced", "in a sourced library", script(". /app/lib.sh\nprepare\n", files={"/app/lib.sh": f"prepare() {{\n  curl -O {URL}\n}}\n"})),
        fetches("sourced-relative", "in a file sourced by a relative path", script("#!/bin/bash\nsource ./env.sh\necho $A\n", files={"/app/env.sh": f"A=$(curl -s {URL})\n"}, working_dir="/app")),
        fetches("sourced-dirname", "in a file beside the script", script('#!/bin/bash\nHERE="$(cd "$(dirname "$0")" && pwd)"\n. "$HERE/lib.sh"\n', files={"/app/lib.sh": f"wget {URL}\n"}), "undetermined"),
        fetches("second-script", "in a script that the script starts", script("echo start\nsh /app/get.sh\n", files={"/app/get.sh": f"curl -O {URL}\n"})),
        fetches("second-executable", "in an executable script that the script starts", script("/app/steps/01-get.sh\n/app/steps/02-run.sh\n", files={"/app/steps/01-get.sh": f"#!/bin/sh\nwget {URL}\n", "/app/steps/02-run.sh": "#!/bin/sh\necho run\n"})),
        fetches("script-python", "in Python that the script starts", script("exec python3 /app/main.py\n", files={"/app/main.py": f"import urllib.request\n\nurllib.request.urlretrieve('{URL}', '/scratch/m')\n"})),
        fetches("exec-arguments", 'exec "$@" with CMD', script('set -e\nexec "$@"\n', cmd=["curl", "-O", URL])),
        fetches("exec-arguments-python", 'exec "$@" with a Python script', script('exec "$@"\n', cmd=["python3", "/app/main.py"], files={"/app/main.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        fetches("heredoc-sh", "a here-document given to a shell", script(f"bash <<'EOF'\nset -e\ncurl -O {URL}\nEOF\n")),
        fetches("heredoc-python", "a here-document given to Python", script(f"python3 - <<'EOF'\nimport urllib.request\nurllib.request.urlopen('{URL}').read()\nEOF\n")),
        fetches("echo-to-shell", "an echo piped into a shell", script(f"echo 'wget {URL}' | sh\n")),
        fetches("xargs", "through xargs", script(f"printf '%s\\n' {URL} | xargs -P 4 -I{{}} wget -q {{}}\n"), "undetermined"),
        fetches("find-exec", "through find -exec", script("find /app/urls -name '*.txt' -exec wget -i {} \\;\n", files={"/app/urls/a.txt": URL + "\n"}), "undetermined"),
        fetches("python-c", "python -c", script(f"python3 -c \"import urllib.request; urllib.request.urlretrieve('{URL}', '/scratch/m')\"\n")),
        fetches("trap", "in a trap", script("trap 'curl -s -X POST https://hooks.example.org/done' EXIT\npython3 -c 'print(1)'\n"), "warn"),
        fetches("variable-command", "the program's name in a variable", script(f"GET=curl\n$GET -O {URL}\n"), "undetermined"),
        fetches("variable-url", "the URL in variables", script("BASE=https://data.example.org\nNAME=model.bin\nwget \"$BASE/$NAME\" -O /scratch/$NAME\n")),
        fetches("unset-url", "the URL from outside", script('curl -fsSL "$MODEL_URL" -o /scratch/m\n'), "undetermined", "warn"),
        fetches("env-url", "the URL from ENV", script('curl -fsSL "$MODEL_URL" -o /scratch/m\n', env=[f"MODEL_URL={URL}"])),
        fetches("command-builtin", "behind command and exec", script(f"command curl -O {URL}\nexec wget {URL}\n")),
        fetches("assignment-prefix", "behind an assignment", script(f"LC_ALL=C https_proxy= curl -O {URL}\n")),
        fetches("no-shebang", "a script without a first line", image(["sh", "/app/start"], {"/app/start": f"curl -O {URL}\n"})),
        fetches("eval-literal", "eval of a known text", script(f"CMD='wget {URL}'\neval \"$CMD\"\n"), "undetermined"),
        fetches("host-file-name", "no scheme in the address", script("curl -O data.example.org/model.bin\n")),
        fetches("loopback-and-other", "the loopback and another host", script("curl -s http://localhost:8080/health\ncurl -s http://192.0.2.7:8080/health\n")),
        fetches("localhost-lookalike", "a host that begins like the loopback", script("curl -s http://localhost.example.org/x\nwget http://127.0.0.1.example.org/y\n")),
    ]


def other_programs() -> list[Case]:
    """With other programs than curl and wget."""
    return [
        fetches("git-clone", "git clone", script("git clone --depth 1 https://github.com/example/models.git /scratch/models\n")),
        fetches("git-pull", "git pull", script("cd /app\ngit pull --ff-only\npython3 main.py\n", files={"/app/main.py": "print(1)\n"})),
        fetches("git-submodule", "git submodule update", script("git -C /app submodule update --init --recursive\n")),
        fetches("git-ssh", "git clone over SSH", script("git clone git@github.com:example/models.git /scratch/models\n")),
        fetches("git-ls-remote", "git ls-remote", script("git ls-remote https://github.com/example/models.git HEAD\n")),
        fetches("ssh", "ssh", script("ssh -o BatchMode=yes user@login.example.org 'cat /data/x' > /scratch/x\n")),
        fetches("scp", "scp", script("scp user@login.example.org:/data/x /scratch/\n")),
        fetches("rsync-ssh", "rsync over SSH", script("rsync -az user@files.example.org:/data/ /scratch/data/\n")),
        fetches("rsync-daemon", "rsync from a daemon", script("rsync -a rsync://mirror.example.org/module/ /scratch/\n")),
        fetches("sftp", "sftp", script("sftp -b /app/batch user@files.example.org\n", files={"/app/batch": "get x\n"})),
        fetches("aws-s3", "aws s3", script("aws s3 cp s3://bucket/model.bin /scratch/ --no-sign-request\n")),
        fetches("gsutil", "gsutil", script("gsutil -m cp gs://bucket/model.bin /scratch/\n")),
        fetches("dev-tcp", "bash's /dev/tcp", script("#!/bin/bash\nexec 3<>/dev/tcp/data.example.org/80\nprintf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3\ncat <&3\n")),
        fetches("nc", "netcat", script("echo data | nc collector.example.org 9000\n")),
        fetches("ping", "ping", script("ping -c 1 data.example.org || exit 1\n")),
        fetches("dig", "a name look-up", script("dig +short data.example.org\n"), "warn"),
        fetches("aria2", "aria2c", script(f"aria2c -x 8 {URL}\n")),
        fetches("openssl", "openssl s_client", script("openssl s_client -connect data.example.org:443 </dev/null\n")),
        fetches("curl-post", "sending results away", script("curl -X POST -F file=@/safe_outputs/result.csv https://collect.example.org/upload\n"), note="data would leave: the worst of all"),
        fetches("ftp-url", "an FTP address", script("wget ftp://ftp.example.org/pub/genome.fa.gz\n")),
        fetches("rscript", "R's download.file", script(f"Rscript -e 'download.file(\"{URL}\", \"/scratch/m\")'\n")),
        fetches("r-file", "an R script with a URL", image(["Rscript", "/app/a.R"], {"/app/a.R": "library(httr)\nx <- GET('https://api.example.org/v1')\nd <- read.csv('https://data.example.org/d.csv')\n"}), "undetermined", "warn", note="R is followed only by those who read R"),
        fetches("julia", "Julia's download", script(f"julia -e 'using Downloads; Downloads.download(\"{URL}\", \"/scratch/m\")'\n"), "undetermined", "warn"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return directly() + in_scripts() + other_programs()
