/* Owns messages that have no answer yet.
 *
 * Nothing is shared between two messages except connections, which curl keeps open for a while and
 * uses again only for the same host at the same address. */
#include "push/transfers.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "proto/push_url.h"
#include "proto/push_wall.h"
#include "push/encrypt.h"
#include "push/names.h"
#include "push/post.h"
#include "push/recent_answers.h"

#define LOOKUP_MS 10000
#define MOST_TRIES 3
#define LEAST_RETRY_MS 2000
#define MOST_RETRY_MS 60000
#define MOST_CONNECTIONS 64 /* open, and unused ones among them */

struct transfer {
	struct transfers *transfers;
	struct list in_transfers;
	struct push_message message;
	struct push_url url;
	struct lookup *lookup; /* NULL: its addresses are known */
	struct post *post;     /* NULL: it waits */
	struct address addresses[NAMES_MOST];
	size_t n_addresses;
	unsigned int n_tries;
	uint64_t retry_ms; /* while it waits */
};

struct transfers {
	struct transfers_needs needs;
	struct transfers_policy policy;
	CURLM *multi;
	uint64_t curl_ms; /* when curl wants to be called */
	struct list all;
	struct recent_answers recent;
};

static uint64_t now_of_transfers(const struct transfers *transfers)
{
	return loop_now_ms(transfers->needs.loop);
}

/* The end */

static void drop_post(struct transfer *transfer)
{
	if (!transfer->post)
		return;
	curl_multi_remove_handle(transfer->transfers->multi, post_handle(transfer->post));
	post_free(TAKE(transfer->post));
}

static void free_transfer(struct transfer *transfer)
{
	list_remove(&transfer->in_transfers);
	lookup_free(transfer->lookup);
	drop_post(transfer);
	push_message_done(&transfer->message);
	free(transfer);
}

static void finish_transfer(struct transfer *transfer, enum push_result result, const char *reason)
{
	struct transfers *transfers = transfer->transfers;
	CLEANUP(mem_freep) char *id = TAKE(transfer->message.id);

	recent_answers_add(&transfers->recent, id, result);
	if (result == PUSH_RESULT_FAILED)
		log_entry(transfers->needs.log, LOGBOOK_PUSH_LOST, "HOST", transfer->url.host,
			"REASON", reason);
	free_transfer(transfer);
	transfers->needs.on_answer(transfers->needs.data, id, result, reason);
}

/* What the service asks for counts within limits. */
static void try_later(struct transfer *transfer, uint64_t wanted_ms, const char *reason)
{
	uint64_t pause_ms = (uint64_t) LEAST_RETRY_MS << (2 * (transfer->n_tries - 1));

	drop_post(transfer);
	if (transfer->n_tries >= MOST_TRIES) {
		finish_transfer(transfer, PUSH_RESULT_FAILED, reason);
		return;
	}
	if (wanted_ms > pause_ms)
		pause_ms = wanted_ms;
	if (pause_ms > MOST_RETRY_MS)
		pause_ms = MOST_RETRY_MS;
	transfer->retry_ms = now_of_transfers(transfer->transfers) + pause_ms;
}

/* Sending */

static bool draw_dice(struct encrypt_dice *dice)
{
	return getrandom(dice, sizeof(*dice), 0) == (ssize_t) sizeof(*dice);
}

/* Each try is encrypted anew. */
static bool write_body(const struct transfer *transfer, struct buffer *body)
{
	const struct push_message *message = &transfer->message;
	struct encrypt_dice dice;
	struct push_keys keys;
	bool is_good = draw_dice(&dice) &&
		       push_keys_decode(message->p256dh, message->auth, &keys) &&
		       encrypt_text(&keys, &dice, message->text, strlen(message->text), body);

	explicit_bzero(&dice, sizeof(dice));
	return is_good;
}

static bool write_authorization(const struct transfer *transfer, struct buffer *out)
{
	const struct transfers *transfers = transfer->transfers;
	char origin[PUSH_ORIGIN_BYTES];

	push_url_origin(&transfer->url, origin);
	return vapid_authorize(transfers->needs.vapid, origin, transfers->policy.contact,
		(uint64_t) time(NULL), out);
}

/* Another address at each try, if there are several. */
static void send_transfer(struct transfer *transfer)
{
	struct transfers *transfers = transfer->transfers;
	CLEANUP(buffer_done) struct buffer body = { 0 };
	CLEANUP(buffer_done) struct buffer authorization = { .is_secret = true };

	transfer->n_tries++;
	if (!write_body(transfer, &body) || !write_authorization(transfer, &authorization)) {
		finish_transfer(transfer, PUSH_RESULT_FAILED,
			"the message cannot be encrypted for the client, or signed");
		return;
	}
	transfer->post = post_new(&(struct post_needs){
		.message = &transfer->message,
		.url = &transfer->url,
		.address = transfer->addresses[(transfer->n_tries - 1) % transfer->n_addresses],
		.authorization = authorization.bytes,
		.body = &body,
		.ca_file = transfers->needs.ca_file,
		.data = transfer,
	});
	if (!transfer->post ||
		curl_multi_add_handle(transfers->multi, post_handle(transfer->post)) != CURLM_OK)
		try_later(transfer, 0, "curl cannot begin");
}

/* The wall */

static void log_refused_host(const struct transfer *transfer, const struct address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format_port(address, text);
	log_entry(transfer->transfers->needs.log, LOGBOOK_PUSH_WALL, "HOST", transfer->url.host,
		"ADDRESS", text);
}

/* All of them must be allowed: a host that also names an inner address is up to something. */
static bool are_admitted(const struct transfer *transfer)
{
	const struct transfers_policy *policy = &transfer->transfers->policy;

	for (size_t i = 0; i < transfer->n_addresses; i++)
		if (!push_wall_admits(&transfer->addresses[i], policy->allow, policy->n_allow)) {
			log_refused_host(transfer, &transfer->addresses[i]);
			return false;
		}
	return true;
}

static void take_addresses(
	struct transfer *transfer, const struct address *addresses, size_t n_addresses)
{
	for (size_t i = 0; i < n_addresses; i++) {
		transfer->addresses[i] = addresses[i];
		transfer->addresses[i].port = transfer->url.port;
	}
	transfer->n_addresses = n_addresses;
	if (are_admitted(transfer))
		send_transfer(transfer);
	else
		finish_transfer(transfer, PUSH_RESULT_FAILED, "its address is not on the Internet");
}

static void on_addresses(
	void *data, const struct address *addresses, size_t n_addresses, const char *reason)
{
	struct transfer *transfer = data;

	transfer->lookup = NULL;
	if (n_addresses) {
		take_addresses(transfer, addresses, n_addresses);
		return;
	}
	transfer->n_tries++;
	try_later(transfer, 0, reason);
}

static void begin_try(struct transfer *transfer)
{
	struct transfers *transfers = transfer->transfers;

	transfer->retry_ms = 0;
	if (transfer->n_addresses) {
		send_transfer(transfer);
	} else if (transfer->url.is_address) {
		take_addresses(transfer, &transfer->url.address, 1);
	} else {
		transfer->lookup = lookup_new(&(struct lookup_needs){
			.loop = transfers->needs.loop,
			.resolver = transfers->needs.resolver,
			.host = transfer->url.host,
			.timeout_ms = LOOKUP_MS,
			.on_done = on_addresses,
			.data = transfer,
		});
	}
}

static bool is_under_way(const struct transfers *transfers, const char *id)
{
	const struct transfer *transfer;

	LIST_EACH (transfer, &transfers->all, in_transfers)
		if (strcmp(transfer->message.id, id) == 0)
			return true;
	return false;
}

static void add_transfer(struct transfers *transfers, struct push_message *message)
{
	struct transfer *transfer = mem_new(sizeof(*transfer));

	transfer->transfers = transfers;
	transfer->message = *message;
	*message = (struct push_message){ 0 };
	list_init(&transfer->in_transfers);
	list_add_last(&transfers->all, &transfer->in_transfers);
	if (push_url_parse(transfer->message.endpoint, &transfer->url))
		finish_transfer(transfer, PUSH_RESULT_FAILED, "its endpoint is malformed");
	else
		begin_try(transfer);
}

void transfers_start(struct transfers *transfers, struct push_message *message)
{
	const struct recent_answer *recent = recent_answers_find(&transfers->recent, message->id);

	if (recent)
		transfers->needs.on_answer(
			transfers->needs.data, message->id, recent->result, "it was sent before");
	else if (!is_under_way(transfers, message->id))
		add_transfer(transfers, message);
	push_message_done(message);
}

/* What curl reports */

static void judge_transfer(struct transfer *transfer, CURLcode code)
{
	char reason[PUSH_REASON_BYTES] = "";
	uint64_t retry_ms = post_retry_ms(transfer->post);

	switch (post_verdict(transfer->post, code, reason)) {
	case POST_TAKEN:
		finish_transfer(transfer, PUSH_RESULT_SENT, NULL);
		return;
	case POST_GONE:
		finish_transfer(transfer, PUSH_RESULT_GONE, reason);
		return;
	case POST_LATER:
		try_later(transfer, retry_ms, reason);
		return;
	case POST_BROKEN:
		try_later(transfer, 0, reason);
		return;
	case POST_REFUSED:
		finish_transfer(transfer, PUSH_RESULT_FAILED, reason);
		return;
	}
}

static void take_finished(struct transfers *transfers)
{
	CURLMsg *message;
	int n_left;

	while ((message = curl_multi_info_read(transfers->multi, &n_left)))
		if (message->msg == CURLMSG_DONE)
			judge_transfer(post_data(message->easy_handle), message->data.result);
}

static void on_curl_ready(struct transfers *transfers, curl_socket_t fd, uint32_t events)
{
	int mask = 0, n_running;

	if (events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(transfers->multi, fd, mask, &n_running);
	take_finished(transfers);
}

/* A socket of curl. */
struct curl_watch {
	struct transfers *transfers;
	curl_socket_t fd;
	struct loop_watch *watch;
};

static void on_curl_socket(void *data, uint32_t events)
{
	const struct curl_watch *watch = data;

	on_curl_ready(watch->transfers, watch->fd, events);
}

static struct curl_watch *new_curl_watch(struct transfers *transfers, curl_socket_t fd)
{
	struct curl_watch *watch = mem_new(sizeof(*watch));

	watch->transfers = transfers;
	watch->fd = fd;
	watch->watch = loop_watch_new(transfers->needs.loop, fd, on_curl_socket, watch);
	curl_multi_assign(transfers->multi, fd, watch);
	return watch;
}

/* curl is done with the socket, and will close it. */
static void free_curl_watch(struct curl_watch *watch)
{
	if (!watch)
		return;
	curl_multi_assign(watch->transfers->multi, watch->fd, NULL);
	loop_watch_remove(watch->watch);
	free(watch);
}

static int watch_socket(CURL *handle, curl_socket_t fd, int wanted, void *data, void *socket_data)
{
	struct curl_watch *watch = socket_data;
	uint32_t events = 0;

	(void) handle;
	if (wanted == CURL_POLL_REMOVE) {
		free_curl_watch(watch);
		return 0;
	}
	if (!watch)
		watch = new_curl_watch(data, fd);
	if (wanted == CURL_POLL_IN || wanted == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (wanted == CURL_POLL_OUT || wanted == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	return loop_watch_change(watch->watch, events) < 0 ? -1 : 0;
}

static int set_curl_timer(CURLM *multi, long timeout_ms, void *data)
{
	struct transfers *transfers = data;

	(void) multi;
	transfers->curl_ms =
		timeout_ms < 0 ? UINT64_MAX : now_of_transfers(transfers) + (uint64_t) timeout_ms;
	return 0;
}

/* The clock */

/* UINT64_MAX: curl has it. */
static uint64_t transfer_deadline(const struct transfer *transfer)
{
	if (transfer->lookup)
		return lookup_deadline(transfer->lookup);
	return transfer->post ? UINT64_MAX : transfer->retry_ms;
}

uint64_t transfers_next_deadline(const struct transfers *transfers)
{
	uint64_t first_ms = transfers->curl_ms;
	const struct transfer *transfer;

	LIST_EACH (transfer, &transfers->all, in_transfers)
		first_ms = loop_earlier(first_ms, transfer_deadline(transfer));
	return first_ms;
}

static void tick_curl(struct transfers *transfers)
{
	int n_running;

	if (transfers->curl_ms > now_of_transfers(transfers))
		return;
	transfers->curl_ms = UINT64_MAX;
	curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
	take_finished(transfers);
}

void transfers_tick(struct transfers *transfers)
{
	struct transfer *transfer, *after;

	LIST_EACH_SAFE (transfer, after, &transfers->all, in_transfers) {
		if (transfer_deadline(transfer) > now_of_transfers(transfers))
			continue;
		if (transfer->lookup)
			lookup_time_out(transfer->lookup);
		else
			begin_try(transfer);
	}
	tick_curl(transfers);
}

/* Beginning and end */

static bool set_up_multi(struct transfers *transfers)
{
	CURLM *multi = transfers->multi;

	return multi &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_curl_timer) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) MOST_CONNECTIONS) == CURLM_OK;
}

struct transfers *transfers_new(const struct transfers_needs *needs)
{
	struct transfers *transfers = mem_new(sizeof(*transfers));

	transfers->needs = *needs;
	transfers->curl_ms = UINT64_MAX;
	list_init(&transfers->all);
	transfers->multi = curl_multi_init();
	if (set_up_multi(transfers))
		return transfers;
	transfers_free(transfers);
	return NULL;
}

void transfers_free(struct transfers *transfers)
{
	if (!transfers)
		return;
	while (!list_is_empty(&transfers->all))
		free_transfer(LIST_FIRST(&transfers->all, struct transfer, in_transfers));
	curl_multi_cleanup(transfers->multi);
	free(transfers);
}

void transfers_use(struct transfers *transfers, const struct transfers_policy *policy)
{
	transfers->policy = *policy;
}
