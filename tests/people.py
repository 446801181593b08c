"""The demo people of a fresh store, by their key."""

from services.sign_in.accounts import DEMO_PEOPLE

PEOPLE = {user.user_id.removeprefix("demo-"): user for user in DEMO_PEOPLE}
ANALYST, REVIEWER, SECOND_REVIEWER = (
    PEOPLE[key] for key in ("analyst", "reviewer", "second-reviewer")
)
