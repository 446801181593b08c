"""The source of documents that the settings allow."""

from services.adapters.fetch.https import HttpsSource
from services.adapters.fetch.places import places
from services.config import Settings


def source_of(settings: Settings) -> HttpsSource:
    """Return where documents named by address come from; from nowhere without ``ADVISOR_INGEST_HOSTS``."""
    return HttpsSource(places(settings.ingest_hosts), settings.max_upload_bytes)
