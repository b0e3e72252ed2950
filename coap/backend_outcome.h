/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came of a connection: told to the log and to the outcome handler. */
#ifndef ADTLS_COAP_BACKEND_OUTCOME_H
#define ADTLS_COAP_BACKEND_OUTCOME_H

#include "backend_session.h"

/* @closed: the engine's last event, for the alert; NULL: there is none. */
void backend_outcome_tell(const struct backend_session *session,
			  adtls_coap_outcome_type_t type,
			  const adtls_event_t *closed);

#endif
