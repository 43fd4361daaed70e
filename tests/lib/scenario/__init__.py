"""The scenario language: one file scripts providers, clients and the daemon between them (tests/scenarios/README.md)."""
