"""The path of a report through the queues: what each message does, and what becomes of a delivery."""
