# Sources of lib/crypto, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/crypto/example.c \
#   	lib/crypto/example.h

libadtls_core_la_SOURCES += \
	lib/crypto/aead.c \
	lib/crypto/aead.h \
	lib/crypto/certificate.c \
	lib/crypto/certificate.h \
	lib/crypto/credentials.c \
	lib/crypto/credentials.h \
	lib/crypto/credentials_authorities.c \
	lib/crypto/credentials_load.c \
	lib/crypto/credentials_object.h \
	lib/crypto/credentials_pins.c \
	lib/crypto/credentials_psk.c \
	lib/crypto/credentials_psk.h \
	lib/crypto/credentials_revocation.c \
	lib/crypto/credentials_revocation.h \
	lib/crypto/credentials_rules.c \
	lib/crypto/credentials_trust_digest.c \
	lib/crypto/credentials_validate.c \
	lib/crypto/datum.c \
	lib/crypto/datum.h \
	lib/crypto/group.c \
	lib/crypto/group.h \
	lib/crypto/group_operations.h \
	lib/crypto/group_secp.c \
	lib/crypto/group_x25519.c \
	lib/crypto/group_x448.c \
	lib/crypto/hash.c \
	lib/crypto/hash.h \
	lib/crypto/hkdf.c \
	lib/crypto/key.h \
	lib/crypto/mask.c \
	lib/crypto/mask_aes.c \
	lib/crypto/mask_chacha20.c \
	lib/crypto/mask_cipher.h \
	lib/crypto/pem.c \
	lib/crypto/pem.h \
	lib/crypto/priority.c \
	lib/crypto/priority.h \
	lib/crypto/private_key.c \
	lib/crypto/public_key.c \
	lib/crypto/scheme.c \
	lib/crypto/signature.h \
	lib/crypto/suite.c \
	lib/crypto/suite.h
