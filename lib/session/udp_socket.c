/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server's UDP socket. */
#include "session/udp_socket.h"

#include "base/buffer.h"
#include "session/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Room for the address of ours, of either family. */
#define CONTROL_MAX CMSG_SPACE(sizeof(struct in6_pktinfo))

struct udp_slot {
	struct sockaddr_storage peer;
	struct iovec payload;
	size_t dirty;		/* bytes that ever were received here */
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_MAX];
};

/* Pages of the datagrams that are never written to cost nothing. */
struct udp_batch {
	struct mmsghdr messages[UDP_BATCH];
	struct udp_slot slots[UDP_BATCH];
	size_t first;		/* not sent yet */
	size_t count;
	uint8_t datagrams[UDP_BATCH][UDP_DATAGRAM_MAX];
};

static struct udp_batch *batch_new(void)
{
	struct udp_batch *batch = calloc(1, sizeof(*batch));

	for (size_t i = 0; batch != NULL && i < UDP_BATCH; i++) {
		struct udp_slot *slot = &batch->slots[i];

		slot->payload.iov_base = batch->datagrams[i];
		batch->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &slot->peer,
			.msg_iov = &slot->payload,
			.msg_iovlen = 1,
			.msg_control = slot->control,
		};
	}
	return batch;
}

static void batch_free(struct udp_batch *batch)
{
	for (size_t i = 0; batch != NULL && i < UDP_BATCH; i++)
		bytes_wipe(batch->datagrams[i], batch->slots[i].dirty);
	free(batch);
}

/* Where that cannot be had, answers leave from where the system thinks best. */
static void ask_for_own_address(const struct udp_socket *socket)
{
	int on = 1;

	if (socket->family == AF_INET6)
		(void)setsockopt(socket->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO,
				 &on, sizeof(on));
	if (socket->family == AF_INET)
		(void)setsockopt(socket->fd, IPPROTO_IP, IP_PKTINFO, &on,
				 sizeof(on));
}

int udp_socket_init(struct udp_socket *socket, int fd)
{
	struct sockaddr_storage own = { 0 };
	socklen_t len = sizeof(own);

	*socket = (struct udp_socket){ .fd = fd };
	if (getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return ADTLS_E_IO;
	socket->family = own.ss_family;
	ask_for_own_address(socket);
	socket->in = batch_new();
	socket->out = batch_new();
	return socket->in != NULL && socket->out != NULL ? ADTLS_OK :
							   ADTLS_E_MEMORY;
}

void udp_socket_clear(struct udp_socket *socket)
{
	batch_free(socket->in);
	batch_free(socket->out);
	socket->in = socket->out = NULL;
}

/* Whether receiving failed for one datagram only: an ICMP error about some
 * earlier one, which is known to nobody here and may be forged. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ||
	       error == ECONNREFUSED || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == EHOSTDOWN ||
	       error == ENOPROTOOPT || error == EPROTO || error == ENOBUFS ||
	       error == ENOMEM;
}

int udp_socket_receive(struct udp_socket *socket, size_t *out_count)
{
	struct udp_batch *batch = socket->in;
	int count;

	*out_count = 0;
	for (size_t i = 0; i < UDP_BATCH; i++) {
		struct msghdr *message = &batch->messages[i].msg_hdr;

		message->msg_namelen = sizeof(struct sockaddr_storage);
		message->msg_controllen = CONTROL_MAX;
		batch->slots[i].payload.iov_len = UDP_DATAGRAM_MAX;
	}
	count = recvmmsg(socket->fd, batch->messages, UDP_BATCH, MSG_DONTWAIT,
			 NULL);
	if (count < 0)
		return is_passing(errno) ? ADTLS_OK : ADTLS_E_IO;
	for (int i = 0; i < count; i++) {
		if (batch->messages[i].msg_len > batch->slots[i].dirty)
			batch->slots[i].dirty = batch->messages[i].msg_len;
	}
	*out_count = (size_t)count;
	return ADTLS_OK;
}

static void map_ipv4(struct in6_addr *out, const struct in_addr *address)
{
	*out = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&out->s6_addr[12], address, sizeof(*address));
}

/* Did an IPv4 datagram come before ask_for_own_address()? Then Linux names no
 * address, and its sender would seem to be another than that of the next. */
static bool came_too_early(const struct in6_addr *own)
{
	static const struct in_addr any = { .s_addr = INADDR_ANY };
	struct in6_addr none;

	map_ipv4(&none, &any);
	return IN6_ARE_ADDR_EQUAL(own, &none);
}

/* Our address that a datagram was sent to, unless that was to a group, which
 * nothing can be sent from. */
static bool own_address(struct msghdr *message, struct in6_addr *out)
{
	struct cmsghdr *control;
	struct in6_pktinfo info6;
	struct in_pktinfo info;

	for (control = CMSG_FIRSTHDR(message); control != NULL;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level == IPPROTO_IPV6 &&
		    control->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(control), sizeof(info6));
			*out = info6.ipi6_addr;
			return !IN6_IS_ADDR_MULTICAST(out);
		}
		if (control->cmsg_level == IPPROTO_IP &&
		    control->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(control), sizeof(info));
			map_ipv4(out, &info.ipi_spec_dst);
			return true;
		}
	}
	return false;
}

bool udp_socket_datagram(struct udp_socket *socket, size_t index,
			 uint8_t **out_datagram, size_t *out_len,
			 adtls_address_t *out_from)
{
	struct mmsghdr *message = &socket->in->messages[index];
	struct in6_addr own;

	*out_datagram = socket->in->datagrams[index];
	*out_len = message->msg_len;
	if (adtls_address_set(out_from, message->msg_hdr.msg_name,
			      message->msg_hdr.msg_namelen) != ADTLS_OK)
		return false;
	if (!own_address(&message->msg_hdr, &own))
		return true;
	if (came_too_early(&own))
		return false;
	address_append_own(out_from, &own);
	return true;
}

uint8_t *udp_socket_room(struct udp_socket *socket)
{
	struct udp_batch *batch = socket->out;

	return batch->count < UDP_BATCH ? batch->datagrams[batch->count] : NULL;
}

/* The interface is the system's to choose: by route, or the peer's scope. */
static void write_ipv6_info(struct msghdr *message, const struct in6_addr *own)
{
	struct in6_pktinfo info = { .ipi6_addr = *own };
	struct cmsghdr *control = message->msg_control;

	message->msg_controllen = CMSG_SPACE(sizeof(info));
	control->cmsg_level = IPPROTO_IPV6;
	control->cmsg_type = IPV6_PKTINFO;
	control->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(control), &info, sizeof(info));
}

static void write_ipv4_info(struct msghdr *message, const struct in6_addr *own)
{
	struct cmsghdr *control = message->msg_control;
	struct in_pktinfo info = { 0 };

	memcpy(&info.ipi_spec_dst, &own->s6_addr[12],
	       sizeof(info.ipi_spec_dst));
	message->msg_controllen = CMSG_SPACE(sizeof(info));
	control->cmsg_level = IPPROTO_IP;
	control->cmsg_type = IP_PKTINFO;
	control->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(control), &info, sizeof(info));
}

void udp_socket_add(struct udp_socket *socket, size_t len,
		    const adtls_address_t *to)
{
	struct udp_batch *batch = socket->out;
	struct udp_slot *slot = &batch->slots[batch->count];
	struct msghdr *message = &batch->messages[batch->count].msg_hdr;
	struct in6_addr own;

	message->msg_namelen = (socklen_t)adtls_address_get(
		to, socket->family, &slot->peer);
	message->msg_controllen = 0;
	slot->payload.iov_len = len;
	memset(slot->control, 0, sizeof(slot->control));
	message->msg_control = slot->control;
	if (!address_own(to, &own))
		message->msg_control = NULL;
	else if (socket->family == AF_INET6)
		write_ipv6_info(message, &own);
	else
		write_ipv4_info(message, &own);
	batch->count++;
}

/* The first that waits was not sent. An error may be that of an earlier
 * datagram, an ICMP message about it: then once more is enough. */
static void judge_error(struct udp_socket *socket, int error, bool *has_tried)
{
	if (error == EINTR)
		return;
	if (error == EAGAIN || error == EWOULDBLOCK) {
		socket->is_full = true;
		return;
	}
	if (is_passing(error) && error != ENOBUFS && !*has_tried) {
		*has_tried = true;
		return;
	}
	*has_tried = false;
	socket->lost++;
	socket->out->first++;
}

void udp_socket_send(struct udp_socket *socket)
{
	struct udp_batch *batch = socket->out;
	bool has_tried = false;
	int sent;

	socket->is_full = false;
	while (batch->first < batch->count && !socket->is_full) {
		sent = sendmmsg(socket->fd, batch->messages + batch->first,
				(unsigned)(batch->count - batch->first),
				MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0)
			batch->first += (size_t)sent;
		else
			judge_error(socket, errno, &has_tried);
	}
	if (batch->first == batch->count)
		batch->first = batch->count = 0;
}
