"""The Services page: what is in use, and how it is when the administrator asks."""

from services.domain.errors import Unavailable
from services.domain.users import Role
from tests.pages.conftest import texts


def test_only_the_administrator_opens_it(seeded, open_page):
    for role in set(Role) - {Role.ADMIN}:
        at = open_page("services", role)
        assert f"The role {role.value} may not open this page." in texts(at)
        assert not at.dataframe


def test_it_names_what_is_in_use_and_asks_nobody(seeded, open_page, monkeypatch):
    monkeypatch.delattr("services.capabilities.CapabilityDesk.check")
    table = open_page("services", Role.ADMIN).dataframe[0].value.set_index("For")
    assert list(table.loc["Documents"]) == ["Files", "this machine"]
    assert list(table.loc["Queues"]) == ["SQLite", "this machine"]


def test_a_check_shows_how_each_is(seeded, open_page):
    at = open_page("services", Role.ADMIN)
    at.button(key="check").click().run()
    assert "All services answer." in texts(at)
    table = at.dataframe[0].value.set_index("For")
    assert set(table["State"]) == {"fine"}
    assert "are free" in table.loc["Documents", "Says"]


def test_a_service_that_fails_is_told_first_with_what_to_do(seeded, open_page, monkeypatch):
    def failing(_self) -> str:
        raise Unavailable("Set ADVISOR_BLOB_KEY to *the* key.")

    monkeypatch.setattr("services.adapters.local.blobs.FileBlobStore.check", failing)
    at = open_page("services", Role.ADMIN)
    at.button(key="check").click().run()
    assert "All services answer." not in texts(at)
    assert "**Documents**" in at.error[0].value
    assert r"\*the\*" in at.error[0].value
    assert at.dataframe[0].value.set_index("For").loc["Documents", "State"] == "failed"
