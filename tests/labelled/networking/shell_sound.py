"""Shell that fetches nothing, though the words are there."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import SITE, Case, fetches, image, script, shell, sound

URL = "https://data.example.org/model.bin"


def words() -> list[Case]:
    """The words stand where nothing is run."""
    return [
        sound("comment", "in comments", script(f"# curl -O {URL}\n#wget {URL}\necho ok # then curl the result\n")),
        sound("echo", "in an echo", script(f'echo "to update, run: curl -O {URL}"\nprintf "wget %s\\n" {URL}\n')),
        sound("single-quotes", "in a quoted text", script(f"USAGE='usage: run.sh; get the model with $(curl -O {URL})'\necho \"$USAGE\"\n")),
        sound("here-document", "in a here-document", script(f"cat <<'EOF'\nThis image needs a model:\n  curl -O {URL}\n  pip install model\nEOF\npython3 -c 'print(1)'\n")),
        sound("here-document-file", "in a file that is written and never run", script(f"cat > /scratch/README <<'EOF'\nwget {URL}\nEOF\n"), "warn"),
        sound("here-string", "in a here-string", script(f"#!/bin/bash\ngrep -c curl <<< 'curl -O {URL}'\n")),
        sound("unused-variable", "in a variable that is never used", script(f"DOWNLOAD='curl -O {URL}'\nexec python3 -c 'print(1)'\n"), "warn"),
        sound("unused-url", "an address in a variable", script(f"MODEL_URL={URL}\nMODEL=/app/model.bin\npython3 -c \"print('$MODEL')\"\n")),
        sound("env-url", "an address in ENV", script("exec python3 -c 'print(1)'\n", env=[f"MODEL_URL={URL}", "HOMEPAGE=https://example.org"])),
        sound("function-not-called", "in a function that nobody calls", script(f"update_model() {{\n  curl -O {URL}\n}}\n\nexec python3 -c 'print(1)'\n"), "warn"),
        sound("function-redefined", "a function called curl", script("curl() { echo \"no network: $*\"; }\ncurl -O x\n"), "warn", "undetermined", note="tricky: the script's own function"),
        sound("case-word", "as a word of a case", script('case "$1" in\n  curl|wget) echo "not in this image"; exit 1 ;;\nesac\necho ok\n')),
        sound("grep", "as a pattern", script("grep -l 'curl\\|wget' /app/*.sh | wc -l\nls /app | grep -v wget\n")),
        sound("sed", "in a substitution", script("sed -i 's#curl -O#cp#' /scratch/x.sh\nawk '/wget/ {print $1}' /scratch/log\n")),
        sound("path-argument", "as an argument", script("ls -l /usr/bin/curl /usr/bin/wget\ncat /app/curl.conf\ncp /app/wget.log /scratch/\n", files={"/app/curl.conf": "x\n", "/app/wget.log": "x\n"})),
        sound("file-name", "in a script's name", image(["/app/curl-free.sh"], {"/app/curl-free.sh": "#!/bin/sh\necho offline\n"})),
        sound("option", "as an option's name", script("python3 /app/main.py --no-curl --download=false --git-rev abc123\n", files={"/app/main.py": "print(1)\n"})),
        sound("disabled", "behind if false", script(f"if false; then\n  curl -O {URL}\nfi\necho ok\n"), "warn"),
        sound("after-exit", "after exit", script(f"echo ok\nexit 0\ncurl -O {URL}\n"), "warn"),
        sound("after-exec", "after exec", script(f"exec python3 -c 'print(1)'\nwget {URL}\n"), "warn"),
        sound("noop", "as arguments of the colon command", script(f": curl -O {URL}\necho ok\n")),
        sound("array", "an array of words", script("#!/bin/bash\nTOOLS=(curl wget git)\nfor t in \"${TOOLS[@]}\"; do echo \"$t\"; done\n")),
    ]


def elsewhere() -> list[Case]:
    """The fetching is in what nobody starts."""
    return [
        sound("not-started", "in a script that nobody starts", script("exec python3 -c 'print(1)'\n", files={"/app/tools/update-model.sh": f"#!/bin/sh\ncurl -O {URL}\n"})),
        sound("tests", "in a test directory", image(["python3", "/app/main.py"], {"/app/main.py": "print(1)\n", "/app/tests/test_net.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        sound("history", "at build time", image(["python3", "/app/main.py"], {"/app/main.py": "print(1)\n"}, history=["RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", f"RUN /bin/sh -c curl -fsSL {URL} -o /app/model.bin # buildkit"])),
        sound("dockerfile", "in a Dockerfile that was copied along", script("echo ok\n", files={"/app/Dockerfile": f"FROM debian\nRUN curl -O {URL}\nRUN pip install x\n"})),
        sound("example", "in another program's example", script("echo ok\n", files={"/usr/share/doc/tool/example.sh": f"#!/bin/sh\nwget {URL}\n"})),
        sound("profile", "in root's profile, which no script reads", script("echo ok\n", files={"/root/.bashrc": f"curl -s {URL}\n"})),
        sound("makefile", "in a makefile's other target", script("echo ok\n", files={"/app/Makefile": f"model:\n\tcurl -O {URL}\n"})),
        sound("lower-layer", "in a script that a later layer replaced", {**image(["/app/run.sh"]), "layers": [*image(["/x"], {"/app/run.sh": f"#!/bin/sh\ncurl -O {URL}\n"})["layers"], [{"path": "/app/run.sh", "text": "#!/bin/sh\necho offline\n", "mode": 0o755}]]}),
        sound("removed", "in a script that a later layer removed", {**image(["/app/run.sh"]), "layers": [*image(["/x"], {"/app/run.sh": "#!/bin/sh\necho ok\n", "/app/get.sh": f"#!/bin/sh\ncurl -O {URL}\n"})["layers"], [{"path": "/app/get.sh", "kind": "whiteout"}]]}),
        sound("other-in-path", "another script of the same name later in PATH", image(["job"], {"/usr/local/bin/job": "#!/bin/sh\necho ok\n", "/usr/bin/job": f"#!/bin/sh\ncurl -O {URL}\n"})),
        sound("package-code", "in installed packages", image(["python3", "-m", "requests_free"], {f"{SITE}/requests_free/__init__.py": "", f"{SITE}/requests_free/__main__.py": "print('offline')\n"})),
        sound("overridden-cmd", "the entrypoint ignores CMD", image(["/bin/sh", "-c", "echo ok"], cmd=["curl", "-O", URL]), "warn", note="sh -c takes CMD as $0 and $1, which the text does not use"),
    ]


def harmless() -> list[Case]:
    """The programs run, and reach no other host."""
    return [
        sound("loopback-name", "localhost", script("curl -fsS http://localhost:8080/health\nwget -qO- http://localhost/\n")),
        sound("loopback-v4", "127.0.0.1", script("curl -s http://127.0.0.1:5000/predict -d @/safe_data/x.json\n")),
        sound("loopback-v6", "[::1]", script("curl -s 'http://[::1]:8888/api'\n")),
        sound("loopback-nc", "netcat to the loopback", script("python3 -m http.server 8000 &\nuntil nc -z 127.0.0.1 8000; do sleep 1; done\n")),
        sound("loopback-variable", "the loopback in ENV", script('curl -s "$SERVER/ready"\n', env=["SERVER=http://127.0.0.1:9000"])),
        sound("loopback-no-scheme", "the loopback without a scheme", script("curl -s localhost:8080/ready\n")),
        sound("unix-socket", "a Unix socket", script("curl --unix-socket /run/app.sock http://app/status\n")),
        sound("file-url", "a file address", script("curl -s file:///safe_data/x.csv -o /scratch/x.csv\n")),
        sound("curl-version", "curl --version", script("curl --version\nwget -V | head -1\n")),
        sound("curl-help", "curl --help", shell("curl --help | head; wget --help >/dev/null")),
        sound("which", "which curl", script("which curl || true\ncommand -v wget >/dev/null && echo there\ntype git\nhash ssh\n")),
        sound("git-status", "git status and git log", script("cd /app\ngit status --short\ngit log -1 --format=%H\ngit rev-parse HEAD\ngit diff --stat\n")),
        sound("git-config", "git config and git --version", script("git --version\ngit config --global --add safe.directory /app\ngit describe --always || true\n")),
        sound("git-init", "git init and commit", script("cd /scratch && git init -q && git add . && git commit -qm x\n")),
        sound("git-clone-local", "git clone of a local path", script("git clone /app/repo.git /scratch/repo\ngit clone file:///app/repo.git /scratch/repo2\n"), "warn"),
        sound("rsync-local", "rsync between directories", script("rsync -a --delete /safe_data/in/ /scratch/in/\n")),
        sound("scp-local", "cp and mv", script("cp -r /app/model /scratch/\nmv /scratch/a /safe_outputs/\n")),
        sound("ssh-keygen", "ssh -V", script("ssh -V\n")),
        sound("aws-version", "aws --version", script("aws --version\naws s3 help | head\n")),
        sound("server", "a server that listens", script("exec python3 -m http.server --bind 0.0.0.0 8888\n")),
        sound("nc-listen", "netcat listening", script("nc -l -p 9000 > /scratch/in\n"), "warn"),
        sound("openssl-local", "openssl on files", script("openssl dgst -sha256 /safe_data/x.csv\nopenssl rand -hex 8\n")),
        sound("dev-null", "ordinary redirections", script("exec 3>/scratch/log\necho x >&3\ncat /dev/null > /scratch/y\n")),
        sound("samtools", "compiled tools on local files", script("samtools sort -o /scratch/x.bam /safe_data/x.bam\nbcftools view /safe_data/x.vcf\n"), "undetermined", note="what compiled tools do is another question"),
        sound("rscript", "R on local files", image(["Rscript", "/app/a.R"], {"/app/a.R": "d <- read.csv('/safe_data/d.csv')\nwrite.csv(summary(d), '/safe_outputs/s.csv')\n"}), "undetermined"),
        sound("rscript-e", "Rscript -e", script("Rscript -e 'cat(R.version.string)'\n"), "undetermined"),
        sound("julia", "Julia on local files", image(["julia", "-e", "println(read(\"/safe_data/x\", String))"]), "undetermined"),
        sound("interactive", "a shell", image([], cmd=["bash"]), "undetermined"),
        sound("sleep", "sleep", image(["sleep", "infinity"])),
        sound("true-then-echo", "a list of plain commands", shell("mkdir -p /scratch/a && cd /scratch/a && date > started && ls -l | wc -l")),
        fetches("mixed-harmless", "a harmless line and a real one", script(f"curl --version\ngit status\ncurl -O {URL}\n")),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return words() + elsewhere() + harmless()
