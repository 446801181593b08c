"""The CFO's summary: sentences verified anew, the company's brief, the group's overview, sign-offs."""
