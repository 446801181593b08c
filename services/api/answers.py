"""Writing answers: a model as JSON, and where a list goes on."""

from fastapi import Response
from pydantic import BaseModel

from services.api.addresses import address, cursor_of
from services.api.models import Pagination


def as_json(model: BaseModel) -> Response:
    """Return a model as it is, without the second validation that the framework would do."""
    return Response(model.model_dump_json(by_alias=True), media_type="application/json")


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
