"""The analysis of Python texts: what they call, by which name, with which arguments, and on what that depends."""

from __future__ import annotations

import pytest

from imginspect.languages.calls import Call, PythonText
from imginspect.languages.python.calls import calls
from imginspect.languages.python.scopes import MOST_STEPS
from imginspect.languages.values import Exists, HasModule, Known, Not, Value


def text_of(value: object) -> object:
    if isinstance(value, Value):
        return value.text
    return [text_of(part) for part in value] if isinstance(value, tuple) else value


def named(text: PythonText, name: str) -> Call:
    found = [call for call in text.calls if call.name == name]
    assert len(found) == 1, [call.name for call in text.calls]
    return found[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import requests\nrequests.get('u')", "requests.get"),
        ("import requests as r\nr.get('u')", "requests.get"),
        ("from requests import get as g\ng('u')", "requests.get"),
        ("from requests import *\nget('u')", "requests.get"),
        ("import urllib.request\nurllib.request.urlopen('u')", "urllib.request.urlopen"),
        ("from urllib import request\nrequest.urlopen('u')", "urllib.request.urlopen"),
        ("import requests\ns = requests.Session()\ns.get('u')", "requests.Session.get"),
        ("import requests\nwith requests.Session() as s:\n    s.get('u')", "requests.Session.get"),
        ("import urllib3\nurllib3.PoolManager().request('GET', 'u')", "urllib3.PoolManager.request"),
        ("import boto3\nboto3.client('s3').download_file('a', 'b')", "boto3.client.download_file"),
        ("import boto3\nc = boto3.client('s3')\nd = c\nd.download_file('a', 'b')", "boto3.client.download_file"),
        ("import requests\nget = requests.get\nget('u')", "requests.get"),
        ("import requests\ndef make():\n    return requests.Session()\nmake().get('u')", "requests.Session.get"),
        ("import requests\nclass A:\n def __init__(self):\n  self.s = requests.Session()\n def f(self):\n  self.s.get('u')",
         "requests.Session.get"),
        ("import requests\ndef f(s: requests.Session):\n    s.get('u')", "requests.Session.get"),
        ("import aiohttp\nasync def f():\n async with aiohttp.ClientSession() as s:\n  async with s.get('u') as r:\n   pass",
         "aiohttp.ClientSession.get"),
        ("import importlib\nm = importlib.import_module('requests')\nm.get('u')", "requests.get"),
        ("try:\n    import requests\nexcept ImportError:\n    requests = None\nrequests.get('u')", "requests.get"),
        ("def f():\n    import requests\n    requests.get('u')", "requests.get"),
    ],
)  # fmt: skip
def test_a_call_has_the_name_of_what_is_imported(text: str, name: str) -> None:
    assert text_of(named(calls(text), name).arguments[-1]) in ("u", "b")


def test_a_name_that_is_something_else_is_not_taken_for_a_module() -> None:
    text = calls("import socket\ndef f(socket):\n    socket.connect('h')\nrequests = Thing()\nrequests.get('u')")
    assert {call.name for call in text.calls} == {"Thing", "Thing.get"}


@pytest.mark.parametrize(
    ("expression", "text", "prefix"),
    [
        ("'http://h'", "http://h", "http://h"),
        ("URL", "http://m", "http://m"),
        ("URL + '/x'", "http://m/x", "http://m/x"),
        ("f'{URL}/{other}'", None, "http://m/"),
        ("'http://h/%s' % other", None, "http://h/"),
        ("'http://h/{}'.format(other)", None, "http://h/"),
        ("os.environ['GIVEN']", "http://e", "http://e"),
        ("os.environ.get('UNSET', 'http://d')", "http://d", "http://d"),
        ("os.getenv('UNSET')", None, ""),
        ("other", None, ""),
        ("os.path.join('/a', 'b')", "/a/b", "/a/b"),
        ("str(Path('/a') / 'b')", "/a/b", "/a/b"),
        ("os.path.join(os.path.dirname(__file__), 'm')", "/app/m", "/app/m"),
        ("Path(__file__).parent / 'm'", "/app/m", "/app/m"),
        ("CHANGED", None, ""),
    ],
)
def test_arguments_are_known_where_they_are_constant(expression: str, text: str | None, prefix: str) -> None:
    source = f"import os\nfrom pathlib import Path\nURL = 'http://m'\nCHANGED = 1\nCHANGED = 2\ndef f(other):\n    use({expression})"
    value = named(calls(source, {"GIVEN": "http://e"}, path="/app/main.py"), "use").arguments[0]
    assert isinstance(value, Value)
    assert (value.text, value.prefix) == (text, prefix)


def test_a_list_is_known_element_by_element() -> None:
    source = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', x])\nargs = ['curl', 'u']\nsubprocess.call(args)"
    text = calls(source)
    assert text_of(named(text, "subprocess.run").arguments[0]) == ["python", "-m", "pip", None]
    assert text_of(named(text, "subprocess.call").arguments[0]) == ["curl", "u"]


def spot_of(source: str, **given: object) -> Call:
    return named(calls("import os, sys\nfrom pathlib import Path\n" + source, **given), "use")  # type: ignore[arg-type]


def test_guards_are_the_tests_around_a_call() -> None:
    for source in (
        "if not os.path.exists('/m'):\n    use()",
        "if not Path('/m').is_file():\n    use()",
        "os.path.exists('/m') or use()",
        "def f():\n    if os.path.exists('/m'):\n        return\n    use()",
        "x = 1 if os.path.isfile('/m') else use()",
        "for i in a:\n    if os.path.exists('/m'):\n        continue\n    use()",
    ):
        [guard] = spot_of(source).spot.guards
        assert isinstance(guard, Not), source
        assert isinstance(guard.of, Exists)
        assert guard.of.path.text == "/m"


def test_an_import_that_fails_guards_its_handler() -> None:
    call = spot_of("try:\n    import pandas\nexcept ImportError:\n    use()")
    assert call.spot.guards == (Not(HasModule("pandas")),)
    assert call.spot.is_handler


def test_what_never_runs_is_dead() -> None:
    for source in (
        "sys.exit(0)\nuse()",
        "def f():\n    return 1\n    use()",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    use()",
        "if False:\n    use()",
        "if __name__ != '__main__':\n    use()",
        "if x:\n    sys.exit(1)\nelse:\n    raise ValueError\nuse()",
    ):
        assert spot_of(source).spot.is_dead, source
    assert not spot_of("if __name__ == '__main__':\n    use()").spot.is_dead
    assert spot_of("if __name__ == '__main__':\n    use()", is_main=False).spot.is_dead


def test_a_failure_is_handled_where_the_program_goes_on() -> None:
    assert spot_of("try:\n    use()\nexcept Exception:\n    pass").spot.is_handled
    assert spot_of("try:\n    use()\nexcept requests.RequestException as error:\n    print(error)").spot.is_handled
    assert spot_of("import contextlib\nwith contextlib.suppress(OSError):\n    use()").spot.is_handled
    for handler in (
        "except Exception:\n    raise",
        "except Exception:\n    sys.exit(1)",
        "except KeyError:\n    pass",
        "finally:\n    pass",
    ):
        assert not spot_of(f"try:\n    use()\n{handler}").spot.is_handled, handler


def test_an_environment_variable_decides_a_branch() -> None:
    [guard] = spot_of("if os.environ.get('UPDATE') == '1':\n    use()").spot.guards
    assert isinstance(guard, Known)
    assert (guard.outcome, guard.variables) == (False, ("UPDATE",))
    [guard] = spot_of("if 'UPDATE' in os.environ:\n    use()").spot.guards
    assert isinstance(guard, Known)
    assert not guard.outcome


def test_scopes_say_who_may_call_them() -> None:
    source = (
        "import flask, torch\napp = flask.Flask('x')\n@app.route('/')\ndef page(): pass\ndef plain(): pass\n@staticmethod\ndef still(): 0\n"
        "class Own:\n    def method(self): pass\n    def __call__(self): pass\nclass Net(torch.nn.Module):\n    def forward(self): pass\n"
    )
    offered = {scope.name: scope.is_offered for scope in calls(source).scopes[1:]}
    assert offered == {
        "page": True, "plain": False, "still": False, "Own": False, "method": False, "__call__": True, "Net": True, "forward": True,
    }  # fmt: skip


def test_comments_and_texts_are_no_calls() -> None:
    assert [call.name for call in calls("# requests.get('u')\nx = \"requests.get('u')\"\n'''\nrequests.get('u')\n'''\n").calls] == []


@pytest.mark.parametrize(
    "text",
    [
        "def f(:",
        "print 'x'",
        "a\0b",
        "(" * 1_000_000,
        "-" * 200_000 + "1",
        "a." * 5_000 + "a()",
        "1+" * 100_000 + "1",
        "lambda: " * 20_000 + "1",
        "if a:\n pass\n" + "elif b:\n pass\n" * 5_000,
        "x\n" * 400_000,
        "[" * 90 + "]" * 90 + "\n" + "f(" * 90 + ")" * 90 + " " * (3 << 20),
    ],
)
def test_what_is_not_understood_says_so(text: str) -> None:
    assert calls(text).not_understood


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "requests.get('u')\n" * 25_000,
        "".join(f"def f{number}():\n    return f{number + 1}()\n" for number in range(9_000)) + "f0().get('u')",
        "".join(f"a{number} = a{number + 1}\n" for number in range(40_000)) + "a0.get('u')",
        "a = b\nb = a\na.get('u')\n" * 9_000,
        "if x:\n    exit()\n" * 20_000 + "use()",
        "def f():\n    return f() or f() or f() or f()\nf().get()\n",
        "s = '\\d'\n",
    ],
)
def test_a_long_text_is_read_within_its_steps(text: str) -> None:
    read = calls(text)
    assert read.steps <= MOST_STEPS
    assert read.not_understood == ("its names refer to too many others" if read.is_bounded else "")


def test_names_that_are_given_something_often_are_followed_once() -> None:
    often = "x = 'a'\n" + "x = x.replace('a', 'b') + x\n" * 15 + "use(x)\n"
    assert calls(often).not_understood == ""
    either = "import os\nu = 'http://localhost:1/a'\nif os.getpid():\n    u = 'http://localhost:1/b'\nuse(u)\n"
    [use] = [call for call in calls(either).calls if call.name == "use"]
    assert isinstance(use.arguments[0], Value)
    assert (use.arguments[0].text, use.arguments[0].prefix) == (None, "http://localhost:1/")
