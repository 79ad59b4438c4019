/* Owns the answers to requests, and what of the input belongs to them. */
#include "gate/web.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/linger.h"
#include "gate/web_output.h"
#include "net/loop.h"
#include "proto/http_reply.h"
#include "proto/http_upgrade.h"
#include "tls/open.h"
#include "tls/record.h"

/* Browsers use one or two. */
#define MOST_RECORDS 512

/* Of a file, in bytes; the largest that fits into a record. */
#define PART_BYTES TLS_PLAIN_MAX
#define PARTS_AT_ONCE 8

/* Of a body: a client that sends less in the time of a request is too slow. */
#define BODY_PART_BYTES 32768

struct web_space {
	uint8_t wire[TLS_RECORD_MAX];
	uint8_t plain[TLS_PLAIN_MAX + 1];
};

struct web {
	const struct web_needs *needs;
	int fd;
	bool has_tls;
	struct tls_keys keys;
	struct buffer head; /* of the request, as far as it has arrived */
	uint32_t n_records; /* which it came in */
	struct web_output out;
	int page_fd;	    /* of the file that is sent; -1: none */
	uint64_t page_left; /* bytes of it that were not put yet */
	uint64_t n_parts;   /* of it, sent before; or of an upload that were received */
	struct errand_peer peer;
	struct errand *errand; /* NULL: the request is for a page */
	uint64_t n_received;   /* bytes of its body */
	bool has_body;	       /* the input is the body */
	bool has_unread;
	const char *failure;
	enum handshake_state state;
	struct web_result result;
};

/* A piece of the head, still in the kernel. */
struct web_piece {
	const char *bytes;
	size_t length;
	size_t wire_length;
	struct tls_keys after; /* with TLS: the keys of the next record */
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

struct web *web_new(const struct web_needs *needs, int fd, const struct tls_keys *keys,
	const struct errand_peer *peer)
{
	struct web *web = mem_new(sizeof(*web));

	web->needs = needs;
	web->fd = fd;
	web->out.fd = fd;
	web->page_fd = -1;
	web->head.is_secret = true; /* it may have a password */
	web->has_tls = keys;
	if (peer)
		web->peer = *peer;
	if (keys) {
		web->keys = *keys;
		web->out.keys = &web->keys;
		web->out.crypto = needs->crypto;
	}
	return web;
}

void web_free(struct web *web)
{
	if (!web)
		return;
	if (web->fd >= 0)
		close(web->fd);
	if (web->page_fd >= 0)
		close(web->page_fd);
	errand_free(web->errand);
	buffer_done(&web->head);
	buffer_done(&web->out.bytes);
	if (web->has_tls)
		tls_keys_wipe(web->needs->crypto, &web->keys);
	explicit_bzero(&web->result, sizeof(web->result));
	free(web);
}

const char *web_failure(const struct web *web)
{
	return web->failure;
}

uint64_t web_parts(const struct web *web)
{
	return web->n_parts;
}

bool web_has_unread(const struct web *web)
{
	return web->has_unread;
}

/* The next part of the file. False: it has become shorter, so the answer cannot be completed. */
static bool put_part(struct web *web)
{
	uint8_t *bytes = web->needs->space->plain;
	size_t most = web->page_left < PART_BYTES ? web->page_left : PART_BYTES;
	ssize_t n = read(web->page_fd, bytes, most);

	if (n <= 0 || !web_output_put(&web->out, bytes, (size_t) n))
		return false;
	web->n_parts++;
	web->page_left -= (uint64_t) n;
	if (!web->page_left)
		web_output_close(&web->out);
	return true;
}

static enum handshake_state take_step(
	struct web *web, enum errand_step step, const struct buffer *answer)
{
	if (answer->length && !web_output_put(&web->out, answer->bytes, answer->length))
		return HANDSHAKE_STATE_ENDED;
	switch (step) {
	case ERRAND_STEP_ANSWERED:
		errand_free(TAKE(web->errand));
		web_output_close(&web->out);
		return HANDSHAKE_STATE_WANTS_OUTPUT;
	case ERRAND_STEP_PART:
	case ERRAND_STEP_FILE:
		web->n_parts++;
		return HANDSHAKE_STATE_WANTS_OUTPUT;
	case ERRAND_STEP_ASKS: /* papod has a time of its own */
		web->n_parts++;
		return HANDSHAKE_STATE_ASKS;
	case ERRAND_STEP_RECEIVES:
		web->has_body = true;
		/* A new connection has room for an answer that goes on. */
		return web_output_send(&web->out) == 0 ? HANDSHAKE_STATE_WANTS_INPUT
						       : HANDSHAKE_STATE_ENDED;
	}
	return HANDSHAKE_STATE_ENDED;
}

static enum handshake_state put_next_part(struct web *web)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };

	if (web->errand)
		return take_step(web, web->errand->kind->go_on(web->errand, &answer), &answer);
	return put_part(web) ? HANDSHAKE_STATE_WANTS_OUTPUT : HANDSHAKE_STATE_ENDED;
}

/* Some parts at a time, so that other clients are served in between. */
static enum handshake_state send_more(struct web *web)
{
	enum handshake_state state = HANDSHAKE_STATE_WANTS_OUTPUT;

	for (int i = 0; i < PARTS_AT_ONCE && state == HANDSHAKE_STATE_WANTS_OUTPUT; i++) {
		int error = web_output_send(&web->out);

		if (error)
			return error == -EAGAIN ? HANDSHAKE_STATE_WANTS_OUTPUT
						: HANDSHAKE_STATE_ENDED;
		if (web->out.has_closed) {
			linger_begin(web->fd);
			return HANDSHAKE_STATE_LINGERS;
		}
		state = put_next_part(web);
	}
	return state;
}

/* The request is NULL if it was not understood. */
static enum handshake_state refuse_request(struct web *web, enum http_status status,
	const char *reason, const struct http_request *request)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };

	if (status != HTTP_STATUS_NOT_FOUND)
		web->failure = reason;
	http_put_refusal(&answer, status, reason, loop_wall_ms(), request);
	if (!web_output_put(&web->out, answer.bytes, answer.length))
		return HANDSHAKE_STATE_ENDED;
	web_output_close(&web->out);
	return send_more(web);
}

void web_time_out(struct web *web)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };

	if (web->errand) {
		web->errand->kind->time_out(web->errand, &answer);
		if (web_output_put(&web->out, answer.bytes, answer.length))
			(void) web_output_send(&web->out);
		return;
	}
	if (web->state == HANDSHAKE_STATE_WANTS_INPUT)
		(void) refuse_request(web, HTTP_STATUS_TIMEOUT, "The request took too long", NULL);
}

/* Pages */

/* The kernel takes a little more than it can send, so time limits measure how fast the client
 * reads. */
static void limit_unsent(int fd)
{
	const int bytes = 2 * PART_BYTES;

	(void) setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes));
}

/* Takes ownership of the descriptor. */
static enum handshake_state send_page(
	struct web *web, const struct http_request *request, const struct page *page)
{
	CLEANUP(buffer_done) struct buffer head = { 0 };
	char etag[HTTP_ETAG_BYTES];
	struct http_reply reply = {
		.status = HTTP_STATUS_OK,
		.wall_ms = loop_wall_ms(),
		.content_type = page->content_type,
		.content_length = page->size,
		.encoding = page->encoding,
		.varies = page->varies,
		.etag = etag,
		.closes = true,
	};

	web->page_fd = page->fd;
	http_format_etag(page->size, page->changed_ns, page->encoding, etag);
	if (http_has_version(request, etag)) {
		reply.status = HTTP_STATUS_NOT_MODIFIED;
		reply.content_type = NULL;
	} else if (!request->is_head) {
		web->page_left = page->size;
	}
	limit_unsent(web->fd);
	http_put_head(&head, &reply);
	if (!web_output_put(&web->out, head.bytes, head.length))
		return HANDSHAKE_STATE_ENDED;
	if (!web->page_left)
		web_output_close(&web->out);
	else if (!put_part(web))
		return HANDSHAKE_STATE_ENDED;
	return send_more(web);
}

static enum handshake_state answer_with_page(struct web *web, const struct http_request *request)
{
	struct page page;
	const char *reason;
	enum http_status status = page_open(&web->needs->site->pages, request, &page, &reason);

	if (status != HTTP_STATUS_OK)
		return refuse_request(web, status, reason, request);
	return send_page(web, request, &page);
}

/* Errands */

/* The rest of a file whose head is in the answer. */
static bool begin_part(struct web *web, const struct errand_answer *part)
{
	web->page_fd = part->fd;
	web->page_left = part->length;
	limit_unsent(web->fd);
	return put_part(web);
}

static enum errand_step begin_errand(
	struct web *web, const struct http_request *request, struct errand_answer *answer)
{
	const struct web_needs *needs = web->needs;

	if (upload_request_is(needs->uploads->site, request))
		return upload_request_begin(
			needs->uploads, &web->peer, request, answer, &web->errand);
	return passed_request_begin(needs->passed, &web->peer, request, answer, &web->errand);
}

static enum handshake_state answer_errand(struct web *web, const struct http_request *request)
{
	struct errand_answer answer = { .fd = -1 };
	enum errand_step step = begin_errand(web, request, &answer);
	enum handshake_state state = take_step(web, step, &answer.head);

	buffer_done(&answer.head);
	if (step == ERRAND_STEP_FILE && !begin_part(web, &answer))
		state = HANDSHAKE_STATE_ENDED;
	return state == HANDSHAKE_STATE_WANTS_OUTPUT ? send_more(web) : state;
}

static enum handshake_state take_body(struct web *web, const char *bytes, size_t length)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	enum errand_step step = web->errand->kind->take(web->errand, bytes, length, &answer);
	enum handshake_state state;

	web->n_received += length;
	web->n_parts = web->n_received / BODY_PART_BYTES;
	if (step == ERRAND_STEP_RECEIVES)
		return HANDSHAKE_STATE_WANTS_INPUT;
	state = take_step(web, step, &answer);
	return state == HANDSHAKE_STATE_WANTS_OUTPUT ? send_more(web) : state;
}

/* Requests */

static bool drop_bytes(const struct web *web, size_t n_bytes)
{
	return recv(web->fd, NULL, n_bytes, MSG_DONTWAIT | MSG_TRUNC) == (ssize_t) n_bytes;
}

/* Remove the end of the head: n_bytes of the piece. A record with more stays for papod. */
static bool drop_end_of_head(struct web *web, const struct web_piece *piece, size_t n_bytes)
{
	if (!web->has_tls)
		return drop_bytes(web, n_bytes);
	if (n_bytes == piece->length) {
		web->keys = piece->after;
		return drop_bytes(web, piece->wire_length);
	}
	web->result.n_skipped = (uint32_t) n_bytes;
	return true;
}

static enum handshake_state upgrade_client(struct web *web, const struct http_request *request,
	const struct web_piece *piece, size_t n_bytes)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	struct http_upgrade upgrade;
	const char *reason;
	enum http_status status =
		http_check_upgrade(request, web->needs->site->origins, &upgrade, &reason);

	if (status != HTTP_STATUS_SWITCHING_PROTOCOLS)
		return refuse_request(web, status, reason, request);
	http_put_upgrade(&answer, &upgrade);
	web->result.protocol = (uint8_t) upgrade.protocol;
	/* A new connection has room for the answer. */
	if (!drop_end_of_head(web, piece, n_bytes) ||
		!web_output_put(&web->out, answer.bytes, answer.length) ||
		web_output_send(&web->out) != 0)
		return HANDSHAKE_STATE_ENDED;
	return HANDSHAKE_STATE_DONE;
}

static bool is_errand(const struct web *web, const struct http_request *request)
{
	const struct web_needs *needs = web->needs;

	return needs->uploads && web->peer.address &&
	       (upload_request_is(needs->uploads->site, request) ||
		       passed_request_is(needs->passed->site, request));
}

static enum handshake_state answer_request(struct web *web, const struct http_request *request,
	const struct web_piece *piece, size_t n_before)
{
	if (is_errand(web, request))
		return drop_end_of_head(web, piece, request->head_bytes - n_before)
			       ? answer_errand(web, request)
			       : HANDSHAKE_STATE_ENDED;
	if (http_wants_websocket(request) && web->needs->site->has_no_clients)
		return refuse_request(web, HTTP_STATUS_NOT_FOUND,
			"This port is for issuers of certificates only", request);
	if (http_wants_websocket(request))
		return upgrade_client(web, request, piece, request->head_bytes - n_before);
	if (request->method != HTTP_METHOD_GET)
		return refuse_request(web, HTTP_STATUS_METHOD_NOT_ALLOWED,
			"Only GET and HEAD are allowed", request);
	return answer_with_page(web, request);
}

/* All of the piece belongs to the head, and more will follow. */
static enum handshake_state keep_piece(struct web *web, const struct web_piece *piece)
{
	web->keys = piece->after;
	if (!drop_bytes(web, piece->wire_length))
		return HANDSHAKE_STATE_ENDED;
	if (web->has_tls && ++web->n_records > MOST_RECORDS)
		return refuse_request(
			web, HTTP_STATUS_BAD_REQUEST, "The request has too many pieces", NULL);
	return HANDSHAKE_STATE_WANTS_INPUT;
}

static enum handshake_state read_piece(struct web *web, const struct web_piece *piece)
{
	size_t n_before = web->head.length, room = HTTP_HEAD_BYTES - n_before;
	struct http_request request;
	const char *reason = NULL;
	enum http_status status;

	buffer_put(&web->head, piece->bytes, piece->length < room ? piece->length : room);
	status = http_parse(web->head.bytes, web->head.length, &request, &reason);
	if (status == HTTP_STATUS_NONE)
		return keep_piece(web, piece);
	if (status != HTTP_STATUS_OK)
		return refuse_request(web, status, reason, NULL);
	return answer_request(web, &request, piece, n_before);
}

/* Input. The results are false if the rest of it must arrive first, or none is wanted. */

/* The piece belongs to the body, from the bytes on that are not of the head. */
static enum handshake_state read_body(struct web *web, const struct web_piece *piece)
{
	size_t skipped = web->result.n_skipped;

	web->keys = piece->after;
	web->result.n_skipped = 0;
	if (!drop_bytes(web, piece->wire_length))
		return HANDSHAKE_STATE_ENDED;
	if (piece->length <= skipped)
		return HANDSHAKE_STATE_WANTS_INPUT;
	return take_body(web, piece->bytes + skipped, piece->length - skipped);
}

static bool read_bytes(struct web *web, size_t n_bytes)
{
	const struct web_piece piece = {
		.bytes = (const char *) web->needs->space->wire,
		.length = n_bytes,
		.wire_length = n_bytes,
	};

	web->state = web->has_body ? read_body(web, &piece) : read_piece(web, &piece);
	return web->state == HANDSHAKE_STATE_WANTS_INPUT;
}

static enum handshake_state refuse_records(struct web *web, const struct tls_opened *opened)
{
	web->failure = "the client has broken or ended its TLS";
	errand_free(TAKE(web->errand));
	web_output_end(&web->out,
		opened->kind == TLS_OPENED_ERROR ? opened->alert : TLS_ALERT_CLOSE_NOTIFY);
	return send_more(web);
}

static bool open_piece(struct web *web, size_t n_wire)
{
	struct web_space *space = web->needs->space;
	struct web_piece piece = { .bytes = (const char *) space->plain, .after = web->keys };
	struct tls_opened opened =
		tls_open(web->needs->crypto, &piece.after, space->wire, n_wire, space->plain);

	piece.length = opened.length;
	piece.wire_length = opened.taken;
	if (opened.kind == TLS_OPENED_DATA && web->has_body)
		web->state = read_body(web, &piece);
	else if (opened.kind == TLS_OPENED_DATA)
		web->state = read_piece(web, &piece);
	else if (opened.kind == TLS_OPENED_NOTHING)
		web->state = keep_piece(web, &piece);
	else if (opened.kind != TLS_OPENED_PARTIAL)
		web->state = refuse_records(web, &opened);
	explicit_bzero(&piece.after, sizeof(piece.after));
	return opened.kind != TLS_OPENED_PARTIAL && web->state == HANDSHAKE_STATE_WANTS_INPUT;
}

static bool read_input(struct web *web)
{
	size_t most = web->has_tls ? TLS_RECORD_MAX : HTTP_HEAD_BYTES;
	ssize_t n = recv(web->fd, web->needs->space->wire, most, MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		return web->has_tls ? open_piece(web, (size_t) n) : read_bytes(web, (size_t) n);
	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0 || errno != EAGAIN)
		web->state = HANDSHAKE_STATE_ENDED;
	return false;
}

/* Some pieces of a body at a time, so that other clients are served in between. */
static void read_all_input(struct web *web)
{
	int n = 0;

	web->has_unread = false;
	while (!web->has_unread && read_input(web))
		web->has_unread = web->has_body && ++n == PARTS_AT_ONCE;
}

enum handshake_state web_go_on(struct web *web)
{
	switch (web->state) {
	case HANDSHAKE_STATE_WANTS_INPUT:
		read_all_input(web);
		break;
	case HANDSHAKE_STATE_ASKS:
		buffer_done(&web->head);
		web->state = send_more(web);
		if (web->state == HANDSHAKE_STATE_WANTS_INPUT)
			read_all_input(web);
		break;
	case HANDSHAKE_STATE_WANTS_OUTPUT:
		web->state = send_more(web);
		break;
	case HANDSHAKE_STATE_LINGERS:
		if (linger_is_over(web->fd))
			web->state = HANDSHAKE_STATE_ENDED;
		break;
	case HANDSHAKE_STATE_DONE:
	case HANDSHAKE_STATE_ENDED:
		break;
	}
	return web->state;
}

void web_finish(struct web *web, struct web_result *ret_result, int *ret_fd)
{
	assert(web->state == HANDSHAKE_STATE_DONE);
	web->result.keys = web->keys;
	*ret_result = web->result;
	*ret_fd = TAKE_FD(web->fd);
	web_free(web);
}
