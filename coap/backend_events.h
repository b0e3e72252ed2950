/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engines of a session tell, told on to libcoap and applications. */
#ifndef ADTLS_COAP_BACKEND_EVENTS_H
#define ADTLS_COAP_BACKEND_EVENTS_H

#include "backend_session.h"

/* Send and handle all that there is. The session is held by the caller. */
void backend_events_handle(struct backend_session *session);
/* Tell of the end, unless it was told. @closed: the engine's last event; NULL:
 * libcoap ends the session. */
void backend_events_end(struct backend_session *session,
			const adtls_event_t *closed);

#endif
