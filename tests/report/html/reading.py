"""A page as html.parser reads it: whether it is balanced, and all that it holds."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset(("meta", "input", "br", "img", "link", "hr", "wbr", "base", "col", "embed", "source", "track", "area"))


class Page(HTMLParser):
    """*tags* are all that were opened, with their attributes; *text* is what they hold but for style and script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self._open: list[str] = []
        self._text: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], f"not closed: {self._open}"
        self.text = "".join(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {attrs}"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/> means nothing in HTML: {attrs}")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"nothing is open for </{tag}>"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.raw:
            self.raw[self._open[-1]].append(data)
        else:
            self._text.append(data)

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute wherever it stands."""
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]
