# The Python peer, the relay and the vectors that it writes for the unit tests.

script_tests += \
	tests/peer/test_peer.py \
	tests/peer/test_tools.py

EXTRA_DIST += \
	tests/peer/adtls_peer \
	tests/peer/peer \
	tests/peer/relay \
	tests/peer/vectors.py \
	tests/peer/world.py
