"""The order of a build, checks, replication, and the commands."""
