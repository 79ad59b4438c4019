/* Owns the steps of codes that were used. They only grow: a row that is older changes nothing. */
#include "world/used_codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/world.h"

static const struct field code_fields[] = {
	{ STORE_CODE_NAME, FIELD_TEXT, FIELD_AT(used_code, char *, name) },
	{ STORE_CODE_ACCOUNT, FIELD_U64, FIELD_AT(used_code, uint64_t, account) },
	{ STORE_CODE_STEP, FIELD_U64, FIELD_AT(used_code, uint64_t, step) },
};

static const char *key_of_code(const void *item)
{
	return ((const struct used_code *) item)->name;
}

void used_codes_init(struct used_codes *codes, uint64_t seed_low, uint64_t seed_high)
{
	list_init(&codes->all);
	map_init(&codes->by_name, key_of_code, seed_low, seed_high);
}

static void used_code_free(struct used_code *code)
{
	list_remove(&code->in_all);
	free(code->name);
	free(code);
}

void used_codes_done(struct used_codes *codes)
{
	while (!list_is_empty(&codes->all))
		used_code_free(LIST_FIRST(&codes->all, struct used_code, in_all));
	map_done(&codes->by_name);
}

/* The caller frees. */
static char *name_of_owner(const struct code_owner *owner)
{
	char number[NUMBER_BYTES];
	struct buffer name = { 0 };

	if (owner->account)
		buffer_format(&name, "account %s", text_format_u64(owner->account, number));
	else
		buffer_format(&name, "operator %s", owner->operator);
	return buffer_take(&name);
}

static struct used_code *find_used_code(const struct world *world, const struct code_owner *owner)
{
	CLEANUP(mem_freep) char *name = name_of_owner(owner);

	return map_find(&world->used_codes.by_name, name);
}

uint64_t used_codes_last(const struct world *world, const struct code_owner *owner)
{
	const struct used_code *code = find_used_code(world, owner);

	return code ? code->step : 0;
}

/* Takes the name over. */
static void note_used_code(struct used_codes *codes, struct used_code used)
{
	struct used_code *code = map_find(&codes->by_name, used.name);

	if (!code) {
		code = mem_new(sizeof(*code));
		code->name = TAKE(used.name);
		code->account = used.account;
		list_add_last(&codes->all, &code->in_all);
		map_add(&codes->by_name, code);
	}
	if (used.step > code->step)
		code->step = used.step;
	free(used.name);
}

void used_codes_note(struct world *world, const struct code_owner *owner, uint64_t step)
{
	note_used_code(&world->used_codes, (struct used_code){
						   .name = name_of_owner(owner),
						   .account = owner->account,
						   .step = step,
					   });
}

void used_codes_forget_account(struct world *world, uint64_t account)
{
	struct used_code *code = find_used_code(world, &(struct code_owner){ .account = account });

	if (!code)
		return;
	map_remove(&world->used_codes.by_name, code);
	used_code_free(code);
}

void used_codes_put(const struct world *world, const struct code_owner *owner, struct buffer *out)
{
	fields_save(out, code_fields, ARRAY_LENGTH(code_fields), find_used_code(world, owner));
}

bool used_codes_take_row(struct world *world, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct used_code code = { 0 };
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(code_fields, ARRAY_LENGTH(code_fields), &code, &field);
	if (pack.failed || !code.name || row->is_removal) {
		free(code.name);
		return row->is_removal;
	}
	note_used_code(&world->used_codes, code);
	return true;
}

void used_codes_save(struct buffer *out, uint16_t id, const struct used_codes *codes)
{
	const struct used_code *code;

	LIST_EACH (code, &codes->all, in_all) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		fields_save(&bytes, code_fields, ARRAY_LENGTH(code_fields), code);
		store_row_save_bytes(out, id, STORE_TABLE_USED_CODES, 0, &bytes);
	}
}
