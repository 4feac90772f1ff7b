"""network: the commands and calls that use the network when a container starts, with the hosts they contact and their conditions."""
