/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The UDP socket under NSS, with an NSPR layer in front of it that counts and
 * loses datagrams.
 *
 * NSS has no MTU option: it steps from 1472 to 1252, 548 and 228 bytes when a
 * flight is lost for the third time, always to the step under its largest
 * datagram so far. A link with an MTU therefore loses the first three
 * datagrams too, so that NSS steps down while they are still small hellos.
 */
#include "nss_link.h"

#include <prerror.h>
#include <prnetdb.h>
#include <stdbool.h>
#include <string.h>

enum { DATAGRAMS_UNTIL_STEP = 3 };

static PRDescIdentity link_identity = PR_INVALID_IO_LAYER;
static PRIOMethods link_methods;

static bool link_loses(const struct nss_link *link, PRInt32 length)
{
	if (link->sent == link->drop_nth)
		return true;
	return link->mtu != 0 && (link->sent <= DATAGRAMS_UNTIL_STEP ||
				  length > (PRInt32)link->mtu);
}

static PRInt32 link_send(PRFileDesc *layer, const void *datagram,
			 PRInt32 length, PRIntn flags, PRIntervalTime timeout)
{
	struct nss_link *link = (struct nss_link *)layer->secret;
	PRFileDesc *lower = layer->lower;

	link->sent++;
	if (link_loses(link, length)) {
		link->lost++;
		return length;
	}
	if (length > (PRInt32)link->largest)
		link->largest = (unsigned int)length;
	return lower->methods->send(lower, datagram, length, flags, timeout);
}

/* Put the losing layer on a socket and make it non-blocking. */
static PRFileDesc *link_push(struct nss_link *link, PRFileDesc *socket)
{
	PRSocketOptionData option = { .option = PR_SockOpt_Nonblocking };
	PRFileDesc *layer;

	if (link_identity == PR_INVALID_IO_LAYER) {
		link_identity = PR_GetUniqueIdentity("adtls interop link");
		link_methods = *PR_GetDefaultIOMethods();
		link_methods.send = link_send;
	}
	option.value.non_blocking = PR_TRUE;
	layer = PR_CreateIOLayerStub(link_identity, &link_methods);
	if (layer == NULL || PR_SetSocketOption(socket, &option) != PR_SUCCESS)
		return NULL;
	layer->secret = (PRFilePrivate *)link;
	if (PR_PushIOLayer(socket, PR_TOP_IO_LAYER, layer) != PR_SUCCESS)
		return NULL;
	return socket;
}

PRFileDesc *nss_link_connect(struct nss_link *link, const char *host,
			     uint16_t port)
{
	PRAddrInfo *info =
		PR_GetAddrInfoByName(host, PR_AF_UNSPEC, PR_AI_ADDRCONFIG);
	PRFileDesc *socket = NULL;
	PRNetAddr address;

	if (info == NULL)
		return NULL;
	if (PR_EnumerateAddrInfo(NULL, info, port, &address) != NULL)
		socket = PR_OpenUDPSocket(PR_NetAddrFamily(&address));
	PR_FreeAddrInfo(info);
	if (socket == NULL ||
	    PR_Connect(socket, &address, PR_INTERVAL_NO_TIMEOUT) != PR_SUCCESS)
		return NULL;
	return link_push(link, socket);
}

PRFileDesc *nss_link_listen(struct nss_link *link, uint16_t port,
			    uint16_t *out_port)
{
	PRFileDesc *socket = PR_OpenUDPSocket(PR_AF_INET);
	PRNetAddr address;

	memset(&address, 0, sizeof(address));
	if (socket == NULL ||
	    PR_InitializeNetAddr(PR_IpAddrLoopback, port, &address) !=
		    PR_SUCCESS ||
	    PR_Bind(socket, &address) != PR_SUCCESS ||
	    PR_GetSockName(socket, &address) != PR_SUCCESS)
		return NULL;
	*out_port = PR_ntohs(address.inet.port);
	return link_push(link, socket);
}

PRStatus nss_link_accept(PRFileDesc *socket, PRIntervalTime timeout)
{
	PRPollDesc poll = { .fd = socket, .in_flags = PR_POLL_READ };
	PRNetAddr source;
	char byte;

	if (PR_Poll(&poll, 1, timeout) <= 0) {
		PR_SetError(PR_IO_TIMEOUT_ERROR, 0);
		return PR_FAILURE;
	}
	if (PR_RecvFrom(socket, &byte, sizeof(byte), PR_MSG_PEEK, &source,
			PR_INTERVAL_NO_WAIT) < 0)
		return PR_FAILURE;
	return PR_Connect(socket, &source, PR_INTERVAL_NO_TIMEOUT);
}
