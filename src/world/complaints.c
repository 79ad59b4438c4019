/* Owns the reports of users. */
#include "world/complaints.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/store_row.h"
#include "world/moderation.h"
#include "world/world.h"

/* Of snapshots and rows: the number is the name of a row. */
static const struct field complaint_fields[] = {
	{ STORE_MODERATION_TEXT, FIELD_TEXT, FIELD_AT(complaint, char *, text) },
	{ STORE_MODERATION_SETTER, FIELD_TEXT, FIELD_AT(complaint, char *, setter) },
	{ STORE_MODERATION_CREATED, FIELD_U64, FIELD_AT(complaint, uint64_t, created_wall_ms) },
	{ 64, FIELD_TEXT, FIELD_AT(complaint, char *, about) },
	{ 65, FIELD_TEXT, FIELD_AT(complaint, char *, msgids) },
	{ 66, FIELD_TEXT, FIELD_AT(complaint, char *, account) },
	{ 67, FIELD_TEXT, FIELD_AT(complaint, char *, taker) },
};
#define SNAPSHOT_NUMBER 100

static void free_complaint(struct complaint *complaint)
{
	free(complaint->about);
	free(complaint->msgids);
	free(complaint->text);
	free(complaint->setter);
	free(complaint->account);
	free(complaint->taker);
	free(complaint);
}

void complaints_done(struct complaints *complaints)
{
	struct complaint *complaint;

	ORDERED_EACH (complaint, &complaints->all)
		free_complaint(complaint);
	ordered_done(&complaints->all);
}

static void touch_complaint(struct world *world, const struct complaint *complaint)
{
	char text[NUMBER_BYTES];

	moderation_touch(world, MODERATION_KIND_REPORT, text_format_u64(complaint->number, text));
}

static void put_complaint(struct world *world, struct complaint *complaint)
{
	ordered_add(&world->complaints.all, complaint->number, complaint);
	world->complaints.count++;
	if (complaint->number > world->complaints.last_number)
		world->complaints.last_number = complaint->number;
}

struct complaint *complaint_new(struct world *world, const struct complaint *as)
{
	struct complaint *complaint = mem_new(sizeof(*complaint));

	complaint->number = world->complaints.last_number + 1;
	complaint->about = mem_text(as->about);
	complaint->msgids = mem_text(as->msgids);
	complaint->text = mem_text(as->text);
	complaint->setter = mem_text(as->setter);
	complaint->account = mem_text(as->account);
	complaint->created_wall_ms = world->wall_ms;
	put_complaint(world, complaint);
	touch_complaint(world, complaint);
	return complaint;
}

void complaint_take(struct world *world, struct complaint *complaint, const char *taker)
{
	mem_set_text(&complaint->taker, taker);
	touch_complaint(world, complaint);
}

void complaint_free(struct world *world, struct complaint *complaint)
{
	ordered_remove(&world->complaints.all, complaint->number);
	world->complaints.count--;
	touch_complaint(world, complaint);
	free_complaint(complaint);
}

struct complaint *complaints_find(const struct world *world, uint64_t number)
{
	struct complaint *complaint = ordered_from(&world->complaints.all, number);

	return complaint && complaint->number == number ? complaint : NULL;
}

static const char *host_of_source(const char *source)
{
	const char *at = strrchr(source, '@');

	return at ? at + 1 : source;
}

static bool is_complaint_of(
	const struct complaint *complaint, const char *source, const char *account)
{
	if (account && complaint->account)
		return strcmp(complaint->account, account) == 0;
	return !account && !complaint->account &&
	       strcmp(host_of_source(complaint->setter), host_of_source(source)) == 0;
}

uint32_t complaints_count_of(const struct world *world, const char *source, const char *account)
{
	const struct complaint *complaint;
	uint32_t n = 0;

	ORDERED_EACH (complaint, &world->complaints.all)
		n += is_complaint_of(complaint, source, account);
	return n;
}

static const struct complaint *find_by_row_name(const struct world *world, const char *name)
{
	uint64_t number;

	return text_parse_u64(name, &number) ? complaints_find(world, number) : NULL;
}

bool complaint_put_row(const struct world *world, const char *name, struct buffer *out)
{
	const struct complaint *complaint = find_by_row_name(world, name);

	if (!complaint)
		return false;
	fields_save(out, complaint_fields, ARRAY_LENGTH(complaint_fields), complaint);
	return true;
}

static bool is_clean_field(const char *text)
{
	return !text || !strpbrk(text, "\r\n");
}

static bool is_whole_complaint(const struct complaint *complaint)
{
	return complaint->about && complaint->text && complaint->setter &&
	       is_clean_field(complaint->about) && is_clean_field(complaint->text) &&
	       is_clean_field(complaint->setter) && is_clean_field(complaint->msgids) &&
	       is_clean_field(complaint->account) && is_clean_field(complaint->taker);
}

/* Rows come in order of their names, which are texts: a smaller number may follow a larger one. It
 * gets a new one then, and is stored again. */
bool complaint_take_row(struct world *world, const char *name, struct pack pack)
{
	struct complaint *complaint = mem_new(sizeof(*complaint));
	struct pack_field field;
	bool is_good;

	while (pack_next(&pack, &field))
		fields_load(complaint_fields, ARRAY_LENGTH(complaint_fields), complaint, &field);
	is_good = text_parse_u64(name, &complaint->number) && complaint->number &&
		  complaint->number < UINT64_MAX / 2 && is_whole_complaint(complaint);
	if (!is_good || complaints_find(world, complaint->number)) {
		free_complaint(complaint);
		return is_good;
	}
	if (complaint->number <= ordered_last_number(&world->complaints.all)) {
		touch_complaint(world, complaint);
		complaint->number = world->complaints.last_number + 1;
		touch_complaint(world, complaint);
	}
	put_complaint(world, complaint);
	return true;
}

void complaints_touch(struct world *world)
{
	const struct complaint *complaint;

	ORDERED_EACH (complaint, &world->complaints.all)
		touch_complaint(world, complaint);
}

void complaints_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct complaint *complaint;

	ORDERED_EACH (complaint, &world->complaints.all) {
		size_t record = pack_begin(out, id);

		pack_u64(out, SNAPSHOT_NUMBER, complaint->number);
		fields_save(out, complaint_fields, ARRAY_LENGTH(complaint_fields), complaint);
		pack_end(out, record);
	}
}

bool complaint_load(struct world *world, struct pack record)
{
	struct complaint *complaint = mem_new(sizeof(*complaint));
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == SNAPSHOT_NUMBER)
			complaint->number = pack_field_u64(&field);
		else
			fields_load(complaint_fields, ARRAY_LENGTH(complaint_fields), complaint,
				&field);
	if (!is_whole_complaint(complaint) ||
		complaint->number <= ordered_last_number(&world->complaints.all)) {
		free_complaint(complaint);
		return false;
	}
	put_complaint(world, complaint);
	return true;
}

const char *complaints_check(const struct world *world)
{
	if (ordered_count(&world->complaints.all) != world->complaints.count)
		return "the reports are miscounted";
	return ordered_last_number(&world->complaints.all) > world->complaints.last_number
		       ? "a report's number is still to come"
		       : NULL;
}
