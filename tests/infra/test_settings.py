"""The template and the product know the same settings."""

import re
from pathlib import Path

from services.config import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = "".join(path.read_text() for path in sorted((ROOT / "infra").rglob("*.bicep")))
KNOWN = {name.upper() for name in Settings.model_fields}

# What the template leaves at its default, and why.
LEFT = {
    "the identity signs in instead": {
        "BLOB_KEY", "TABLE_KEY", "COSMOS_KEY", "SERVICE_BUS_CONNECTION", "DOCUMENT_INTELLIGENCE_KEY",
        "OPENAI_KEY",
    },
    "notices leave through the Logic App": {
        "WEBHOOK_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_STARTTLS", "SMTP_USER", "SMTP_PASSWORD", "SMTP_SENDER",
        "SMTP_MAILBOX",
    },
    "the default fits every installation": {
        "RATE_LIMIT_PER_SECOND", "WORKERS", "MAX_UPLOAD_BYTES", "MAX_PAGE_IMAGE_BYTES",
        "REVIEW_CLAIM_MINUTES", "ENTRA_AUTHORITY", "DOCUMENT_INTELLIGENCE_CALLS",
        "OPENAI_API_VERSION", "OPENAI_CALLS", "OPENAI_SECONDS", "OPENAI_TOKENS",
    },
    "Azure OpenAI is used": {"OPENAI_BASE_URL", "OPENAI_MODEL"},
    "prices are those of a contract": {"OPENAI_INPUT_PRICE", "OPENAI_OUTPUT_PRICE"},
    "put into the Key Vault by hand, once": {"CHECKPOINT_KEY"},
    "Azure's certificates are known": {"AZURE_CA_FILE"},
}  # fmt: skip


def set_by(text: str) -> set[str]:
    """Give the settings that a template sets: as variables, or as secrets in the Key Vault."""
    variables = re.findall(r"name: 'ADVISOR_([A-Z_]+)'", text)
    secrets = [name.replace("-", "_") for name in re.findall(r"name: 'ADVISOR-([A-Z-]+)'", text)]
    return {*variables, *secrets}


def disagreements(text: str) -> list[str]:
    """Say which settings are set by nobody, are unknown to the product, or are set and listed as left."""
    left = set().union(*LEFT.values())
    given = set_by(text)
    return [
        *(f"ADVISOR_{name} is neither set nor listed" for name in sorted(KNOWN - given - left)),
        *(f"ADVISOR_{name} is no setting" for name in sorted((given | left) - KNOWN)),
        *(f"ADVISOR_{name} is set and listed as left" for name in sorted(given & left)),
    ]


def test_every_setting_is_set_by_the_template_or_left_for_a_reason():
    assert disagreements(TEXT) == []


def test_a_setting_that_is_forgotten_misspelt_or_set_twice_is_found():
    assert disagreements(TEXT.replace("ADVISOR_BLOB_ENDPOINT", "ADVISOR_BLOB_ENDPIONT")) == [
        "ADVISOR_BLOB_ENDPOINT is neither set nor listed",
        "ADVISOR_BLOB_ENDPIONT is no setting",
    ]
    assert disagreements(f"{TEXT}\n  name: 'ADVISOR-BLOB-KEY'") == [
        "ADVISOR_BLOB_KEY is set and listed as left"
    ]


def test_no_secret_is_a_plain_variable():
    """Application Insights' connection string only lets telemetry in; everything else secret is in the vault."""
    secret = {name.upper() for name, one in Settings.model_fields.items() if not one.repr}
    plain = set(re.findall(r"name: 'ADVISOR_([A-Z_]+)'", TEXT))
    assert secret & plain == {"APP_INSIGHTS_CONNECTION_STRING"}
    assert secret & set_by("name: 'ADVISOR_REDIS_URL'") == {"REDIS_URL"}
