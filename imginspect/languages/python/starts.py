"""What calls of Python programs start: commands, other Python files, and modules under names that are not known."""

from __future__ import annotations

from imginspect.languages.calls import Call, Command, as_command
from imginspect.languages.values import Value

_SHELL_CALLS = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "get_ipython.system"}
    | {"get_ipython.getoutput", "commands.getoutput", "system", "shell", "pipe"}
)
_WORD_CALLS = frozenset(
    {"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen", "pty.spawn", "os.execv"}
    | {"os.execve", "os.execvp", "os.execvpe", "os.spawnv", "os.spawnvp", "sh.Command"}
)
_SPREAD_CALLS = frozenset({"os.execl", "os.execle", "os.execlp", "os.execlpe", "asyncio.create_subprocess_exec"})
_IMPORTING = ("importlib.import_module", "__import__", "runpy.run_module")


def command_of(call: Call) -> Command:
    """The command that a call starts."""
    name = call.name
    argument = call.argument(0, "args", "cmd", "command")
    if name in _SHELL_CALLS:
        return as_command(argument)
    if name in _SPREAD_CALLS:
        words = tuple(value for value in call.arguments if isinstance(value, Value))
        return words if name.startswith("asyncio") else (words[:1] + words[2:])
    if name not in _WORD_CALLS:
        return None
    if name in ("os.execv", "os.execve", "os.execvp", "os.execvpe"):
        argument = call.argument(1)
    elif name.startswith("os.spawn"):
        argument = call.argument(2)
    return argument if isinstance(argument, tuple) else as_command(argument)


def module_of(call: Call) -> Value | None:
    """The name of the module that a call imports; None where it imports none."""
    name = call.argument(0, "name", "mod_name") if call.name in _IMPORTING else None
    return name if isinstance(name, Value) else None


def is_import_unknown(call: Call) -> bool:
    """Whether the call imports a module of which not even the package is known."""
    name = module_of(call)
    return name is not None and name.text is None and "." not in name.prefix.lstrip(".")


def script_of(call: Call) -> Value | None:
    """The Python file that a call runs; None where it runs none."""
    if call.name in ("runpy.run_path", "execfile"):
        path = call.argument(0, "path_name")
        return path if isinstance(path, Value) else None
    if call.name == "exec" and call.arguments and isinstance(call.arguments[0], Value) and call.arguments[0].text is None:
        return call.arguments[0]
    return None
