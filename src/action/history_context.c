/* Owns which message a row refers to. Each is read once: an answer has a hundred of them, and of
 * messages. */
#include "action/history_context.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/history_query.h"
#include "proto/tags.h"
#include "world/history.h"
#include "world/msgid.h"

struct context_row {
	struct history_row row;
	char parent[MSGID_BYTES];
};

/* IRCv3 reply, and its draft. False: the row refers to no id of ours. */
static bool read_parent(const struct history_row *row, char ret_parent[MSGID_BYTES])
{
	const struct history_details details = history_details_read(row->rest);
	CLEANUP(mem_freep) char *tags = mem_text_n(details.tags.bytes, details.tags.length);
	struct tag tag;

	if ((!tags_find(tags, "+reply", &tag) && !tags_find(tags, "+draft/reply", &tag)) ||
		tag.value_length != MSGID_BYTES - 1)
		return false;
	memcpy(ret_parent, tag.value, tag.value_length);
	ret_parent[tag.value_length] = '\0';
	return true;
}

void history_context_read(const struct event *event, struct history_context *ret_context)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct context_row next;
	struct pack_field field;

	*ret_context = (struct history_context){ 0 };
	while (pack_next(&answer, &field)) {
		if (field.id != HISTORY_ANSWER_CONTEXT ||
			!history_row_load(pack_field_record(&field), &next.row) ||
			!read_parent(&next.row, next.parent))
			continue;
		ret_context->rows = mem_resize(
			ret_context->rows, ret_context->count + 1, sizeof(*ret_context->rows));
		ret_context->rows[ret_context->count++] = next;
	}
}

void history_context_done(struct history_context *context)
{
	free(context->rows);
}

const struct history_row *history_context_next(
	const struct history_context *context, const struct history_row *parent, size_t *at)
{
	char id[MSGID_BYTES];

	if (*at < context->count)
		msgid_format_of(parent->birth, parent->heard ? parent->heard : parent->id, id);
	while (*at < context->count) {
		const struct context_row *next = &context->rows[(*at)++];

		if (strcmp(next->parent, id) == 0)
			return &next->row;
	}
	return NULL;
}
