# The Python peer, the relay, and adtls tested against them.

script_tests += \
	tests/peer/test_adtls.py \
	tests/peer/test_after_handshake.py \
	tests/peer/test_credentials.py \
	tests/peer/test_peer.py \
	tests/peer/test_psk.py \
	tests/peer/test_tools.py

EXTRA_DIST += \
	tests/peer/README.md \
	tests/peer/adtls_peer \
	tests/peer/peer \
	tests/peer/relay \
	tests/peer/vectors.py \
	tests/peer/world.py
