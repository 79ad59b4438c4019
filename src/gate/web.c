/* Owns the answers to requests, and what of the input belongs to them. */
#include "gate/web.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/linger.h"
#include "proto/http_reply.h"
#include "proto/http_upgrade.h"
#include "tls/open.h"
#include "tls/record.h"
#include "tls/seal.h"

#define WIRE_BYTES (2 * TLS_RECORD_MAX)
#define NO_PAGES "This port speaks WebSocket, for web clients of IRC; it has no pages"

struct web_space {
	uint8_t wire[WIRE_BYTES];
	uint8_t plain[HTTP_HEAD_BYTES + TLS_PLAIN_MAX + 1];
};

struct web {
	const struct web_needs *needs;
	int fd;
	bool has_tls;
	struct tls_keys keys;
	const char *failure;
	enum handshake_state state;
	struct web_result result;
};

/* The input so far. */
struct web_look {
	size_t n_wire;
	const char *plain;
	size_t n_plain;
	/* With TLS: the record of the last plain bytes, and the keys before and after it. */
	size_t record_wire; /* its place on the wire */
	size_t record_plain;
	size_t after_wire;
	struct tls_keys before;
	struct tls_keys after;
	enum http_status status; /* of the request */
	struct http_request request;
	const char *reason;
};

struct web_space *web_space_new(void)
{
	return mem_new(sizeof(struct web_space));
}

void web_space_free(struct web_space *space)
{
	if (space)
		explicit_bzero(space, sizeof(*space));
	free(space);
}

struct web *web_new(const struct web_needs *needs, int fd, const struct tls_keys *keys)
{
	struct web *web = mem_new(sizeof(*web));

	web->needs = needs;
	web->fd = fd;
	web->has_tls = keys;
	if (keys)
		web->keys = *keys;
	return web;
}

void web_free(struct web *web)
{
	if (!web)
		return;
	if (web->fd >= 0)
		close(web->fd);
	explicit_bzero(web, sizeof(*web));
	free(web);
}

const char *web_failure(const struct web *web)
{
	return web->failure;
}

/* Reading */

static void parse_request(struct web_look *look)
{
	look->reason = NULL;
	look->status = http_parse(look->plain, look->n_plain, &look->request, &look->reason);
}

static void add_head_record(
	struct web_look *look, const struct tls_opened *opened, const struct tls_keys *before)
{
	look->before = *before;
	look->record_wire = look->after_wire;
	look->record_plain = look->n_plain;
	look->n_plain += opened->length;
	parse_request(look);
}

/* Open records until the head is complete. False: the client has ended its TLS, or broken it. */
static bool open_head(struct web *web, struct web_look *look)
{
	struct web_space *space = web->needs->space;

	look->plain = (const char *) space->plain;
	look->after = web->keys;
	while (look->status == HTTP_STATUS_NONE && look->n_plain < HTTP_HEAD_BYTES) {
		struct tls_keys before = look->after;
		struct tls_opened opened =
			tls_open(web->needs->crypto, &look->after, space->wire + look->after_wire,
				look->n_wire - look->after_wire, space->plain + look->n_plain);

		if (opened.kind == TLS_OPENED_DATA)
			add_head_record(look, &opened, &before);
		explicit_bzero(&before, sizeof(before));
		if (opened.kind == TLS_OPENED_PARTIAL)
			return true;
		if (opened.kind != TLS_OPENED_DATA && opened.kind != TLS_OPENED_NOTHING)
			return false;
		look->after_wire += opened.taken;
	}
	return true;
}

static bool read_web_head(struct web *web, struct web_look *look)
{
	if (web->has_tls)
		return open_head(web, look);
	look->plain = (const char *) web->needs->space->wire;
	look->n_plain = look->n_wire;
	parse_request(look);
	return true;
}

/* Writing */

static uint64_t wall_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Append what travels: with TLS records, behind which the keys continue. */
static void seal_answer(const struct web *web, struct tls_keys *keys, const struct buffer *answer,
	struct buffer *out)
{
	const struct iovec piece = { answer->bytes, answer->length };
	size_t before = out->length, most;

	if (!web->has_tls) {
		buffer_put(out, answer->bytes, answer->length);
		return;
	}
	most = tls_sealed_bytes(keys, answer->length);
	out->length = before + tls_seal(web->needs->crypto, keys, &piece, 1,
				       (uint8_t *) buffer_extend(out, most));
}

static void seal_close(const struct web *web, struct tls_keys *keys, struct buffer *out)
{
	uint8_t alert[TLS_ALERT_MAX];

	if (web->has_tls)
		buffer_put(out, alert,
			tls_seal_alert(web->needs->crypto, keys, TLS_ALERT_CLOSE_NOTIFY, alert));
}

/* A new connection has room for an answer. False: it has not, or the client is gone. */
static bool send_sealed(const struct web *web, const struct buffer *bytes)
{
	return send(web->fd, bytes->bytes, bytes->length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t) bytes->length;
}

static enum handshake_state refuse_request(
	struct web *web, struct web_look *look, enum http_status status)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	bool is_parsed = look->status == HTTP_STATUS_OK;

	web->failure = look->reason ? look->reason : http_status_text(status);
	http_put_refusal(
		&answer, status, web->failure, wall_clock_ms(), is_parsed ? &look->request : NULL);
	seal_answer(web, &look->after, &answer, &sealed);
	seal_close(web, &look->after, &sealed);
	(void) send_sealed(web, &sealed);
	linger_begin(web->fd);
	return HANDSHAKE_STATE_LINGERS;
}

/* The request is done */

static bool drop_bytes(const struct web *web, size_t n_bytes)
{
	return recv(web->fd, NULL, n_bytes, MSG_DONTWAIT | MSG_TRUNC) == (ssize_t) n_bytes;
}

/* Remove the head. If it ends in the middle of a record, the record stays for papod. */
static bool take_head(struct web *web, const struct web_look *look)
{
	struct web_result *result = &web->result;

	if (!web->has_tls)
		return drop_bytes(web, look->request.head_bytes);
	if (look->request.head_bytes == look->n_plain) {
		result->keys = look->after;
		return drop_bytes(web, look->after_wire);
	}
	result->keys = look->before;
	result->n_skipped = (uint32_t) (look->request.head_bytes - look->record_plain);
	return !look->record_wire || drop_bytes(web, look->record_wire);
}

static enum handshake_state upgrade_client(struct web *web, struct web_look *look)
{
	static const char *const own_pages_only[] = { NULL };
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	struct http_upgrade upgrade;
	enum http_status status =
		http_check_upgrade(&look->request, own_pages_only, &upgrade, &look->reason);

	if (status != HTTP_STATUS_SWITCHING_PROTOCOLS)
		return refuse_request(web, look, status);
	http_put_upgrade(&answer, &upgrade);
	web->result.protocol = (uint8_t) upgrade.protocol;
	if (!take_head(web, look))
		return HANDSHAKE_STATE_ENDED;
	seal_answer(web, &web->result.keys, &answer, &sealed);
	return send_sealed(web, &sealed) ? HANDSHAKE_STATE_DONE : HANDSHAKE_STATE_ENDED;
}

static enum handshake_state handle_request(struct web *web, struct web_look *look)
{
	if (look->status == HTTP_STATUS_NONE && look->n_wire == WIRE_BYTES)
		return refuse_request(web, look, HTTP_STATUS_HEAD_TOO_LARGE);
	if (look->status == HTTP_STATUS_NONE)
		return HANDSHAKE_STATE_WANTS_INPUT;
	if (look->status != HTTP_STATUS_OK)
		return refuse_request(web, look, look->status);
	if (http_wants_websocket(&look->request))
		return upgrade_client(web, look);
	look->reason = NO_PAGES;
	return refuse_request(web, look, HTTP_STATUS_NOT_FOUND);
}

static enum handshake_state read_request(struct web *web, struct web_look *look)
{
	struct web_space *space = web->needs->space;
	ssize_t n = recv(web->fd, space->wire, WIRE_BYTES, MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return HANDSHAKE_STATE_WANTS_INPUT;
	if (n <= 0)
		return HANDSHAKE_STATE_ENDED;
	look->n_wire = (size_t) n;
	if (read_web_head(web, look))
		return handle_request(web, look);
	web->failure = "the client broke or ended its TLS";
	return HANDSHAKE_STATE_ENDED;
}

enum handshake_state web_go_on(struct web *web)
{
	struct web_look look = { 0 };

	if (web->state == HANDSHAKE_STATE_LINGERS)
		return linger_is_over(web->fd) ? HANDSHAKE_STATE_ENDED : HANDSHAKE_STATE_LINGERS;
	web->state = read_request(web, &look);
	explicit_bzero(&look, sizeof(look));
	return web->state;
}

void web_finish(struct web *web, struct web_result *ret_result, int *ret_fd)
{
	assert(web->state == HANDSHAKE_STATE_DONE);
	*ret_result = web->result;
	*ret_fd = TAKE_FD(web->fd);
	web_free(web);
}
