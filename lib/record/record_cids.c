/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our connection IDs, as records carry them. */
#include "record/record_cids.h"

#include "base/buffer.h"

#include <string.h>

bool record_cids_find(const struct record_cids *cids, adtls_bytes_t cid,
		      size_t *out_place)
{
	for (size_t i = 0; i < cids->count; i++) {
		if (!bytes_equal(cid, bytes_of(cids->values[i], cids->len)))
			continue;
		*out_place = i;
		return true;
	}
	return false;
}

void record_cids_forget(struct record_cids *cids, size_t count)
{
	if (count > cids->count)
		count = cids->count;
	cids->count -= count;
	memmove(cids->values[0], cids->values[count],
		cids->count * sizeof(cids->values[0]));
	cids->newest_used =
		cids->newest_used > count ? cids->newest_used - count : 0;
}
