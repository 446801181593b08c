"""Checked: what an adapter may offer beside its port, so that it can be asked how its service is."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Checked(Protocol):
    """An adapter that asks its service something real and cheap, within seconds and without changing anything."""

    def check(self) -> str:
        """Return how the service is, in a few words; raises Unavailable with what is wrong and what to do."""
        ...
