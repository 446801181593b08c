"""Pictures of pages, recognised in limited children: two at a time, a fresh one for every few pages."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.adapters.local.child import Child, ChildDied
from services.adapters.local.wire import unpack_pages
from services.domain.layout import PageLayout
from services.ports import OnPage

OCR_CHILD = "services.adapters.local.ocr_child"
AT_ONCE = 2
PAGES_A_CHILD = 8  # a child has a minute, a page at worst some seconds


class PictureReader:
    """Recognises pages of one PDF."""

    def __init__(self, data: bytes, wall_seconds: float) -> None:
        self._data = data
        self._wall_seconds = wall_seconds

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return those of the given pages that are mostly pictures or outlines."""
        with Child(OCR_CHILD, self._wall_seconds) as child:
            child.ask("open", {}, self._data)
            body, _ = child.ask("pictured", {"numbers": list(numbers)})
        return [int(number) for number in body["numbers"]]

    def read(self, op: str, numbers: Sequence[int], on_page: OnPage | None) -> list[PageLayout]:
        """Return the answers to ``op`` ('glance' or 'recognise') on the pages, in the order asked.

        A page that breaks its child has no words. ``on_page`` is called in the caller's thread.
        """
        size = max(1, min(PAGES_A_CHILD, -(-len(numbers) // AT_ONCE)))
        parts = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        done = 0
        pages: list[PageLayout] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for read in pool.map(lambda part: self._part(op, part), parts):
                pages += read
                done += len(read)
                if on_page is not None:
                    on_page(done, len(numbers))
        return pages

    def _part(self, op: str, numbers: Sequence[int]) -> list[PageLayout]:
        """Read some pages in one child; where it dies, the pages before and behind in others."""
        try:
            with Child(OCR_CHILD, self._wall_seconds) as child:
                child.ask("open", {}, self._data)
                return unpack_pages(*child.ask(op, {"numbers": list(numbers)}))
        except ChildDied as death:
            at = min(death.done, len(numbers) - 1)
            before, behind = numbers[:at], numbers[at + 1 :]
            broken = PageLayout(numbers[at], 0.0, 0.0, (), recognised=True)
            return [
                *(self._part(op, before) if before else ()),
                broken,
                *(self._part(op, behind) if behind else ()),
            ]
