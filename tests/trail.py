"""What the audit trail holds of acts, without the entries that tell of requests."""

from services.bootstrap import Services


def acts_of(services: Services) -> list[str]:
    """Return the acts that are written down, oldest first, without what was only asked for or read."""
    told = [one.event.action for one in services.ports.audit.entries(limit=1000)][::-1]
    return [one for one in told if not one.startswith("request_")]
