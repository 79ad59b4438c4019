/* Owns when uploaded files are looked at: all of them once an hour, one account after the other. */
#include "gate/tidying.h"

#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define EVERY_MS (3600 * 1000)
#define OTHERS_MS 60000 /* another process tidies: it may end */
#define FIRST_MS 1000
#define STEP_MS 5 /* between two accounts */
#define SECONDS_OF_DAY (24 * 3600)

struct tidying {
	struct tidying_needs needs;
	uint64_t next_ms;
	struct buffer owners; /* accounts to ask for */
	size_t n_owners;
	size_t n_removed; /* in this walk */
};

struct tidying *tidying_new(const struct tidying_needs *needs)
{
	struct tidying *tidying = mem_new(sizeof(*tidying));

	tidying->needs = *needs;
	tidying_begin(tidying);
	return tidying;
}

void tidying_free(struct tidying *tidying)
{
	if (!tidying)
		return;
	buffer_done(&tidying->owners);
	free(tidying);
}

void tidying_begin(struct tidying *tidying)
{
	tidying->next_ms = loop_now_ms(tidying->needs.loop) + FIRST_MS;
}

void tidying_erase(const struct tidying *tidying, const struct gate_message *message)
{
	struct gate_bytes accounts = message->accounts;
	char account[NUMBER_BYTES], files[NUMBER_BYTES];
	uint64_t id;

	while (*tidying->needs.store && gate_message_take_account(&accounts, &id)) {
		size_t n_files = uploads_erase(*tidying->needs.store, id);

		if (n_files)
			log_entry(tidying->needs.log, LOGBOOK_UPLOADS_ERASED, "ACCOUNT_ID",
				text_format_u64(id, account), "FILES",
				text_format_u64(n_files, files));
	}
}

static void ask_for_owners(struct tidying *tidying)
{
	if (tidying->n_owners)
		papod_link_owners(tidying->needs.link, &tidying->owners);
	buffer_clear(&tidying->owners);
	tidying->n_owners = 0;
}

static void end_walk(struct tidying *tidying)
{
	char files[NUMBER_BYTES];

	ask_for_owners(tidying);
	if (tidying->n_removed)
		log_entry(tidying->needs.log, LOGBOOK_UPLOADS_EXPIRED, "FILES",
			text_format_u64(tidying->n_removed, files));
	tidying->n_removed = 0;
}

/* Without an expiry, only incomplete files are removed. */
static uint64_t oldest_s(const struct tidying *tidying)
{
	uint64_t now_s = (uint64_t) time(NULL);
	uint64_t keep_s = (uint64_t) tidying->needs.site->days * SECONDS_OF_DAY;

	return keep_s && keep_s < now_s ? now_s - keep_s : 0;
}

/* When the next step is due. */
static uint64_t tidy_next_account(struct tidying *tidying)
{
	struct uploads *uploads = *tidying->needs.store;
	uint64_t account;

	if (!uploads || !uploads_become_tidier(uploads))
		return OTHERS_MS;
	account = uploads_next_account(uploads);
	if (!account) {
		end_walk(tidying);
		return EVERY_MS;
	}
	tidying->n_removed += uploads_tidy_account(uploads, account, oldest_s(tidying));
	gate_message_add_account(&tidying->owners, account);
	if (++tidying->n_owners == GATE_ACCOUNTS)
		ask_for_owners(tidying);
	return STEP_MS;
}

void tidying_tick(struct tidying *tidying)
{
	uint64_t now_ms = loop_now_ms(tidying->needs.loop);

	if (now_ms >= tidying->next_ms)
		tidying->next_ms = now_ms + tidy_next_account(tidying);
}

uint64_t tidying_next_deadline(const struct tidying *tidying)
{
	return *tidying->needs.store ? tidying->next_ms : UINT64_MAX;
}
