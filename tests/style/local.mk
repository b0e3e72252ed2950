# The rules of docs/architecture.md and CONTRIBUTING.md, held by tests.

