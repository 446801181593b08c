"""A table of figures as finance people set one: words to the left, numbers to the right."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st


def show_figures(
    table: pd.DataFrame | Mapping[str, Sequence[str]], words: Collection[str] = ()
) -> None:
    """Draw a table whole, without its index; ``words`` names the columns that hold no numbers."""
    right: Any = st.column_config.TextColumn(alignment="right")
    numbers = {str(name): right for name in table if name not in words}
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content", column_config=numbers)
