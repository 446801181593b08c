"""Where a document may be fetched from: hosts that are allowed, at public addresses."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from httpx2 import URL, InvalidURL

from services.domain.errors import Forbidden, InvalidInput

HTTPS_PORT = 443
_TRANSLATED = tuple(
    IPv6Network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "2002::/16", "2001::/32")
)
"""IPv6 networks whose addresses stand for an IPv4 address, which might be a private one."""
_RELAYS = ip_network("192.88.99.0/24")
_OFF = (
    "Documents are taken as files here, not by address; an administrator names the hosts they may come "
    "from in ADVISOR_INGEST_HOSTS."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A host that documents may come from, and its port."""

    host: str
    port: int = HTTPS_PORT


def places(listed: str) -> frozenset[Place]:
    """Return the places of a list such as ``reports.example.com, files.example.com:8443``."""
    found = set()
    for entry in filter(None, map(str.strip, listed.lower().split(","))):
        host, _, port = entry.partition(":")
        found.add(Place(host, int(port or HTTPS_PORT)))
    return frozenset(found)


def checked(address: str, allowed: frozenset[Place]) -> URL:
    """Return an address that may be fetched.

    Raises InvalidInput for what is no plain https address, Forbidden for a host that is not allowed.
    """
    if not allowed:
        raise Forbidden(_OFF)
    try:
        url = URL(address)
    except InvalidURL as error:
        raise InvalidInput("This is no address of a document; use one such as https://…") from error
    if url.scheme != "https" or not url.host:
        raise InvalidInput("Only addresses that begin with https:// are fetched.")
    if url.userinfo:
        raise InvalidInput("An address with a user name or password in it is not fetched.")
    place = Place(url.raw_host.decode("ascii").lower(), url.port or HTTPS_PORT)
    if place not in allowed:
        raise Forbidden(
            f"Documents of {place.host}:{place.port} are not fetched; ADVISOR_INGEST_HOSTS names the hosts."
        )
    return url


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet and stands for no other."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_unicast(found) and found not in _RELAYS
    return (
        _is_unicast(found)
        and not found.is_site_local
        and found.ipv4_mapped is None
        and not any(found in network for network in _TRANSLATED)
    )


def _is_unicast(found: IPv4Address | IPv6Address) -> bool:
    return found.is_global and not (found.is_multicast or found.is_reserved)
