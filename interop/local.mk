# Tests against other people's DTLS 1.3, run by ./check and make check-interop;
# scripts that speak TAP:
#
#   interop_tests += interop/example.py
#
# Everything such a test needs in a release tarball:
#
#   EXTRA_DIST += interop/example.data

