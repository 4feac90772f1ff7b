"""The head of a page that needs nothing besides itself."""

from __future__ import annotations

from imginspect.report.html.markup import Markup, element


def head(title: str, policy: str, *styles: str) -> Markup:
    """The head of a page called *title*, with its Content Security Policy and its style sheets."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        *(element("style", Markup(style)) for style in styles),
    )
