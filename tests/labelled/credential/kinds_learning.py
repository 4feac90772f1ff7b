"""Keys of machine learning services, in the formats that their issuers document."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean
from tests.labelled.credential.kinds import Decoy, Kind, placeholder, rows
from tests.labelled.credential.values import BASE36, BASE64URL, Values, unpadded

BASE32_LOWER = "abcdefghijklmnopqrstuvwxyz234567"


def gemini(v: Values) -> str:
    """37 bytes in URL-safe base64 behind ``AQ.``; the first ones are the same in all. Source: ai.google.dev, Gemini API keys."""
    return "AQ." + "Ab8RN6" + v.draw(BASE64URL, 43) + v.draw("AQgw", 1)


def minimax(v: Values) -> str:
    """Source: platform.minimax.io, quick start; the length is that of keys which it gives out."""
    return "sk-" + "api-" + v.url(119)


def devin_personal(v: Values) -> str:
    """Source: docs.devin.ai, authentication: personal keys are base64 of the mail's and the organisation's ids and a random part."""
    inner = f"email|{v.hex(24)}_org-{v.hex(32)}:{v.hex(32)}"
    return "apk_" + "user_" + base64.b64encode(inner.encode()).decode()


KINDS: tuple[Kind, ...] = (
    Kind("gemini-aq", "Gemini API key", "GEMINI_API_KEY", gemini, (s.dotenv, s.python, s.javascript, s.comment), (
        placeholder("AQ.your-gemini-key", s.dotenv),
        Decoy("short", "an entry of a list of questions", s.words, lambda v: "FAQ." + "Ab8RN6" + v.url(10)),
    )),
    # Source: docs.together.ai, authentication
    Kind("together", "Together API key", "TOGETHER_API_KEY", lambda v: "tgp_" + "v1_" + v.url(43), (s.dotenv, s.python_call, s.yaml, s.log), (
        placeholder("tgp_v1_your-api-key", s.python),
        Decoy("short", "too short for a key", s.words, lambda v: "tgp_" + "v1_" + v.url(12)),
    )),
    # Source: api-docs.deepseek.com, first call: sk- and 32 hexadecimal digits
    Kind("deepseek", "DeepSeek API key", "DEEPSEEK_API_KEY", lambda v: "sk-" + v.hex(32), (s.python_call, s.comment, s.bearer), (
        placeholder("sk-" + "x" * 32, s.dotenv),
        Decoy("inside", "tasks named by a digest", s.words, lambda v: "task-" + v.hex(32)),
    )),
    # Source: help.aliyun.com, Model Studio, API keys
    Kind("dashscope", "DashScope API key", "DASHSCOPE_API_KEY", lambda v: "sk-" + v.hex(32), (s.shell, s.python, s.notebook), (
        placeholder("sk-your-dashscope-key", s.shell),
        Decoy("inside", "disks named by a digest", s.words, lambda v: f"images/disk-{v.hex(32)}.qcow2"),
    )),
    # Source: platform.moonshot.cn, quick start: sk- and 48 letters and digits
    Kind("moonshot", "Moonshot API key", "MOONSHOT_API_KEY", lambda v: "sk-" + v.word(48), (s.dotenv, s.python, s.comment), (
        placeholder("sk-your-moonshot-key", s.python),
        Decoy("inside", "a style sheet's long class name", s.words, ".disk-usage-statistics-panel-of-the-administration-page-header-1"),
    )),
    # Source: platform.stability.ai, authentication
    Kind("stability", "Stability AI API key", "STABILITY_API_KEY", lambda v: "sk-" + v.word(48), (s.dotenv, s.python_call, s.bearer), (
        placeholder("sk-YOURAPIKEY", s.python_call),
        Decoy("variable", "a header with a variable", s.bearer, "$STABILITY_API_KEY"),
    )),
    Kind("minimax", "MiniMax API key", "MINIMAX_API_KEY", minimax, (s.dotenv, s.python, s.comment), (
        placeholder("sk-api-xxxx", s.dotenv),
        Decoy("name", "names of routes", s.words, "sk-api-gateway-routes-of-the-public-service"),
    )),
    # Source: docs.voyageai.com, API keys
    Kind("voyage", "Voyage AI API key", "VOYAGE_API_KEY", lambda v: "pa-" + v.url(43), (s.dotenv, s.python_call, s.yaml, s.comment), (
        placeholder("pa-your-api-key", s.dotenv),
        Decoy("name", "names of pages", s.words, "spa-assets-for-the-administration-single-page-app-v2"),
    )),
    # Source: docs.ollama.com, cloud: 32 hexadecimal digits, a dot and 24 characters
    Kind("ollama", "Ollama cloud API key", "OLLAMA_API_KEY", lambda v: f"{v.hex(32)}.{v.url(24)}", (s.dotenv, s.python, s.bearer), (
        placeholder("your_ollama_api_key", s.dotenv),
        Decoy("file", "a file named by its digest", s.words, lambda v: f"{v.hex(32)}.safetensors"),
    )),
    # Source: docs.firecrawl.dev, introduction
    Kind("firecrawl", "Firecrawl API key", "FIRECRAWL_API_KEY", lambda v: "fc-" + v.hex(32), (s.dotenv, s.python_call, s.comment), (
        placeholder("fc-YOUR_API_KEY", s.python_call),
        Decoy("inside", "channels named by a digest", s.words, lambda v: "rfc-" + v.hex(32)),
    )),
    # Source: cursor.com/docs, API keys: key_ and 64 hexadecimal digits
    Kind("cursor", "Cursor API key", "CURSOR_API_KEY", lambda v: "key_" + v.hex(64), (s.dotenv, s.shell, s.yaml), (
        placeholder("key_your_cursor_key", s.dotenv),
        Decoy("inside", "a cache's keys", s.words, lambda v: "cache_key_" + v.hex(64)),
    )),
    # Source: docs.devin.ai, authentication: the present form
    Kind("devin", "Devin API key", "DEVIN_API_KEY", lambda v: "cog_" + v.draw(BASE32_LOWER, 52), (s.dotenv, s.yaml, s.comment), (
        placeholder("cog_your_key", s.dotenv),
        Decoy("name", "names of functions", s.words, "cog_wheel_ratio_of_the_second_gearbox_and_its_output_shaft"),
    )),
    Kind("devin-personal", "Devin personal API key", "DEVIN_API_KEY", devin_personal, (s.dotenv, s.python), (
        placeholder("apk_user_xxx", s.dotenv),
        Decoy("name", "names of columns", s.words, "apk_user_installations_by_country_and_month"),
    )),
    # Source: docs.devin.ai, authentication: service keys of organisations, older than cog_
    Kind("devin-service", "Devin service API key", "DEVIN_API_KEY", lambda v: "apk_" + unpadded(v.bytes(66)).replace("-", "a").replace("_", "b"), (s.dotenv, s.as_json), (
        placeholder("apk_xxx", s.as_json),
        Decoy("short", "Android packages", s.words, lambda v: "apk_" + v.draw(BASE36, 16)),
    )),
)


def lookalikes() -> list[Case]:
    """Values with the shape of these keys inside longer ones."""
    v = Values("learning lookalikes")
    style = "".join(f".mask-{v.hex(32)}{{opacity:0.{n}}}\n" for n in range(5))
    return [
        clean("kind-sk-style", "a style sheet with generated names", "/srv/www/masks.css", style, topic="deepseek", place="list of names"),
        clean("kind-sk-longer", "a longer word with sk- inside", "/app/tasks.log", f"started risk-{v.word(60)}\n", topic="moonshot", place="log"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return [case for kind in KINDS for case in rows(kind)] + lookalikes()
