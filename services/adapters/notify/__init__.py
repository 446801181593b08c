"""Ways out for notices: kept in the outbox only, a signed webhook, e-mail."""
