/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The UDP socket under NSS, connected to one peer, which can lose what NSS
 * sends: the nth datagram, or all that a small path MTU would not carry.
 */
#ifndef ADTLS_NSS_LINK_H
#define ADTLS_NSS_LINK_H

#include <nspr.h>
#include <stdint.h>

struct nss_link {
	unsigned int mtu;      /* UDP payload bytes; 0: any size passes */
	unsigned int drop_nth; /* counted from 1; 0: none */
	unsigned int sent;     /* datagrams that NSS sent, lost ones included */
	unsigned int lost;
	unsigned int largest; /* bytes of the largest datagram not lost */
};

/* A socket connected to HOST:PORT, or NULL with PR_GetError(). */
PRFileDesc *nss_link_connect(struct nss_link *link, const char *host,
			     uint16_t port);

/* A loopback socket on the port (0: any) and the port it got, or NULL. */
PRFileDesc *nss_link_listen(struct nss_link *link, uint16_t port,
			    uint16_t *out_port);

/* Wait for a first datagram and connect to its source, leaving it unread. */
PRStatus nss_link_accept(PRFileDesc *socket, PRIntervalTime timeout);

#endif
