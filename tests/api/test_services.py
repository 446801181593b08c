"""Services over HTTP: what is in use, and how it is when it is asked."""

import pytest

from services.domain.users import Role
from tests.callers import a_user

SERVICES = "/api/v1/services"


@pytest.fixture
def admin(as_user):
    return as_user(a_user(Role.ADMIN))


def test_the_administrator_reads_what_is_in_use_and_nothing_is_asked(services, admin, monkeypatch):
    monkeypatch.delattr("services.capabilities.CapabilityDesk.check")
    said = admin.get(SERVICES).json()
    assert said["ok"] is None
    assert said["services"][0] == {
        "name": "Documents", "adapter": "Files", "host": None, "ok": None, "sentence": None,
        "milliseconds": None,
    }  # fmt: skip
    assert len(said["services"]) == len(services.capabilities.capabilities)


def test_asked_now_each_says_how_it_is(services, admin):
    said = admin.get(SERVICES, params={"check": True}).json()
    assert said["ok"] is True
    assert all(one["ok"] and one["sentence"] for one in said["services"])
    documents = services.settings.data_dir / "documents"
    documents.rmdir()
    documents.write_text("no folder")
    said = admin.get(SERVICES, params={"check": True}).json()
    assert said["ok"] is False
    assert [one["name"] for one in said["services"] if not one["ok"]] == ["Documents"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_else_reads_it(as_user, role):
    assert as_user(a_user(role)).get(SERVICES).status_code == 403
