"""Wrappers are peeled off as their own manual pages read their words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import pytest

from imginspect.startup.special_wrappers import WrapperStep
from imginspect.startup.wrappers import peel_one


def steps(command: Sequence[str]) -> list[WrapperStep]:
    """The wrappers that *command* starts with, outermost first."""
    found: list[WrapperStep] = []
    words = tuple(command)
    while len(found) < 100 and (step := peel_one(words)) is not None:
        found.append(step)
        words = step.argv
    return found


def left(command: Sequence[str]) -> tuple[str, ...]:
    """What is left of *command* without its wrappers."""
    found = steps(command)
    return found[-1].argv if found else tuple(command)


COMMANDS = [
    ("tini -- /app/run --x", "/app/run --x"),
    ("/usr/bin/tini -g -- start-notebook.py", "start-notebook.py"),
    ("tini -vvv -p SIGTERM -e 143 /app/run", "/app/run"),
    ("/tini-static-amd64 -s -- a", "a"),
    ("/sbin/docker-init -- sh -c x", "sh -c x"),
    ("dumb-init --rewrite 15:2 --single-child /app/run", "/app/run"),
    ("dumb-init -r15:2 -- /app/run", "/app/run"),
    ("catatonit -- run", "run"),
    ("gosu app:app python x.py", "python x.py"),
    ("su-exec app python x.py", "python x.py"),
    ("setpriv --reuid=1000 --regid 1000 --init-groups -- run -g", "run -g"),
    ("runuser -u app -- python x.py", "python x.py"),
    ("runuser -u app python x.py", "python x.py"),
    ("sudo -E -u app HOME=/x run", "run"),
    ("sudo -nu app run -E", "run -E"),
    ("nice -n 10 run", "run"),
    ("nice -10 run -5", "run -5"),
    ("ionice -c2 -n 7 run", "run"),
    ("timeout -k 5 1h run", "run"),
    ("timeout --signal=KILL 10 run", "run"),
    ("stdbuf -oL -e 0 run", "run"),
    ("nohup setsid -w run", "run"),
    ("time -p run", "run"),
    ("exec -a other run", "run"),
    ("command -p run", "run"),
    ("builtin exec run", "run"),
    ("xvfb-run -a -s '-screen 0 640x480x24' run", "run"),
    ("xvfb-run --server-args='-screen 0' run", "run"),
    ("conda run -n lab --no-capture-output python x.py", "python x.py"),
    ("/opt/conda/bin/conda run -p /env run --name y", "run --name y"),
    ("micromamba run -n base run", "run"),
    ("micromamba -r /m run -p /m/envs/x run", "run"),
    ("mamba run --live-stream run", "run"),
    ("poetry run python x.py", "python x.py"),
    ("poetry -C /app run x", "x"),
    ("pipenv run x", "x"),
    ("pixi run --frozen -e cuda x", "x"),
    ("uv run x.py --flag", "python x.py --flag"),
    ("uv run --no-sync -m pkg a", "python -m pkg a"),
    ("uv --offline run --with numpy -- gunicorn app:app", "gunicorn app:app"),
    ("torchrun --nproc_per_node=4 --standalone train.py --lr 1", "python train.py --lr 1"),
    ("torchrun --nproc-per-node 4 -m pkg.train a", "python -m pkg.train a"),
    ("torchrun --no-python ./run", "./run"),
    ("python3 -m torch.distributed.run --nnodes 1 train.py", "python3 train.py"),
    ("accelerate launch --config_file /c.yaml --multi_gpu t.py", "python t.py"),
    ("accelerate test", "accelerate test"),
    ("mpirun -np 4 --mca btl tcp -x A=1 --allow-run-as-root run", "run"),
    ("mpiexec -n 2 python x.py -n 3", "python x.py -n 3"),
    ("numactl --interleave=all -N 0 run", "run"),
    ("taskset -c 0-3 run", "run"),
    ("catchsegv run", "run"),
    ("strace -f -o /tmp/trace -e trace=network -E A=1 python3 x.py -f", "python3 x.py -f"),
    ("strace -fo /tmp/trace --trace=%net run", "run"),
    ("ltrace -S -n 2 -o out run", "run"),
    ("flock -n /run/lock python3 x.py", "python3 x.py"),
    ("flock -w 5 /run/lock run -c x", "run -c x"),
    ("chronic -v run", "run"),
    ("run-one run -f", "run -f"),
    ("proxychains4 -q -f /c.conf run", "run"),
    ("trickle -s -d 100 -u 50 run", "run"),
    ("watch -n 5 -x run a", "run a"),
    ("busybox sh -c x", "sh -c x"),
    ("env -i A=1 B=2 run C=3", "run C=3"),
    ("env -u A --unset=B -C /app run", "run"),
    ("env - A=1 run", "run"),
    ("env -S 'python3 -u' x.py", "python3 -u x.py"),
    ("env '-Spython3 -u' x.py", "python3 -u x.py"),
    ("env '--split-string=-i A=1 run' y", "run y"),
    ("tini -- gosu app env X=1 nice python a.py", "python a.py"),
    ("conda list", "conda list"),
    ("poetry install", "poetry install"),
    ("python x.py", "python x.py"),
    ("/app/run -- x", "/app/run -- x"),
]


@pytest.mark.parametrize(("command", "inner"), COMMANDS)
def test_what_is_left(command: str, inner: str) -> None:
    assert shlex.join(left(shlex.split(command))) == inner


@pytest.mark.parametrize("command", [command for command, _ in COMMANDS if not command.startswith(("uv", "torch", "python3", "acc"))])
def test_the_words_of_the_steps_and_what_is_left_are_the_command(command: str) -> None:
    own = [word for step in steps(shlex.split(command)) for word in step.words]
    if "-S" not in command and "--split" not in command:
        assert [*own, *left(shlex.split(command))] == shlex.split(command)


@pytest.mark.parametrize(
    "command",
    [
        "tini --new-option run",
        "gosu",
        "timeout",
        "timeout -k",
        "chroot /other run",
        "su app",
        "sudo --frobnicate run",
        "env -S 'python ${X}'",
        "env -S 'a \"b'",
        "torchrun --new-option 4 t.py",
        "timeout 5 -- run",
        "conda run --unheard-of x",
    ],
)
def test_what_cannot_be_decided_says_why(command: str) -> None:
    assert steps(shlex.split(command))[-1].unknown


@pytest.mark.parametrize(
    ("command", "user", "text"),
    [
        ("su app -c 'python x.py'", "app", "python x.py"),
        ("su - app -s /bin/bash -c run", "app", "run"),
        ("su -c run", "root", "run"),
        ("su -l -c run -- app", "app", "run"),
        ("runuser - app -c run", "app", "run"),
        ("flock /run/lock -c 'run; other'", "", "run; other"),
        ("script -q -c 'run a' /dev/null", "", "run a"),
        ("script /tmp/log -c run", "", "run"),
        ("watch -n 5 run 'a b'", "", "run a b"),
    ],
)
def test_a_text_for_a_shell(command: str, user: str, text: str) -> None:
    step = steps(shlex.split(command))[-1]
    assert (step.user, step.shell_text, step.argv, step.unknown) == (user, text, (), "")


def test_what_the_command_is_given_beside_its_words() -> None:
    _, user, env, conda = steps(shlex.split("env A=0 gosu app:staff env -i -u B -C /srv A=1 conda run -n lab run"))
    assert conda.argv == ("run",)
    assert env.environment == (("B", None), ("A", "1"))
    assert env.clears_environment
    assert (user.user, env.working_dir, conda.activates) == ("app:staff", "/srv", "conda:lab")


def test_a_wrapper_with_nothing_to_start() -> None:
    (step,) = steps(["tini", "--"])
    assert (step.argv, step.unknown, step.may_be_alone) == ((), "", False)


def test_a_lock_that_the_shell_holds_starts_nothing() -> None:
    (step,) = steps(["flock", "-n", "9"])
    assert (step.argv, step.unknown, step.may_be_alone) == ((), "", True)


def test_an_applet_needs_no_file_of_its_own() -> None:
    assert steps(["/bin/busybox", "sh", "-c", "x"])[0].is_applet
    assert not steps(["/bin/sh", "-c", "x"])


def test_no_words() -> None:
    assert left([]) == ()
