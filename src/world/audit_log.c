/* Owns the entries about acts of operators. */
#include "world/audit_log.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mask.h"
#include "world/changes.h"
#include "world/world.h"

/* Fewer than a change may have. */
#define MOST_REMOVED_ENTRIES 40

static const struct field entry_fields[] = {
	{ STORE_AUDIT_TIME, FIELD_U64, FIELD_AT(audit_entry, uint64_t, time) },
	{ STORE_AUDIT_OPERATOR, FIELD_TEXT, FIELD_AT(audit_entry, char *, operator) },
	{ STORE_AUDIT_SOURCE, FIELD_TEXT, FIELD_AT(audit_entry, char *, source) },
	{ STORE_AUDIT_ACT, FIELD_TEXT, FIELD_AT(audit_entry, char *, act) },
	{ STORE_AUDIT_TARGET, FIELD_TEXT, FIELD_AT(audit_entry, char *, target) },
	{ STORE_AUDIT_DETAILS, FIELD_TEXT, FIELD_AT(audit_entry, char *, details) },
};

void audit_init(struct audit *audit)
{
	list_init(&audit->all);
	audit->count = 0;
}

static void free_entry_texts(struct audit_entry *entry)
{
	free(entry->operator);
	free(entry->source);
	free(entry->act);
	free(entry->target);
	free(entry->details);
}

static void drop_entry(struct audit *audit, struct audit_entry *entry)
{
	list_remove(&entry->in_all);
	audit->count--;
	free_entry_texts(entry);
	free(entry);
}

void audit_done(struct audit *audit)
{
	while (!list_is_empty(&audit->all))
		drop_entry(audit, LIST_FIRST(&audit->all, struct audit_entry, in_all));
}

/* Two acts of the same millisecond have two rows. */
static uint64_t take_time(struct world *world)
{
	struct audit *audit = &world->audit;

	audit->last_time =
		world->wall_ms > audit->last_time ? world->wall_ms : audit->last_time + 1;
	return audit->last_time;
}

static void put_entry_row(
	struct buffer *bytes, struct store_row *row, const struct audit_entry *entry)
{
	fields_save(bytes, entry_fields, ARRAY_LENGTH(entry_fields), entry);
	*row = (struct store_row){
		.table = STORE_TABLE_AUDIT, .bytes = bytes->bytes, .length = bytes->length
	};
}

void audit_add(struct world *world, struct change *change, const struct audit_entry *entry)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct audit_entry timed = *entry;
	struct store_row row;

	timed.time = take_time(world);
	put_entry_row(&bytes, &row, &timed);
	change_add_row(world, change, row);
}

static void remove_audit_entry(struct world *world, struct change *change, uint64_t time)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	const struct audit_entry key = { .time = time };
	struct store_row row;

	put_entry_row(&bytes, &row, &key);
	row.is_removal = true;
	change_add_row(world, change, row);
}

static bool is_too_old(const struct world *world, const struct audit_entry *entry)
{
	uint64_t kept_ms = world->settings->audit.days * DAY_MS;

	return kept_ms && entry->time + kept_ms < world->wall_ms;
}

bool audit_remove_old(struct world *world, struct change *change)
{
	const struct audit_entry *entry;
	/* With what the change adds. */
	uint32_t left = world->audit.count + change->n_rows, n_removed = 0;

	LIST_EACH (entry, &world->audit.all, in_all) {
		bool is_kept = left <= world->settings->audit.entries && !is_too_old(world, entry);

		if (is_kept || n_removed == MOST_REMOVED_ENTRIES)
			break;
		remove_audit_entry(world, change, entry->time);
		left--;
		n_removed++;
	}
	return n_removed > 0;
}

static struct audit_entry *entry_at(struct list *node)
{
	return CONTAINER_OF(node, struct audit_entry, in_all);
}

/* In order of time: rows may come in any. */
static void put_entry(struct world *world, struct audit_entry *loaded)
{
	struct audit *audit = &world->audit;
	struct audit_entry *entry = mem_copy(loaded, sizeof(*loaded));
	struct list *before = audit->all.previous;

	*loaded = (struct audit_entry){ 0 };
	while (before != &audit->all && entry_at(before)->time > entry->time)
		before = before->previous;
	list_init(&entry->in_all);
	list_add_last(before->next, &entry->in_all);
	audit->count++;
	if (entry->time > audit->last_time)
		audit->last_time = entry->time;
}

void audit_keep(struct world *world, const struct audit_entry *entry)
{
	struct audit_entry copy = {
		.time = take_time(world),
		.operator= mem_text(entry->operator),
		.source = mem_text(entry->source),
		.act = mem_text(entry->act),
		.target = mem_text(entry->target),
		.details = mem_text(entry->details),
	};

	put_entry(world, &copy);
	while (world->audit.count > world->settings->audit.entries)
		drop_entry(
			&world->audit, LIST_FIRST(&world->audit.all, struct audit_entry, in_all));
}

static bool matches_word(const struct world *world, const char *mask, const char *word)
{
	return word && mask_match_name(world->casemap, mask, word);
}

static bool audit_matches(
	const struct world *world, const struct audit_entry *entry, const char *mask)
{
	return matches_word(world, mask, entry->operator) ||
	       matches_word(world, mask, entry->source) || matches_word(world, mask, entry->act) ||
	       matches_word(world, mask, entry->target);
}

const struct audit_entry *audit_first(const struct world *world, const char *mask, uint32_t limit)
{
	const struct audit_entry *first = NULL;
	struct list *at = world->audit.all.previous;

	for (uint32_t n = 0; at != &world->audit.all && n < limit; at = at->previous)
		if (audit_matches(world, entry_at(at), mask)) {
			first = entry_at(at);
			n++;
		}
	return first;
}

const struct audit_entry *audit_next(
	const struct world *world, const struct audit_entry *entry, const char *mask)
{
	for (struct list *at = entry->in_all.next; at != &world->audit.all; at = at->next)
		if (audit_matches(world, entry_at(at), mask))
			return entry_at(at);
	return NULL;
}

/* From the end: most rows are new. */
static struct audit_entry *find_audit_entry(const struct world *world, uint64_t time)
{
	struct list *at = world->audit.all.previous;

	while (at != &world->audit.all && entry_at(at)->time > time)
		at = at->previous;
	return at != &world->audit.all && entry_at(at)->time == time ? entry_at(at) : NULL;
}

bool audit_take_row(struct world *world, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct audit_entry loaded = { 0 };
	struct audit_entry *known;
	struct pack_field field;
	bool is_good;

	while (pack_next(&pack, &field))
		fields_load(entry_fields, ARRAY_LENGTH(entry_fields), &loaded, &field);
	is_good = !pack.failed && loaded.time && (row->is_removal || loaded.act);
	known = is_good ? find_audit_entry(world, loaded.time) : NULL;
	if (known)
		drop_entry(&world->audit, known);
	if (is_good && !row->is_removal)
		put_entry(world, &loaded);
	free_entry_texts(&loaded);
	return is_good;
}

void audit_save(struct buffer *out, uint16_t id, const struct audit *audit)
{
	const struct audit_entry *entry;

	LIST_EACH (entry, &audit->all, in_all) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };
		struct store_row row;

		put_entry_row(&bytes, &row, entry);
		store_row_save(out, id, &row);
	}
}
