"""How many wrong passwords are borne: so many at once, then one whenever an earlier one is forgotten.

Each failure is remembered for a while (GCRA, the generic cell rate algorithm of ITU-T I.371): a key needs one
moment only, the one at which all its failures are forgotten. An account is never locked for good, so that
nobody can lock another one out for long; a guesser gets about a hundred tries a day at one account.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64
"""What one customer of a provider has of IPv6 addresses counts as one address."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are borne at once, and one is forgotten after each such while."""

    failures: int
    forgotten_after: timedelta


PAIR = Limit(5, timedelta(minutes=3))
"""One name from one address."""
ADDRESS = Limit(20, timedelta(minutes=1))
"""All names from one address."""
NAME = Limit(100, timedelta(minutes=15))
"""One name from all addresses."""


def keys_of(name: str, address: str) -> dict[str, Limit]:
    """Return what a try counts against; names are hashed, for some type their password there."""
    named = hashlib.sha256(name.encode()).hexdigest()
    network = network_of(address)
    return {f"{named} {network}": PAIR, f"from {network}": ADDRESS, named: NAME}


def is_slowed(keys: Mapping[str, Limit], until: Mapping[str, datetime], now: datetime) -> bool:
    """Whether no further try is checked now."""
    return any(
        until.get(key, now) - now > (limit.failures - 1) * limit.forgotten_after
        for key, limit in keys.items()
    )


def after_failure(
    keys: Mapping[str, Limit], until: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    """Return when the failures under each key are forgotten after one more."""
    return {
        key: max(until.get(key, now), now) + limit.forgotten_after for key, limit in keys.items()
    }


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, the network of an IPv6 one, else what was given."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{int(found) >> _NETWORK_BITS:x}"
    return str(getattr(found, "ipv4_mapped", None) or found)
