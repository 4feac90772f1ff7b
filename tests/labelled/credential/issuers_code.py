"""Tokens of code hosting, package registries, continuous integration and machine learning services."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, found
from tests.labelled.credential.values import (
    BASE62,
    BASE64URL,
    DIGITS,
    LOWER,
    UPPER,
    Values,
    github,
    gitlab_routable,
    pypi,
    unpadded,
)


def hosting() -> list[Case]:
    """GitHub, GitLab and their like."""
    v = Values("hosting")
    fine = f"github_pat_11{v.draw(UPPER + DIGITS, 20)}_{v.word(59)}"
    return [
        found("github-classic", "GitHub personal access token", *s.shell("GITHUB_TOKEN", github(v, "ghp_"))),
        found("github-oauth", "GitHub OAuth token", *s.utf16("TOKEN", github(v, "gho_"))),
        found("github-server", "GitHub app token", *s.log("", github(v, "ghs_"))),
        found("github-user", "GitHub user-to-server token", *s.minified("t", github(v, "ghu_"))),
        found("github-fine", "GitHub fine-grained token", *s.yaml("TOKEN", fine), "its checksum's definition is not public: the end is random"),
        found("github-first", "GitHub personal access token", *s.first("", github(v, "ghp_"))),
        found("github-alone", "GHCR token", *s.alone("", github(v, "ghp_"))),
        found("github-clone-url", "GitHub token in a URL", "/app/.git/config", f'[remote "origin"]\n\turl = https://x-access-token:{github(v, "ghs_")}@github.com/example/private.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'),
        found("github-pip-url", "GitHub token in a requirement", "/app/requirements.txt", f"numpy==1.26.4\ngit+https://{github(v, 'ghp_')}@github.com/example/private.git@v1.2#egg=private\n"),
        found("github-old", "GitHub token (before 2021)", *s.shell("GITHUB_TOKEN", v.hex(40)), "40 hexadecimal digits; only the name tells"),
        found("github-binary", "GitHub personal access token", *s.binary("GH", github(v, "ghp_"))),
        found("github-pyc", "GitHub personal access token", *s.pyc("", github(v, "ghp_"))),
        found("github-big-endian", "GitHub personal access token", *s.utf16_big("TOKEN", github(v, "ghp_"))),
        found("gitlab-pat", "GitLab personal access token", *s.as_json("token", "glpat-" + v.url(20))),
        found("gitlab-routable", "GitLab routable token", *s.last("GITLAB_TOKEN", gitlab_routable(v))),
        found("gitlab-deploy", "GitLab deploy token", *s.dotenv("CI_DEPLOY_PASSWORD", "gldt-" + v.url(20))),
        found("gitlab-runner", "GitLab runner token", "/etc/gitlab-runner/config.toml", f'concurrent = 1\n[[runners]]\n  name = "r"\n  url = "https://gitlab.example.org"\n  token = "glrt-{v.url(20)}"\n  executor = "docker"\n'),
        found("gitlab-trigger", "GitLab pipeline trigger token", *s.url_parameter("token", "glptt-" + v.hex(40))),
        found("bitbucket", "Bitbucket app password", *s.python("BITBUCKET_PASSWORD", "ATBB" + v.word(24) + v.draw(DIGITS + "ABCDEF", 8))),
        found("atlassian", "Atlassian API token", *s.python_call("token", f"ATATT3xFfGF0{v.draw(BASE64URL, 171)}={v.draw(DIGITS + 'ABCDEF', 8)}")),
        found("gitea", "Gitea token", *s.bearer("", v.hex(40)), "the header says that it is one"),
        found("sourcegraph", "Sourcegraph token", *s.shell("SRC_ACCESS_TOKEN", f"sgp_{v.hex(16)}_{v.hex(40)}")),
    ]


def registries() -> list[Case]:
    """Where packages and images come from."""
    v = Values("registries")
    return [
        found("npm", "npm token", *s.dotenv("NPM_TOKEN", github(v, "npm_"))),
        found("npm-twice", "npm token", *s.twice("NODE_AUTH_TOKEN", github(v, "npm_"))),
        found("pypi", "PyPI upload token", *s.shell("TWINE_PASSWORD", pypi(v))),
        found("test-pypi", "TestPyPI upload token", *s.comment("", pypi(v, "test." + "pypi" + ".org"))),
        found("dockerhub", "Docker Hub personal access token", *s.history("DOCKER_PASSWORD", "dckr_pat_" + v.url(27))),
        found("dockerhub-oat", "Docker Hub organisation token", *s.yaml("DOCKER_TOKEN", "dckr_oat_" + v.url(32))),
        found("rubygems", "RubyGems API key", *s.shell("GEM_HOST_API_KEY", "rubygems_" + v.hex(48))),
        found("nuget", "NuGet API key", *s.xml("apikey", "oy2" + v.draw(LOWER + "234567", 43))),
        found("crates", "crates.io token", *s.crlf("token", "cio" + v.word(32))),
        found("clojars", "Clojars token", *s.as_json("token", "CLOJARS_" + v.hex(60))),
        found("artifactory", "Artifactory API key", *s.ini("PASSWORD", "AKCp8" + v.word(68))),
        found("artifactory-ref", "Artifactory reference token", *s.last("JF_ACCESS_TOKEN", unpadded(b"reftkn:01:1735689600:" + v.word(27).encode()))),
        found("conda-token", "Anaconda token in a channel", "/root/.condarc", f"channels:\n  - https://conda.anaconda.org/t/{v.draw(LOWER, 2)}-{v.uuid()}/private\n  - defaults\n"),
        found("pip-index", "package index password", "/etc/pip.conf", f"[global]\nindex-url = https://reader:{v.password(20)}@packages.example.org/simple\n"),
        found("quay", "Quay robot token", "/app/login.sh", f"#!/bin/sh\ndocker login -u 'trial+robot' -p {v.draw(UPPER + DIGITS, 64)} registry.example.org\n"),
    ]


def integration() -> list[Case]:
    """Continuous integration and code quality."""
    v = Values("integration")
    return [
        found("circleci", "CircleCI token", *s.dotenv("CIRCLE_TOKEN", f"CCIPAT_{v.word(22)}_{v.hex(40)}")),
        found("buildkite", "Buildkite API token", *s.yaml("TOKEN", "bkua_" + v.hex(40))),
        found("codecov", "Codecov token", *s.shell("CODECOV_TOKEN", v.uuid())),
        found("sonar", "SonarQube token", *s.properties("SONAR_LOGIN", "squ_" + v.hex(40))),
        found("snyk", "Snyk token", *s.as_json("SNYK_TOKEN", v.uuid())),
        found("jenkins-api", "Jenkins API token", "/app/trigger.sh", f"#!/bin/bash\ncurl -X POST https://ci.example.org/job/x/build --user builder:11{v.hex(32)}\n"),
        found("ansible-password", "Ansible become password", "/app/inventory/hosts.ini", f"[servers]\nnode1 ansible_user=deploy ansible_password={v.password()} ansible_become_password={v.password()}\n"),
    ]


def learning() -> list[Case]:
    """Machine learning services."""
    v = Values("learning")
    return [
        found("openai-old", "OpenAI API key", *s.python("OPENAI_API_KEY", f"sk-{v.word(20)}T3BlbkFJ{v.word(20)}")),
        found("openai-project", "OpenAI project key", *s.notebook("OPENAI_API_KEY", f"sk-proj-{v.url(74)}T3BlbkFJ{v.url(74)}")),
        found("openai-service", "OpenAI service account key", *s.utf16("OPENAI_API_KEY", f"sk-svcacct-{v.url(74)}T3BlbkFJ{v.url(74)}")),
        found("anthropic", "Anthropic API key", *s.shell("ANTHROPIC_API_KEY", f"sk-ant-api03-{v.url(93)}AA")),
        found("openrouter", "OpenRouter API key", *s.as_json("api_key", "sk-or-v1-" + v.hex(64))),
        found("groq", "Groq API key", *s.javascript("key", "gsk_" + v.word(52))),
        found("replicate", "Replicate token", *s.dotenv("REPLICATE_API_TOKEN", "r8_" + v.word(37))),
        found("perplexity", "Perplexity API key", *s.toml("key", "pplx-" + v.word(48))),
        found("huggingface", "Hugging Face token", *s.python_call("token", "hf_" + v.draw(UPPER + LOWER, 34))),
        found("huggingface-comment", "Hugging Face token", *s.comment("", "hf_" + v.draw(UPPER + LOWER, 34))),
        found("huggingface-org", "Hugging Face organisation token", *s.dotenv("HF_TOKEN", "api_org_" + v.draw(UPPER + LOWER, 34))),
        found("cohere", "Cohere API key", *s.python("COHERE_API_KEY", v.word(40))),
        found("mistral", "Mistral API key", *s.shell_quoted("MISTRAL_API_KEY", v.word(32))),
        found("deepseek", "DeepSeek API key", *s.dotenv("DEEPSEEK_API_KEY", "sk-" + v.hex(32))),
        found("xai", "xAI API key", *s.crlf("key", "xai-" + v.word(80))),
        found("nvidia", "NVIDIA API key", *s.compose("NGC_API_KEY", "nvapi-" + v.url(64))),
        found("langsmith", "LangSmith key", *s.systemd("LANGCHAIN_API_KEY", f"lsv2_pt_{v.hex(32)}_{v.hex(10)}")),
        found("pinecone", "Pinecone key", *s.go_source("KEY", f"pcsk_{v.word(5)}_{v.word(64)}")),
        found("tavily", "Tavily key", *s.r_script("TAVILY_API_KEY", "tvly-" + v.word(32))),
        found("wandb", "Weights & Biases key", *s.dotenv("WANDB_API_KEY", v.hex(40))),
        found("wandb-login", "Weights & Biases key", "/app/train.py", f'import wandb\n\nwandb.login(key="{v.hex(40)}")\nrun = wandb.init(project="x")\n'),
        found("kaggle-env", "Kaggle key", "/app/get.sh", f"#!/bin/sh\nexport KAGGLE_USERNAME=jdoe\nexport KAGGLE_KEY={v.hex(32)}\nkaggle competitions download -c titanic\n"),
        found("comet", "Comet key", *s.python_call("api_key", v.draw(BASE62, 25))),
        found("neptune", "Neptune token", *s.dotenv("NEPTUNE_API_TOKEN", unpadded(b'{"api_address":"https://app.neptune.ai","api_url":"https://app.neptune.ai","api_key":"' + v.uuid().encode() + b'"}') + "=")),
        found("prefect", "Prefect key", *s.toml("PREFECT_API_KEY", "pnu_" + v.word(36))),
        found("elevenlabs", "ElevenLabs key", *s.yaml("XI_API_KEY", "sk_" + v.hex(48))),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return hosting() + registries() + integration() + learning()
