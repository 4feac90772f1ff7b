"""licences: what in an image says how its software gets its licences: variables, licence files, products. No verdicts."""
