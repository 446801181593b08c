"""Services over HTTP: which adapters are in use, and how each is."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.api.addresses import BASE
from services.api.answers import as_json
from services.api.callers import Administrator
from services.api.models import Model
from services.bootstrap import Services
from services.capabilities import Capability, Checkup

Now = Annotated[bool, Query(description="Ask each of them now, which takes up to half a minute")]


class ServiceOut(BaseModel):
    """What does one thing for the product, and how it is."""

    name: str = Field(examples=["Documents"])
    adapter: str = Field(description="What is in use", examples=["Azure Blob Storage"])
    host: str | None = Field(
        description="Null on this machine", examples=["advisor.blob.core.windows.net"]
    )
    ok: bool | None = Field(description="Null when it was not asked", examples=[True])
    sentence: str | None = Field(description="How it is, for people", examples=["Answers."])
    milliseconds: int | None = Field(description="How long the answer took", examples=[35])


class ServiceList(Model):
    """Every service that is in use."""

    ok: bool | None = Field(description="Whether all are; null when they were not asked")
    services: list[ServiceOut]


def capabilities_router(services: Services) -> APIRouter:
    """Return the route ``/services``."""
    router = APIRouter(prefix="/services", tags=["oversight"])
    desk = services.capabilities

    @router.get("", response_model=ServiceList)
    def list_services(_: Administrator, check: Now = False) -> Response:
        """Return which adapter does what, and how each is when it is asked now."""
        return as_json(checked_list(desk.check()) if check else _named_list(desk.capabilities))

    return router


def checked_list(found: Sequence[Checkup]) -> ServiceList:
    """Return how services were found, in the words of the API."""
    listed = [
        _named(one.capability).model_copy(
            update={
                "ok": one.is_fine,
                "sentence": one.sentence,
                "milliseconds": one.milliseconds,
            }
        )
        for one in found
    ]
    return ServiceList(ok=all(one.is_fine for one in found), services=listed, links=_links())


def _named_list(capabilities: Iterable[Capability]) -> ServiceList:
    return ServiceList(ok=None, services=[*map(_named, capabilities)], links=_links())


def _named(one: Capability) -> ServiceOut:
    return ServiceOut(
        name=one.name,
        adapter=one.adapter,
        host=one.host or None,
        ok=None,
        sentence=None,
        milliseconds=None,
    )


def _links() -> dict[str, str]:
    return {"self": f"{BASE}/services"}
