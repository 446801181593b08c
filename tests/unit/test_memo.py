"""Results are kept while what they were made of stays the same, and no more of them than asked for."""

from services.memo import Memo


def test_a_result_is_made_once_a_key_and_the_oldest_makes_room():
    memo: Memo[int] = Memo(2)
    made = []

    def make(key):
        made.append(key)
        return len(made)

    assert [memo.get(key, lambda key=key: make(key)) for key in "aabab"] == [1, 1, 2, 1, 2]
    assert memo.get("c", lambda: make("c")) == 3
    assert memo.get("b", lambda: make("b")) == 2
    assert memo.get("a", lambda: make("a")) == 4
    assert made == ["a", "b", "c", "a"]
