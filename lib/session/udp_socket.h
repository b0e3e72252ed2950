/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server's UDP socket: datagrams in batches, each with its peer's address and
 * the one of ours that it was sent to, so that the answer leaves from there. */
#ifndef ADTLS_SESSION_UDP_SOCKET_H
#define ADTLS_SESSION_UDP_SOCKET_H

#include <adtls/endpoint.h>

/* The largest UDP payload: no datagram is cut. */
#define UDP_DATAGRAM_MAX 65535
/* Datagrams of one system call: enough that the call hardly counts, few enough
 * that timers and other work are never far. */
#define UDP_BATCH 32

struct udp_batch;	/* datagrams on their way in or out */

struct udp_socket {
	int fd;		/* the caller's */
	int family;
	struct udp_batch *in;
	struct udp_batch *out;
	bool is_full;	/* the system has no room to send just now */
	uint64_t lost;	/* datagrams that it refused to send */
};

/* Returns: ADTLS_OK, ADTLS_E_MEMORY or ADTLS_E_IO. */
int udp_socket_init(struct udp_socket *socket, int fd);
/* Wipes what it received. */
void udp_socket_clear(struct udp_socket *socket);

/* Receive what is there, at most UDP_BATCH datagrams; they stay until the next
 * call. Returns: ADTLS_OK, also with none; ADTLS_E_IO. */
int udp_socket_receive(struct udp_socket *socket, size_t *out_count);
/* The datagram @index of them, and where it came from. False: from nowhere that
 * could be answered. */
bool udp_socket_datagram(struct udp_socket *socket, size_t index,
			 uint8_t **out_datagram, size_t *out_len,
			 adtls_address_t *out_from);

/* Where the next datagram to be sent goes, UDP_DATAGRAM_MAX bytes; NULL: the
 * batch is full. */
uint8_t *udp_socket_room(struct udp_socket *socket);
/* It was written: @len bytes for @to. */
void udp_socket_add(struct udp_socket *socket, size_t len,
		    const adtls_address_t *to);
/* Send the batch. What the system refuses for reasons of one peer is lost, as
 * it may be anywhere on its way; what it has no room for waits (@is_full). */
void udp_socket_send(struct udp_socket *socket);

#endif
