"""How sure: of a fact from the evidence on its four parts, of an insight from its inputs; and the route."""
