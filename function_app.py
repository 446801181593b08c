"""Azure Functions' entry: every function of the product (docs/deployment.md)."""

import azure.durable_functions as df

from services.functions.api import api
from services.functions.documents import documents
from services.functions.reviews import reviews
from services.functions.timers import timers

app = df.DFApp()
for blueprint in (api, documents, reviews, timers):
    app.register_functions(blueprint)
