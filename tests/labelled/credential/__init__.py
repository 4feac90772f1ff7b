"""The parts of the credentials suite: values in the issuers' formats, their surroundings, and the cases themselves."""
