/* Owns the marks of accounts. */
#include "world/account_marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/store_row.h"
#include "world/accounts.h"
#include "world/always_on.h"
#include "world/changes.h"
#include "world/world.h"

#define STORE_AFTER_MS 5000
/* Fewer than a change may have. */
#define ROWS_PER_CHANGE 48
/* Only in snapshots, in the row. */
#define IS_TOUCHED_FIELD (STORE_FIRST_FREE_FIELD + 63)
#define ROW_STATE_FIELD (STORE_FIRST_FREE_FIELD + 62)

static const char *const kind_names[ACCOUNT_MARK_KINDS] = {
	[ACCOUNT_MARK_READ] = "read",
	[ACCOUNT_MARK_DEVICE] = "device",
	[ACCOUNT_MARK_USER] = "user",
};

/* As a row has them. */
struct mark_fields {
	char *kind;
	char *name;
	uint64_t wall_ms;
	bool is_touched;
	uint8_t row_state;
};

static const struct field mark_fields[] = {
	{ STORE_MARK_KIND, FIELD_TEXT, FIELD_AT(mark_fields, char *, kind) },
	{ STORE_MARK_NAME, FIELD_TEXT, FIELD_AT(mark_fields, char *, name) },
	{ STORE_MARK_TIME, FIELD_U64, FIELD_AT(mark_fields, uint64_t, wall_ms) },
	{ IS_TOUCHED_FIELD, FIELD_BOOL, FIELD_AT(mark_fields, bool, is_touched) },
	{ ROW_STATE_FIELD, FIELD_U8, FIELD_AT(mark_fields, uint8_t, row_state) },
};

static void free_mark(struct account_mark *mark)
{
	free(mark->name);
	buffer_done(&mark->row);
}

void account_marks_free(struct account_marks *marks)
{
	if (!marks)
		return;
	for (uint32_t i = 0; i < marks->count; i++)
		free_mark(&marks->items[i]);
	free(marks->items);
	free(marks);
}

static struct account_marks *marks_of(const struct account *account)
{
	return account->extras ? account->extras->marks : NULL;
}

/* Of FNV-1a. A client can choose names with equal hashes: they are compared then. */
static uint32_t hash_of_name(const struct world *world, const char *name)
{
	char key[CASEMAP_KEY_BYTES];
	uint32_t hash = 2166136261;

	casemap_fold_into(world->casemap, key, name);
	for (const char *at = key; *at; at++)
		hash = (hash ^ (uint8_t) *at) * 16777619;
	return hash;
}

static struct account_mark *find_mark(const struct world *world, const struct account *account,
	enum account_mark_kind kind, const char *name)
{
	const struct account_marks *marks = marks_of(account);
	uint32_t hash;

	if (!marks)
		return NULL;
	hash = hash_of_name(world, name);
	for (uint32_t i = 0; i < marks->count; i++) {
		struct account_mark *mark = &marks->items[i];

		if (mark->kind == kind && mark->hash == hash &&
			casemap_equals(world->casemap, mark->name, name))
			return mark;
	}
	return NULL;
}

uint64_t account_mark_of(const struct world *world, const struct account *account,
	enum account_mark_kind kind, const char *name)
{
	const struct account_mark *mark = find_mark(world, account, kind, name);

	return mark ? mark->wall_ms : 0;
}

static void touch_mark(struct world *world, struct account_marks *marks, struct account_mark *mark)
{
	mark->is_touched = true;
	marks->is_touched = true;
	if (!world->marks_ms)
		world_set_marks_time(world, world->now_ms + STORE_AFTER_MS);
}

static void drop_mark(struct account_marks *marks, uint32_t i)
{
	free_mark(&marks->items[i]);
	memmove(marks->items + i, marks->items + i + 1,
		(--marks->count - i) * sizeof(*marks->items));
}

/* A mark stays until its row is removed. One without a row is dropped, so that clients cannot make
 * marks without end while nothing is stored. */
static void end_mark(struct world *world, struct account_marks *marks, struct account_mark *mark)
{
	if (mark->row_state == ACCOUNT_MARK_ROW_NONE) {
		drop_mark(marks, (uint32_t) (mark - marks->items));
		return;
	}
	mark->wall_ms = 0;
	touch_mark(world, marks, mark);
}

static struct account_mark *put_mark(const struct world *world, struct account *account,
	enum account_mark_kind kind, const char *name)
{
	struct account_marks *marks = account_need_marks(account);
	struct account_mark *mark;

	marks->items = mem_resize(marks->items, marks->count + 1, sizeof(*marks->items));
	mark = &marks->items[marks->count++];
	*mark = (struct account_mark){
		.name = mem_text(name), .hash = hash_of_name(world, name), .kind = (uint8_t) kind
	};
	return mark;
}

static uint32_t most_marks(const struct world *world, enum account_mark_kind kind)
{
	switch (kind) {
	case ACCOUNT_MARK_READ:
		return world->settings->accounts.read_markers;
	case ACCOUNT_MARK_DEVICE:
		return world->settings->accounts.devices;
	case ACCOUNT_MARK_USER: /* one for each nick of the account */
	case ACCOUNT_MARK_KINDS:
		break;
	}
	return UINT32_MAX;
}

/* The one that was not set for the longest time leaves. */
static void make_room_for_mark(
	struct world *world, struct account *account, enum account_mark_kind kind)
{
	struct account_marks *marks = account_need_marks(account);
	struct account_mark *oldest = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < marks->count; i++) {
		struct account_mark *mark = &marks->items[i];

		if (mark->kind != kind || !mark->wall_ms)
			continue;
		n++;
		if (!oldest || mark->wall_ms < oldest->wall_ms)
			oldest = mark;
	}
	if (n >= most_marks(world, kind) && oldest)
		end_mark(world, marks, oldest);
}

static struct account_mark *put_new_mark(const struct world *world, struct account *account,
	enum account_mark_kind kind, const char *name)
{
	struct account_mark *mark = put_mark(world, account, kind, name);

	mark->row_state = ACCOUNT_MARK_ROW_NONE;
	return mark;
}

bool account_mark_set(struct world *world, struct account *account, enum account_mark_kind kind,
	const char *name, uint64_t wall_ms)
{
	struct account_mark *mark = find_mark(world, account, kind, name);

	if (!most_marks(world, kind) || wall_ms <= (mark ? mark->wall_ms : 0))
		return false;
	if (!mark || !mark->wall_ms) {
		make_room_for_mark(world, account, kind);
		mark = find_mark(world, account, kind, name);
	}
	if (!mark)
		mark = put_new_mark(world, account, kind, name);
	mark->wall_ms = wall_ms;
	touch_mark(world, account->extras->marks, mark);
	return true;
}

void account_mark_touch(
	struct world *world, struct account *account, enum account_mark_kind kind, const char *name)
{
	struct account_mark *mark = find_mark(world, account, kind, name);

	if (!mark)
		mark = put_new_mark(world, account, kind, name);
	mark->wall_ms = world->wall_ms ? world->wall_ms : 1;
	touch_mark(world, account->extras->marks, mark);
}

struct buffer account_mark_take_row(struct account_mark *mark)
{
	struct buffer row = mark->row;

	mark->row = (struct buffer){ 0 };
	return row;
}

void account_mark_remove(
	struct world *world, struct account *account, enum account_mark_kind kind, const char *name)
{
	struct account_mark *mark = find_mark(world, account, kind, name);

	if (mark && mark->wall_ms)
		end_mark(world, account->extras->marks, mark);
}

void account_mark_rename(
	struct world *world, struct account *account, const char *old_name, const char *name)
{
	uint64_t wall_ms = account_mark_of(world, account, ACCOUNT_MARK_READ, old_name);

	if (!wall_ms || casemap_equals(world->casemap, old_name, name))
		return;
	account_mark_remove(world, account, ACCOUNT_MARK_READ, old_name);
	account_mark_set(world, account, ACCOUNT_MARK_READ, name, wall_ms);
}

static void put_mark_fields(
	struct buffer *out, const struct account_mark *mark, bool is_for_snapshot)
{
	struct mark_fields fields = {
		.kind = (char *) (uintptr_t) kind_names[mark->kind],
		.name = mark->name,
		.wall_ms = mark->wall_ms,
		.is_touched = is_for_snapshot && mark->is_touched,
		.row_state = is_for_snapshot ? mark->row_state : ACCOUNT_MARK_ROW_STORED,
	};

	fields_save(out, mark_fields, ARRAY_LENGTH(mark_fields), &fields);
}

static void add_mark_row(struct world *world, struct change *change, const struct account *account,
	const struct account_mark *mark)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	put_mark_fields(&bytes, mark, false);
	if (mark->kind == ACCOUNT_MARK_USER && mark->wall_ms)
		always_on_put(&bytes, world, mark->name);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNT_MARKS,
			.is_removal = !mark->wall_ms,
			.id = account->id,
			.bytes = bytes.bytes,
			.length = bytes.length });
}

bool account_marks_add_rows(struct world *world, struct change *change, struct account *account)
{
	struct account_marks *marks = marks_of(account);

	if (!marks || !marks->is_touched)
		return true;
	for (uint32_t i = 0; i < marks->count;) {
		struct account_mark *mark = &marks->items[i];

		if (!mark->is_touched) {
			i++;
			continue;
		}
		if (change->n_rows == ROWS_PER_CHANGE)
			return false;
		add_mark_row(world, change, account, mark);
		mark->is_touched = false;
		if (mark->row_state == ACCOUNT_MARK_ROW_NONE)
			mark->row_state = ACCOUNT_MARK_ROW_ASKED;
		if (mark->wall_ms)
			i++;
		else
			drop_mark(marks, i);
	}
	marks->is_touched = false;
	return true;
}

static void mark_fields_done(struct mark_fields *fields)
{
	free(fields->kind);
	free(fields->name);
}

/* ACCOUNT_MARK_KINDS: one that a later release has added. */
static enum account_mark_kind find_kind(const char *name)
{
	for (size_t i = 0; i < ACCOUNT_MARK_KINDS; i++)
		if (strcmp(name, kind_names[i]) == 0)
			return (enum account_mark_kind) i;
	return ACCOUNT_MARK_KINDS;
}

/* False: malformed. */
static bool read_mark(
	const struct store_row *row, struct mark_fields *fields, enum account_mark_kind *ret_kind)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(mark_fields, ARRAY_LENGTH(mark_fields), fields, &field);
	if (pack.failed || !fields->kind || !fields->name)
		return false;
	*ret_kind = find_kind(fields->kind);
	return true;
}

/* One that has changed since is touched anyway. A removal that failed is tried again. */
static void restore_mark(struct world *world, struct account *account, enum account_mark_kind kind,
	const struct store_row *row, const char *name)
{
	struct account_mark *mark = find_mark(world, account, kind, name);

	if (!mark && row->is_removal)
		mark = put_mark(world, account, kind, name);
	if (!mark)
		return;
	if (mark->row_state == ACCOUNT_MARK_ROW_ASKED)
		mark->row_state = ACCOUNT_MARK_ROW_NONE;
	if (mark->wall_ms)
		touch_mark(world, account->extras->marks, mark);
	else
		end_mark(world, account->extras->marks, mark);
}

static void settle_mark(const struct world *world, const struct account *account,
	enum account_mark_kind kind, const char *name)
{
	struct account_mark *mark = find_mark(world, account, kind, name);

	if (mark && mark->row_state == ACCOUNT_MARK_ROW_ASKED)
		mark->row_state = ACCOUNT_MARK_ROW_STORED;
}

void account_marks_stored(struct world *world, const struct change *change, bool is_stored)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (pack_next(&pack, &field)) {
		CLEANUP(mark_fields_done) struct mark_fields fields = { 0 };
		enum account_mark_kind kind = ACCOUNT_MARK_READ;
		struct account *account = NULL;

		if (store_row_load(pack_field_record(&field), &row) &&
			read_mark(&row, &fields, &kind))
			account = account_find_id(world, row.id);
		if (account && is_stored)
			settle_mark(world, account, kind, fields.name);
		else if (account)
			restore_mark(world, account, kind, &row, fields.name);
	}
}

bool account_marks_take_row(struct world *world, const struct store_row *row)
{
	CLEANUP(mark_fields_done) struct mark_fields fields = { 0 };
	enum account_mark_kind kind = ACCOUNT_MARK_READ;
	struct account *account = account_find_id(world, row->id);
	struct account_mark *mark;
	bool is_touched;

	if (!read_mark(row, &fields, &kind))
		return false;
	/* Only in snapshots, whose time is there before. */
	is_touched = fields.is_touched && world->marks_ms;
	/* A row without its account is left out, as the account was. */
	if (!account || row->is_removal || kind == ACCOUNT_MARK_KINDS ||
		(!fields.wall_ms && !is_touched))
		return true;
	mark = find_mark(world, account, kind, fields.name);
	if (!mark)
		mark = put_mark(world, account, kind, fields.name);
	mark->wall_ms = fields.wall_ms;
	mark->row_state = fields.row_state <= ACCOUNT_MARK_ROW_ASKED ? fields.row_state
								     : ACCOUNT_MARK_ROW_STORED;
	if (kind == ACCOUNT_MARK_USER && !world->are_users_restored) {
		buffer_clear(&mark->row);
		buffer_put(&mark->row, row->bytes, row->length);
	}
	mark->is_touched = is_touched;
	account->extras->marks->is_touched |= is_touched;
	return true;
}

/* Two names may be one now: the later mark counts. The row of the other stays in the store, as that
 * of an account does. */
static void drop_double(const struct world *world, const struct account *account, uint32_t second)
{
	struct account_marks *marks = marks_of(account);
	struct account_mark *mark = &marks->items[second], *first, older;

	first = find_mark(world, account, (enum account_mark_kind) mark->kind, mark->name);
	if (mark->wall_ms > first->wall_ms) {
		older = *first;
		*first = *mark;
		*mark = older;
	}
	drop_mark(marks, second);
}

void account_marks_fold(const struct world *world, struct account *account)
{
	struct account_marks *marks = marks_of(account);

	for (uint32_t i = 0; marks && i < marks->count; i++)
		marks->items[i].hash = hash_of_name(world, marks->items[i].name);
	for (uint32_t i = 0; marks && i < marks->count;) {
		const struct account_mark *mark = &marks->items[i];

		if (find_mark(world, account, (enum account_mark_kind) mark->kind, mark->name) ==
			mark)
			i++;
		else
			drop_double(world, account, i);
	}
}

void account_marks_save(struct buffer *out, uint16_t id, const struct account *account)
{
	const struct account_marks *marks = marks_of(account);

	for (uint32_t i = 0; marks && i < marks->count; i++) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		if (marks->items[i].row.length)
			buffer_put(&bytes, marks->items[i].row.bytes, marks->items[i].row.length);
		else
			put_mark_fields(&bytes, &marks->items[i], true);
		store_row_save_bytes(out, id, STORE_TABLE_ACCOUNT_MARKS, account->id, &bytes);
	}
}

const char *account_marks_check(const struct world *world, const struct account *account)
{
	const struct account_marks *marks = marks_of(account);

	for (uint32_t i = 0; marks && i < marks->count; i++) {
		const struct account_mark *mark = &marks->items[i];

		if (find_mark(world, account, (enum account_mark_kind) mark->kind, mark->name) !=
			mark)
			return "an account has two marks of one name";
		if (!mark->wall_ms && !mark->is_touched)
			return "a removed mark stays";
		if (mark->is_touched && (!marks->is_touched || !world->marks_ms))
			return "a mark is never stored";
	}
	return NULL;
}
