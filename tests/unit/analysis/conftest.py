"""Every number in a sentence that a rule's test makes has to be one of the finding's own."""

from collections.abc import Iterator

import pytest

from services.analysis import service
from services.analysis.bound import unbound


@pytest.fixture(autouse=True)
def every_number_is_bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    loose: list[tuple[str, tuple[str, ...]]] = []

    def noted(finding, context):
        found = unbound(finding, context)
        loose.extend([(finding.template, found)] if found else [])
        return found

    monkeypatch.setattr(service, "unbound", noted)
    yield
    assert loose == []
