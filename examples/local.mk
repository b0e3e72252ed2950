# Example programs. They see public headers only.

include examples/echo/local.mk
include examples/onboarding/local.mk
