/* Owns the questions to blocklists, and what is remembered of their answers. An answer is
 * remembered for some minutes, in a table of fixed size, so that a flood from one address asks
 * once; one that did not come, for some seconds, so that a dead list is not asked by each client of
 * a flood. */
#include "daemon/blocklists.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "proto/blocklist.h"
#include "proto/resolve_message.h"
#include "world/listing.h"

#define MOST_AT_ONCE 64
#define MOST_CALLS 4096
#define REMEMBERED 4096 /* addresses; a power of two */
#define ANSWER_MS 600000
#define SILENCE_MS 30000
#define COMPLAINT_MS 600000 /* between two entries about one list */

struct blocklist {
	char *zone;
	struct blocklist_count count;
	uint64_t quiet_until_ms;
};

/* One address, and the clients that have it. */
struct inquiry {
	struct blocklists *blocklists;
	struct list in_blocklists;
	struct address address;
	struct list waiters;
	size_t n_open; /* calls without a reply */
	bool is_incomplete;
	bool is_outdated; /* there are other lists now: its answers are those of its waiters only */
	struct buffer report;
	struct zone_call {
		struct inquiry *inquiry;
		char *zone;
		struct resolve_call *call;
	} calls[BLOCKLIST_MOST];
	size_t n_calls;
};

struct inquiry_waiter {
	struct list in_inquiry;
	uint64_t session;
	uint64_t request;
};

struct remembered_report {
	struct address address;
	uint64_t until_ms;
	char *report; /* NULL: the slot is free */
};

struct blocklists {
	struct blocklists_needs needs;
	struct resolving *resolving;
	struct settings *settings;
	struct blocklist lists[BLOCKLIST_MOST];
	size_t n_lists;
	struct list inquiries;
	struct remembered_report *remembered; /* NULL: nothing is */
};

static uint64_t blocklists_now(const struct blocklists *blocklists)
{
	return loop_now_ms(blocklists->needs.loop);
}

static bool is_of_address(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Memory */

static struct remembered_report *report_slot(
	const struct blocklists *blocklists, const struct address *address)
{
	uint64_t hash = hash_quick(address->bytes, sizeof(address->bytes));

	return &blocklists->remembered[hash % REMEMBERED];
}

static const char *recall_report(const struct blocklists *blocklists, const struct address *address)
{
	const struct remembered_report *slot;

	if (!blocklists->remembered)
		return NULL;
	slot = report_slot(blocklists, address);
	return slot->report && is_of_address(&slot->address, address) &&
			       slot->until_ms > blocklists_now(blocklists)
		       ? slot->report
		       : NULL;
}

/* In place of whatever address has the same slot. */
static void remember_report(struct blocklists *blocklists, const struct inquiry *inquiry)
{
	struct remembered_report *slot;

	if (!blocklists->remembered)
		blocklists->remembered = mem_new(REMEMBERED * sizeof(*blocklists->remembered));
	slot = report_slot(blocklists, &inquiry->address);
	slot->address = inquiry->address;
	slot->until_ms =
		blocklists_now(blocklists) + (inquiry->is_incomplete ? SILENCE_MS : ANSWER_MS);
	mem_set_text(&slot->report, buffer_text(&inquiry->report));
}

static void forget_reports(struct blocklists *blocklists)
{
	for (size_t i = 0; blocklists->remembered && i < REMEMBERED; i++)
		free(blocklists->remembered[i].report);
	free(blocklists->remembered);
	blocklists->remembered = NULL;
}

/* Lists */

static struct blocklist *find_list(struct blocklists *blocklists, const char *zone)
{
	for (size_t i = 0; i < blocklists->n_lists; i++)
		if (strcmp(blocklists->lists[i].zone, zone) == 0)
			return &blocklists->lists[i];
	return NULL;
}

static void complain_of_list(
	const struct blocklists *blocklists, struct blocklist *list, const char *reason)
{
	uint64_t now_ms = blocklists_now(blocklists);

	if (now_ms < list->quiet_until_ms)
		return;
	list->quiet_until_ms = now_ms + COMPLAINT_MS;
	log_entry(blocklists->needs.log, LOGBOOK_BLOCKLIST_SILENT, "ZONE", list->zone, "REASON",
		reason);
}

static void count_listing(const struct blocklists *blocklists, struct blocklist *list,
	const struct address *answers, size_t n_answers)
{
	const struct settings *settings = blocklists->settings;
	const struct address *answer;

	for (size_t i = 0; i < settings->n_blocklists; i++)
		if (strcmp(settings->blocklists[i].zone, list->zone) == 0)
			list->count.n_listed += listing_counts(
				&settings->blocklists[i], answers, n_answers, &answer);
}

/* Inquiries */

static void free_inquiry(struct inquiry *inquiry)
{
	while (!list_is_empty(&inquiry->waiters)) {
		struct inquiry_waiter *waiter =
			LIST_FIRST(&inquiry->waiters, struct inquiry_waiter, in_inquiry);

		list_remove(&waiter->in_inquiry);
		free(waiter);
	}
	for (size_t i = 0; i < inquiry->n_calls; i++) {
		resolve_call_free(inquiry->calls[i].call);
		free(inquiry->calls[i].zone);
	}
	list_remove(&inquiry->in_blocklists);
	buffer_done(&inquiry->report);
	free(inquiry);
}

/* A waiter's answer may end its session, and that of others. */
static void finish_inquiry(struct inquiry *inquiry)
{
	struct blocklists *blocklists = inquiry->blocklists;

	if (!inquiry->is_outdated)
		remember_report(blocklists, inquiry);
	list_remove(&inquiry->in_blocklists); /* new clients use what is remembered */
	while (!list_is_empty(&inquiry->waiters)) {
		struct inquiry_waiter *waiter =
			LIST_FIRST(&inquiry->waiters, struct inquiry_waiter, in_inquiry);
		uint64_t session = waiter->session, request = waiter->request;

		list_remove(&waiter->in_inquiry);
		free(waiter);
		blocklists->needs.on_done(
			blocklists->needs.data, session, request, &inquiry->report);
	}
	free_inquiry(inquiry);
}

static void close_zone_call(struct zone_call *at)
{
	struct inquiry *inquiry = at->inquiry;

	resolve_call_free(TAKE(at->call));
	inquiry->n_open--;
	if (!inquiry->n_open)
		finish_inquiry(inquiry);
}

/* The list does not know, or does not tell. */
static void note_silence(struct zone_call *at, const char *reason)
{
	struct inquiry *inquiry = at->inquiry;
	struct blocklist *list = find_list(inquiry->blocklists, at->zone);

	blocklist_report_put(at->zone, NULL, 0, true, &inquiry->report);
	inquiry->is_incomplete = true;
	if (!list)
		return;
	list->count.n_unanswered++;
	complain_of_list(inquiry->blocklists, list, reason);
}

static void note_answers(struct zone_call *at, const struct address *answers, size_t n_answers)
{
	struct inquiry *inquiry = at->inquiry;
	struct blocklist *list = find_list(inquiry->blocklists, at->zone);

	for (size_t i = 0; i < n_answers; i++)
		if (blocklist_is_complaint(&answers[i])) {
			CLEANUP(buffer_done) struct buffer reason = { 0 };

			buffer_format(&reason, "it answers 127.255.255.%u", answers[i].bytes[3]);
			note_silence(at, reason.bytes);
			return;
		}
	blocklist_report_put(at->zone, answers, n_answers, false, &inquiry->report);
	if (list)
		count_listing(inquiry->blocklists, list, answers, n_answers);
}

static void on_zone_reply(void *data, const char *text, size_t length)
{
	struct zone_call *at = data;
	struct resolving *resolving = at->inquiry->blocklists->resolving;
	struct address answers[BLOCKLIST_MOST_ANSWERS];
	size_t n_answers = 0;
	enum resolve_answer answer = text ? resolve_read_addresses(text, length, answers,
						    BLOCKLIST_MOST_ANSWERS, &n_answers)
					  : RESOLVE_ANSWER_FAILED;

	if (answer == RESOLVE_ANSWER_YES || answer == RESOLVE_ANSWER_NO) {
		resolving_praise(resolving);
		note_answers(at, answers, n_answers);
	} else {
		note_silence(at, text ? "its name servers cannot be asked"
				      : "no answer came within dns.timeout");
	}
	close_zone_call(at);
}

static void ask_zone(struct inquiry *inquiry, struct blocklist *list)
{
	struct zone_call *at = &inquiry->calls[inquiry->n_calls++];
	CLEANUP(buffer_done) struct buffer name = { 0 };
	CLEANUP(buffer_done) struct buffer question = { 0 };

	at->inquiry = inquiry;
	at->zone = mem_text(list->zone);
	list->count.n_asked++;
	blocklist_put_name(&inquiry->address, list->zone, &name);
	resolve_ask_addresses(name.bytes, ADDRESS_FAMILY_IPV4, &question);
	at->call = resolve_call_new(inquiry->blocklists->resolving, &question,
		inquiry->blocklists->settings->dns_timeout_ms, on_zone_reply, at);
	if (at->call)
		inquiry->n_open++;
	else
		note_silence(at, "too many questions wait for an answer");
}

static struct inquiry *begin_inquiry(struct blocklists *blocklists, const struct address *address)
{
	struct inquiry *inquiry = mem_new(sizeof(*inquiry));

	inquiry->blocklists = blocklists;
	inquiry->address = *address;
	list_init(&inquiry->waiters);
	list_init(&inquiry->in_blocklists);
	list_add_last(&blocklists->inquiries, &inquiry->in_blocklists);
	for (size_t i = 0; i < blocklists->n_lists; i++)
		ask_zone(inquiry, &blocklists->lists[i]);
	return inquiry;
}

static struct inquiry *find_inquiry(
	const struct blocklists *blocklists, const struct address *address)
{
	struct inquiry *inquiry;

	LIST_EACH (inquiry, &blocklists->inquiries, in_blocklists)
		if (!inquiry->is_outdated && is_of_address(&inquiry->address, address))
			return inquiry;
	return NULL;
}

static void add_waiter(struct inquiry *inquiry, uint64_t session, uint64_t request)
{
	struct inquiry_waiter *waiter = mem_new(sizeof(*waiter));

	waiter->session = session;
	waiter->request = request;
	list_init(&waiter->in_inquiry);
	list_add_last(&inquiry->waiters, &waiter->in_inquiry);
}

void blocklists_ask(struct blocklists *blocklists, uint64_t session, uint64_t request,
	const struct address *address)
{
	const char *known = recall_report(blocklists, address);
	CLEANUP(buffer_done) struct buffer report = { 0 };
	struct inquiry *inquiry;

	if (known) {
		buffer_put_text(&report, known);
		blocklists->needs.on_done(blocklists->needs.data, session, request, &report);
		return;
	}
	inquiry = find_inquiry(blocklists, address);
	if (!inquiry)
		inquiry = begin_inquiry(blocklists, address);
	add_waiter(inquiry, session, request);
	if (!inquiry->n_open)
		finish_inquiry(inquiry);
}

void blocklists_forget(struct blocklists *blocklists, uint64_t session)
{
	struct inquiry *inquiry;
	struct inquiry_waiter *waiter, *after;

	LIST_EACH (inquiry, &blocklists->inquiries, in_blocklists)
		LIST_EACH_SAFE (waiter, after, &inquiry->waiters, in_inquiry)
			if (waiter->session == session) {
				list_remove(&waiter->in_inquiry);
				free(waiter);
			}
}

/* All of them */

static bool has_same_lists(const struct blocklists *blocklists, const struct settings *settings)
{
	if (blocklists->n_lists != settings->n_blocklists)
		return false;
	for (size_t i = 0; i < blocklists->n_lists; i++)
		if (strcmp(blocklists->lists[i].zone, settings->blocklists[i].zone) != 0)
			return false;
	return true;
}

static void forget_answers(struct blocklists *blocklists)
{
	struct inquiry *inquiry;

	LIST_EACH (inquiry, &blocklists->inquiries, in_blocklists)
		inquiry->is_outdated = true;
	forget_reports(blocklists);
}

static void free_lists(struct blocklists *blocklists)
{
	while (blocklists->n_lists)
		free(blocklists->lists[--blocklists->n_lists].zone);
}

void blocklists_use(struct blocklists *blocklists, struct settings *settings)
{
	struct settings *old = blocklists->settings;

	blocklists->settings = settings_ref(settings);
	settings_unref(old);
	resolving_use(blocklists->resolving, settings->dns_socket);
	if (has_same_lists(blocklists, settings))
		return;
	free_lists(blocklists);
	forget_answers(blocklists);
	for (size_t i = 0; i < settings->n_blocklists && i < BLOCKLIST_MOST; i++)
		blocklists->lists[blocklists->n_lists++] =
			(struct blocklist){ .zone = mem_text(settings->blocklists[i].zone) };
}

struct blocklists *blocklists_new(const struct blocklists_needs *needs)
{
	struct blocklists *blocklists = mem_new(sizeof(*blocklists));

	blocklists->needs = *needs;
	list_init(&blocklists->inquiries);
	blocklists->resolving = resolving_new(&(struct resolving_needs){
		.loop = needs->loop,
		.log = needs->log,
		.sockets = needs->sockets,
		.most_at_once = MOST_AT_ONCE,
		.most_calls = MOST_CALLS,
	});
	return blocklists;
}

void blocklists_free(struct blocklists *blocklists)
{
	if (!blocklists)
		return;
	resolving_stop(blocklists->resolving);
	while (!list_is_empty(&blocklists->inquiries))
		free_inquiry(LIST_FIRST(&blocklists->inquiries, struct inquiry, in_blocklists));
	resolving_free(blocklists->resolving);
	free_lists(blocklists);
	forget_reports(blocklists);
	settings_unref(blocklists->settings);
	free(blocklists);
}

uint64_t blocklists_next_deadline(const struct blocklists *blocklists)
{
	return resolving_next_deadline(blocklists->resolving);
}

void blocklists_tick(struct blocklists *blocklists)
{
	resolving_tick(blocklists->resolving);
}

bool blocklists_count(
	const struct blocklists *blocklists, size_t index, struct blocklist_count *ret_count)
{
	if (index >= blocklists->n_lists)
		return false;
	*ret_count = blocklists->lists[index].count;
	ret_count->zone = blocklists->lists[index].zone;
	return true;
}
