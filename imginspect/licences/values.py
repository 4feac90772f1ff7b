"""The values of the licence analysis. Nothing here holds a key, a signature or a host id: excerpts are made from parsed fields."""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.rules.licence_products import LicenceProduct, VariableForm

_LONGEST_NAME = 200
"""Characters of a server's name in a message; the whole name is compared."""
_OWN_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "this_host"})


class Server(NamedTuple):
    """A licence server. *port* may be empty; *line* is 0 where the server is not named in a file."""

    host: str
    port: str = ""
    line: int = 0

    @property
    def is_own(self) -> bool:
        """Whether it is the container itself."""
        name = self.host.strip("[]").rstrip(".").lower()
        if name in _OWN_NAMES or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or address.is_unspecified

    def __str__(self) -> str:
        return f"{self.port}@{self.host[:_LONGEST_NAME]}"


class NamedPath(NamedTuple):
    """A file or directory that a variable names, as written."""

    path: str


class Online(NamedTuple):
    """A line that asks for a service on the internet; *what* names the keyword, not its value."""

    what: str
    line: int


class Term(NamedTuple):
    """One licence in a file. *expires* is None for one that is permanent or whose date could not be read (*expiry_unread*)."""

    name: str
    vendor: str
    line: int
    expires: date | None = None
    expiry_unread: bool = False
    node_locked: bool = False
    counted: bool = False


class LicenceText(NamedTuple):
    """What the text of a licence file says. *form* names the file format.

    *use_server* is the line that tells a client to leave everything to the server, 0 for none. *needs_server* is the line of a licence
    that only a server can count, where the file names none.
    """

    form: str
    servers: tuple[Server, ...] = ()
    online: tuple[Online, ...] = ()
    terms: tuple[Term, ...] = ()
    vendors: tuple[str, ...] = ()
    use_server: int = 0
    needs_server: int = 0
    is_cut: bool = False


class LicenceFile(NamedTuple):
    """A file that is a licence, by its name or by what names it. *text* is None where the content has no known format or was not read.

    *products* are those whose licence it can be, *named_by* the variables that name it. *opaque* is one whose content is known to name no
    server. *unread* says why the content is not known.
    """

    node: Node
    text: LicenceText | None
    products: tuple[LicenceProduct, ...]
    named_by: tuple[str, ...] = ()
    opaque: bool = False
    unread: str = ""


class NamedPlace(NamedTuple):
    """A path that a variable names and what is there: *node* is None where nothing is; *below* is the mount directory that it is in."""

    path: str
    node: Node | None
    below: str = ""
    unresolved: bool = False


class EnvironmentFact(NamedTuple):
    """A variable of the image's environment that leads to a licence. *products* is empty for a name that no product is known by."""

    name: str
    form: VariableForm
    products: tuple[LicenceProduct, ...]
    servers: tuple[Server, ...] = ()
    places: tuple[NamedPlace, ...] = ()

    @property
    def is_generic(self) -> bool:
        """Whether any product may read it."""
        return not self.products or any(product.generic for product in self.products)


class Installed(NamedTuple):
    """A product that is in the image, with the first of its files that shows it."""

    product: LicenceProduct
    marker: Node
