/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection IDs that we have told a peer to write in its records
 * (RFC 9147 §4, §9). */
#ifndef ADTLS_RECORD_RECORD_CIDS_H
#define ADTLS_RECORD_RECORD_CIDS_H

#include <adtls/types.h>

/* Bytes of a CID of ours: enough for a random value that nobody else has. */
#define RECORD_CID_LEN_MAX 20
/* CIDs that a peer may write at one time: the one in use, and spare ones. */
#define RECORD_CIDS_MAX 8

struct record_cids {
	size_t len;		/* of each, and more than 0 */
	size_t count;
	size_t newest_used;	/* the place of the newest in authentic records */
	bool is_optional;	/* offered, but not yet negotiated */
	uint8_t values[RECORD_CIDS_MAX][RECORD_CID_LEN_MAX]; /* oldest first */
};

/* Sets *@out_place to the place of @cid. False: it is none of ours. */
bool record_cids_find(const struct record_cids *cids, adtls_bytes_t cid,
		      size_t *out_place);
/* Forget the oldest @count. */
void record_cids_forget(struct record_cids *cids, size_t count);

#endif
