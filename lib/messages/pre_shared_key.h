/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pre_shared_key and psk_key_exchange_modes (RFC 8446 §4.2.9, §4.2.11). Each
 * reader stands beside its writer. */
#ifndef ADTLS_MESSAGES_PRE_SHARED_KEY_H
#define ADTLS_MESSAGES_PRE_SHARED_KEY_H

#include "base/wire.h"

/* Offers that we look at; what is behind them is checked for its form alone. A
 * client has one ticket and one PSK of its own, some a few tickets. */
#define PSK_OFFERS_MAX 8

#define PSK_BINDER_MIN 32	/* RFC 8446 §4.2.11 */

enum psk_mode {
	PSK_MODE_KE = 0,	/* without forward secrecy: never used */
	PSK_MODE_DHE_KE = 1
};

struct offered_psk {
	adtls_bytes_t identity;
	uint32_t obfuscated_age;
	adtls_bytes_t binder;
};

struct offered_psks {
	struct offered_psk items[PSK_OFFERS_MAX];
	size_t count;		/* of @items */
	size_t binders_len;	/* of the list with its length, at the end */
};

enum offered_psks_result {
	OFFERED_PSKS_OK,
	OFFERED_PSKS_MALFORMED,
	OFFERED_PSKS_UNEQUAL	/* not as many binders as identities */
};

/* ClientHello's. */
enum offered_psks_result offered_psks_read(adtls_bytes_t body,
					   struct offered_psks *out);
/* Identities with their ages, then binders of the given lengths, all zero: they
 * cover what stands before them, and are filled in last. */
void offered_psks_write(struct wire_writer *writer,
			const struct offered_psk *offers, size_t count);

/* ServerHello's selected_identity is one number: number_read(). */

/* psk_key_exchange_modes. */
bool psk_modes_read(adtls_bytes_t body, bool *out_has_dhe_ke);
void psk_modes_write(struct wire_writer *writer);

#endif
