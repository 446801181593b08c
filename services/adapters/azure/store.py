"""The store of the settings' Cosmos DB."""

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.kept_answers import CosmosAnswers
from services.adapters.azure.listing import CosmosListing
from services.adapters.azure.outbox import CosmosOutbox
from services.adapters.azure.outgoing import CosmosOutgoing
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.config import Settings
from services.ports import AnswerStore, Store


def open_store(settings: Settings, answers: AnswerStore) -> Store:
    """Return the store; ``answers`` are those of what stays in the data folder. Nothing is asked of the service yet."""
    cosmos = Cosmos(settings)
    return Store(
        records=CosmosRecordStore(cosmos),
        listing=CosmosListing(cosmos),
        outbox=CosmosOutbox(cosmos, settings.lease_seconds),
        answers=CosmosAnswers(cosmos, answers),
        outgoing=CosmosOutgoing(cosmos),
        telling=CosmosTelling(cosmos),
    )
