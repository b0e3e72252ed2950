# The Python peer and the tests that use it (unittest modules):
#
#   script_tests += tests/peer/test_example.py
#   EXTRA_DIST += tests/peer/example.py

EXTRA_DIST += tests/peer/adtls_peer tests/peer/vectors.py
