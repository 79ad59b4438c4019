/* Owns the form of what is known of certificates. */
#include "proto/certificate_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#define NAMES_BYTES 400 /* a certificate may have hundreds */
#define RECORD 1

enum facts_field {
	FACTS_FIELD_PATH = 1,
	FACTS_FIELD_NAMES,
	FACTS_FIELD_ENDS,
};

bool certificate_facts_put(
	struct buffer *out, const char *path, const char *names, uint64_t ends_wall_ms)
{
	size_t before = out->length, record = pack_begin(out, RECORD);

	pack_text(out, FACTS_FIELD_PATH, path);
	pack_bytes(out, FACTS_FIELD_NAMES, names, text_cut_utf8(names, strlen(names), NAMES_BYTES));
	pack_u64(out, FACTS_FIELD_ENDS, ends_wall_ms);
	pack_end(out, record);
	if (out->length <= CERTIFICATE_FACTS_BYTES)
		return true;
	buffer_cut(out, before);
	return false;
}

static bool is_path(const struct pack_field *field, const char *path)
{
	return field->id == FACTS_FIELD_PATH && field->length == strlen(path) &&
	       memcmp(field->bytes, path, field->length) == 0;
}

bool certificate_facts_find(
	const struct buffer *facts, const char *path, char **ret_names, uint64_t *ret_ends_wall_ms)
{
	struct pack pack = pack_over(buffer_text(facts), facts->length), record;
	struct pack_field one, field;

	while (pack_next(&pack, &one)) {
		CLEANUP(mem_freep) char *names = NULL;
		uint64_t ends_wall_ms = 0;
		bool is_found = false;

		record = pack_field_record(&one);
		while (pack_next(&record, &field)) {
			is_found = is_found || is_path(&field, path);
			if (field.id == FACTS_FIELD_NAMES) {
				free(names);
				names = pack_field_text(&field);
			} else if (field.id == FACTS_FIELD_ENDS) {
				ends_wall_ms = pack_field_u64(&field);
			}
		}
		if (!is_found)
			continue;
		*ret_names = TAKE(names);
		*ret_ends_wall_ms = ends_wall_ms;
		return true;
	}
	return false;
}
