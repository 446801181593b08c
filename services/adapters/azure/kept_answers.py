"""Kept answers in Cosmos DB, in one commit with what they were given for; the data folder's where that is there alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.heads import Heads
from services.adapters.azure.reading import Reader
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.tables import partition_of_answer
from services.adapters.azure.whole import whole_of
from services.domain.answers import KEPT_FOR, KeptAnswer
from services.domain.base import utc_now
from services.domain.errors import Conflict
from services.domain.messages import Effects
from services.ports import AnswerStore


class CosmosAnswers:
    """An answer is kept where its act was written: with records here, else (accounts, tokens) with ``here``."""

    def __init__(
        self, cosmos: Cosmos, here: AnswerStore, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._cosmos = cosmos
        self._here = here
        self._clock = clock
        self._heads = Heads(cosmos)
        self._read = Reader(cosmos, self._heads)
        self._records = CosmosRecordStore(cosmos, clock)

    @contextmanager
    def together(self, *, alone: bool = False) -> Iterator[None]:
        """Make everything committed meanwhile one commit; what is in the data folder is committed behind it.

        Raises Conflict at the end where somebody else changed meanwhile what was read and changed here.
        """
        with self._here.together(alone=alone), self._heads.together():
            yield

    def kept(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer that is not older than it is kept for."""
        found = self._stored(answer_id)
        return self._here.kept(answer_id) if found is None or self._is_over(found) else found

    def keep(self, answer: KeptAnswer) -> None:
        """Write an answer; raises Conflict when one with its id is kept. Cosmos DB drops it when its time is over."""
        whole = whole_of(self._cosmos)
        if whole is None or not whole.states:
            self._here.keep(answer)
            return
        found = self._stored(answer.answer_id)
        if found is not None and not self._is_over(found):
            raise Conflict("An answer with this key is kept already.")
        written = Effects(creates=(answer,)) if found is None else Effects(records=(answer,))
        self._records.commit(written)

    def _stored(self, answer_id: str) -> KeptAnswer | None:
        found = self._read.of(KeptAnswer, partition_of_answer(answer_id))
        return next(iter(found), None)

    def _is_over(self, answer: KeptAnswer) -> bool:
        return self._clock() - answer.made_at >= KEPT_FOR
