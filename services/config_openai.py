"""The settings of the language model: a deployment of Azure OpenAI, or any server that speaks OpenAI's API."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, Field, model_validator

_ADDRESS = r"^(https?://\S+)?$"


class ModelSettings(BaseModel):
    """Who writes the sentences of insights; without an address the templates do."""

    openai_endpoint: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Azure OpenAI whose deployment writes sentences, such as https://NAME.openai.azure.com; "
        "empty: no language model",
    )
    openai_deployment: str = Field(default="", description="Its deployment")
    openai_api_version: str = Field(
        default="2024-10-21", pattern=r"^\d{4}-\d\d-\d\d(-preview)?$", description="Its API version"
    )
    openai_base_url: str = Field(
        default="",
        pattern=_ADDRESS,
        description="Another server that speaks OpenAI's API, such as http://127.0.0.1:11434/v1, in place of it",
    )
    openai_model: str = Field(default="", description="The model asked for there")
    openai_key: str = Field(
        default="",
        repr=False,
        description="Key of either; empty: the managed identity signs in to Azure, and nobody elsewhere",
    )
    openai_calls: int = Field(default=4, ge=1, le=16, description="Calls at once of one process")
    openai_seconds: float = Field(
        default=45, gt=0, le=600, description="Seconds a document waits for its sentences at most"
    )
    openai_tokens: int = Field(
        default=100_000, ge=1_000, description="Tokens a document takes for its sentences at most"
    )
    openai_input_price: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="What a million tokens of questions cost, for the accounts of each document; 0: not priced",
    )
    openai_output_price: Decimal = Field(
        default=Decimal(0), ge=0, description="What a million tokens of answers cost"
    )

    @model_validator(mode="after")
    def _names_one_model(self) -> Self:
        if self.openai_endpoint and self.openai_base_url:
            raise ValueError(
                "ADVISOR_OPENAI_ENDPOINT and ADVISOR_OPENAI_BASE_URL are two places for one model; set one of them"
            )
        if self.openai_endpoint and not self.openai_deployment:
            raise ValueError("ADVISOR_OPENAI_ENDPOINT needs ADVISOR_OPENAI_DEPLOYMENT")
        if self.openai_base_url and not self.openai_model:
            raise ValueError("ADVISOR_OPENAI_BASE_URL needs ADVISOR_OPENAI_MODEL")
        return self
