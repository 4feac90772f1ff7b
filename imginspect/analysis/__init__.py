"""analysis: facts about an image (what starts, as whom, from which files). No verdicts, no severities."""
