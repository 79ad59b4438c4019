/* Owns the verdict of DNS blocklists. */
#include "world/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/bans.h"
#include "world/world.h"

bool listing_is_wanted(const struct world *world, const struct address *address)
{
	const struct ban_subject subject = { .name = "", .address = *address };

	return world->settings->n_blocklists && blocklist_may_have(address) &&
	       !bans_find_exemption(&world->bans, BAN_KIND_ADDRESS, &subject);
}

static bool is_in_ranges(const struct blocklist_settings *list, const struct address *answer)
{
	struct blocklist_range range;

	for (size_t i = 0; i < list->n_answers; i++)
		if (blocklist_parse_range(list->answers[i], &range) &&
			blocklist_has(&range, answer))
			return true;
	return false;
}

bool listing_counts(const struct blocklist_settings *list, const struct address *answers,
	size_t n_answers, const struct address **ret_answer)
{
	for (size_t i = 0; i < n_answers; i++) {
		if (!blocklist_is_answer(&answers[i]) || !is_in_ranges(list, &answers[i]))
			continue;
		*ret_answer = &answers[i];
		return true;
	}
	return false;
}

static const struct blocklist_settings *find_blocklist(
	const struct settings *settings, const char *zone)
{
	for (size_t i = 0; i < settings->n_blocklists; i++)
		if (text_equals_ignoring_case(settings->blocklists[i].zone, zone))
			return &settings->blocklists[i];
	return NULL;
}

static void add_to_listing(struct listing *listing, const struct blocklist_settings *list,
	const struct address *answer, struct buffer *where)
{
	enum blocklist_action action = blocklist_action_of(list->action);
	char text[ADDRESS_TEXT_BYTES];

	address_format(answer, text);
	buffer_format(where, "%s%s (%s)", where->length ? ", " : "", list->zone, text);
	if (action <= listing->action)
		return;
	listing->action = action;
	mem_set_text(&listing->reason, list->reason);
}

struct listing listing_read(const struct settings *settings, const char *report, size_t length)
{
	CLEANUP(mem_freep) char *text = mem_text_n(report, length);
	struct listing listing = { 0 };
	struct buffer where = { 0 };
	struct blocklist_line line;
	char *rest = text;

	while (blocklist_report_next(&rest, &line)) {
		const struct blocklist_settings *list = find_blocklist(settings, line.zone);
		const struct address *answer;

		if (list && listing_counts(list, line.answers, line.n_answers, &answer))
			add_to_listing(&listing, list, answer, &where);
	}
	listing.where = where.length ? buffer_take(&where) : NULL;
	return listing;
}

void listing_done(struct listing *listing)
{
	free(listing->where);
	free(listing->reason);
	*listing = (struct listing){ 0 };
}
