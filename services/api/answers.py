"""Writing answers: a model as JSON, and where a list goes on."""

from fastapi import Response
from pydantic import BaseModel

from services.api.addresses import address, cursor_of
from services.api.models import Pagination
from services.api.negotiation import tag_of


def as_json(model: BaseModel, status: int = 200, **headers: str) -> Response:
    """Return a model as it is, without the second validation that the framework would do."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = model.model_dump_json(by_alias=True)
    return Response(body, status, named, media_type="application/json")


def tagged(model: BaseModel) -> Response:
    """Return a thing as an act left it, with the entity tag that a GET of it has."""
    answer = as_json(model)
    answer.headers["etag"] = tag_of(bytes(answer.body))
    return answer


def accepted(model: BaseModel, monitor: str) -> Response:
    """Return what has been begun: 202, and where to ask how far it is."""
    where = {"location": monitor, "operation_location": monitor, "retry_after": "1"}
    return as_json(model, 202, **where)


def pages(
    path: str, asked: BaseModel, after: tuple[str | int, ...] | None
) -> tuple[Pagination, dict[str, str]]:
    """Return the pagination and the links of a page of a list that was asked for with these parameters.

    ``asked`` has a ``cursor``; ``after`` is the place of the page's last item, None on the last page.
    """
    given = asked.model_dump(mode="json", exclude={"cursor"})
    cursor = cursor_of(after)
    links = {"self": address(path, **given, cursor=getattr(asked, "cursor", None))}
    following = None if cursor is None else address(path, **given, cursor=cursor)
    if following is not None:
        links["next"] = following
    return Pagination(next=following), links
