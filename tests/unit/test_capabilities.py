"""All services are asked at once; one that fails, breaks or keeps silent hides none of the others."""

import threading

from services.adapters.capabilities import capabilities_of
from services.bootstrap import build
from services.capabilities import Capability, CapabilityDesk
from services.config import Settings
from services.domain.errors import Unavailable


def a_capability(name, check):
    return Capability(name, "Something", "example.org", check)


def failing():
    raise Unavailable("Set ADVISOR_X.")


def breaking():
    raise ZeroDivisionError


def test_each_is_told_in_the_order_of_the_table(caplog):
    desk = CapabilityDesk(
        [
            a_capability("fine", lambda: "Answers."),
            a_capability("failed", failing),
            a_capability("broken", breaking),
            a_capability("embedded", None),
        ]
    )
    found = desk.check()
    assert [(one.capability.name, one.is_fine) for one in found] == [
        ("fine", True), ("failed", False), ("broken", False), ("embedded", True),
    ]  # fmt: skip
    assert [one.sentence for one in found[:2]] == ["Answers.", "Set ADVISOR_X."]
    assert "ZeroDivisionError" in found[2].sentence
    assert "the check of broken broke" in caplog.text


def test_one_that_keeps_silent_is_not_waited_for():
    told = threading.Event()

    def silent() -> str:
        told.wait()
        return "Too late."

    desk = CapabilityDesk(
        [a_capability("silent", silent), a_capability("fine", lambda: "Answers.")], 2
    )
    silent_one, fine = desk.check()
    told.set()
    assert (silent_one.is_fine, fine.is_fine) == (False, True)
    assert "no answer" in silent_one.sentence


def test_a_service_that_cannot_be_asked_is_told_apart_from_a_part_of_the_product():
    rows = [Capability("Telemetry", "Something", host, None) for host in ("", "example.org")]
    ours, theirs = CapabilityDesk(rows).check()
    assert (ours.is_fine, theirs.is_fine) == (True, True)
    assert ours.sentence.startswith("Part of the product")
    assert theirs.sentence.startswith("It takes what it is sent and cannot be asked")


def test_all_are_asked_at_the_same_time():
    together = threading.Barrier(3, timeout=30)

    def meeting() -> str:
        together.wait()
        return "Answers."

    desk = CapabilityDesk([a_capability(str(n), meeting) for n in range(3)])
    assert [one.is_fine for one in desk.check()] == [True] * 3


def test_without_settings_everything_is_on_this_machine_and_answers():
    found = build().capabilities.check()
    assert [one.capability.name for one in found] == [
        "Documents", "Records", "Queues", "Audit trail", "Page layouts", "Cache", "Telemetry", "Sentences",
        "Secrets", "Notices", "Sign-in",
    ]  # fmt: skip
    assert {one.capability.host for one in found} == {""}
    assert all(one.is_fine for one in found)


def test_the_documents_folder_that_cannot_be_written_is_told(tmp_path):
    services = build(Settings(data_dir=tmp_path))
    (tmp_path / "documents").write_text("no folder")
    documents = services.capabilities.check()[0]
    assert not documents.is_fine
    assert "cannot be written" in documents.sentence


def test_a_host_is_named_without_what_is_secret_in_its_address():
    settings = Settings(
        notify="webhook",
        webhook_url="https://user:test-key@hooks.example.org:8443/x?sig=test-key",
        webhook_secret="test-secret-of-sixteen",
    )
    services = build(settings)
    rows = capabilities_of(
        settings, services.ports, services.cache, services.notifier, services.telemetry, None
    )
    notices = next(one for one in rows if one.name == "Notices")
    assert (notices.adapter, notices.host) == ("Webhook", "hooks.example.org:8443")


def test_an_adapter_here_is_not_called_one_on_azure_by_a_setting_alone():
    settings = Settings(blob_endpoint="https://test.blob.core.windows.net")
    embedded = build(Settings())
    rows = capabilities_of(
        settings, embedded.ports, embedded.cache, embedded.notifier, embedded.telemetry, None
    )
    documents = next(one for one in rows if one.name == "Documents")
    assert (documents.adapter, documents.host) == ("Files", "")
