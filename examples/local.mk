# Example programs. They see public headers only.

include examples/collector/local.mk
include examples/echo/local.mk
include examples/onboarding/local.mk
