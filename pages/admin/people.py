"""People and tokens: who may sign in, with which role, to which companies' documents."""

import pandas as pd
import streamlit as st

from components import account_forms, frame
from components.format import when
from components.session import services
from services.domain.base import utc_now
from services.domain.identity import Account, AccountSource, ApiToken

_SOURCES = {
    AccountSource.LOCAL: "password",
    AccountSource.DEMO: "demo, no password",
    AccountSource.ENTRA: "Entra ID",
}


def _people(accounts: list[Account]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": [one.name for one in accounts],
            "Signs in as": [one.user_id for one in accounts],
            "E-mail": [one.email for one in accounts],
            "Role": [one.role.value for one in accounts],
            "Companies": [account_forms.companies_of(one.companies) for one in accounts],
            "By": [_SOURCES[one.source] for one in accounts],
            "State": ["active" if one.is_active else "disabled" for one in accounts],
        }
    )


def _state(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if token.is_valid(utc_now()) else "expired"


def _tokens(tokens: list[ApiToken]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Used by": [one.name for one in tokens],
            "Id": [one.token_id for one in tokens],
            "Role": [one.role.value for one in tokens],
            "Companies": [account_forms.companies_of(one.companies) for one in tokens],
            "Valid until": [when(one.expires_at) for one in tokens],
            "State": [_state(one) for one in tokens],
        }
    )


frame.header("People", "Who may sign in, as what, and whose documents they may know of.")
account_forms.show_what_was_done()
accounts, tokens = services().accounts.accounts(), services().tokens.tokens()
st.dataframe(_people(accounts), hide_index=True, alt="Accounts, oldest first")
with st.expander("Add a person", icon=":material/person_add:"):
    account_forms.show_add()
with st.expander("Change a person", icon=":material/manage_accounts:"):
    account_forms.show_changes(accounts)
    account_forms.show_demo_end(accounts)
frame.section("Tokens of programs")
if tokens:
    st.dataframe(_tokens(tokens), hide_index=True, alt="Tokens, oldest first")
else:
    frame.empty("No tokens yet", "A program that calls the API signs in with a token of its own.")
with st.expander("Make or revoke a token", icon=":material/key:"):
    account_forms.show_tokens(tokens)
