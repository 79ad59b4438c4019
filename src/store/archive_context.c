/* Owns the statement that reads context.
 *
 * No index leads from a message to what refers to it, and nearly all of that comes soon: so only
 * some events that follow are looked at. Which of the messages each refers to, the core decides. */
#include "store/archive_context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/archive_columns.h"

#define EVENTS "100" /* that are looked at */

/* HISTORY_VERB_TAGMSG, which is an event; see messages_of_target in schema_history.c. */
static const char text_of_context[] =
	"SELECT " ARCHIVE_COLUMNS
	" FROM (SELECT * FROM messages WHERE target = ?1 AND (verb > 2) = 1 AND id > ?2"
	" ORDER BY id LIMIT " EVENTS ") AS messages WHERE verb = 3";

struct archive_context {
	sqlite3_stmt *statement;
};

int archive_context_new(sqlite3 *handle, struct archive_context **ret_context)
{
	struct archive_context *context = mem_new(sizeof(*context));
	int result = sqlite3_prepare_v3(
		handle, text_of_context, -1, SQLITE_PREPARE_PERSISTENT, &context->statement, NULL);

	if (result != SQLITE_OK)
		archive_context_free(context);
	else
		*ret_context = context;
	return result;
}

void archive_context_free(struct archive_context *context)
{
	if (!context)
		return;
	sqlite3_finalize(context->statement);
	free(context);
}

/* The tag +reply, or +draft/reply. */
static bool refers_to_another(const struct history_row *row)
{
	static const char name[] = "reply=";

	return row->rest.length && memmem(row->rest.bytes, row->rest.length, name, strlen(name));
}

static int read_context_of(struct archive_context *context, const struct history_query *query,
	struct history_room *room, struct buffer *out)
{
	sqlite3_stmt *statement = context->statement;
	int result;

	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		struct history_row row = archive_row_of(statement);
		size_t at = out->length;

		if (!refers_to_another(&row))
			continue;
		history_row_save(out, HISTORY_ANSWER_CONTEXT, &row);
		if (!history_room_takes(
			    room, query, history_row_shown_bytes(&row, out->length - at))) {
			buffer_cut(out, at);
			break;
		}
	}
	return result;
}

int archive_context_read(struct archive_context *context, const struct history_query *query,
	uint64_t last_id, struct buffer *out)
{
	struct pack places = history_query_places(query);
	struct history_query quarter = *query;
	struct history_room room = { 0 };
	struct history_place place;
	int result = SQLITE_OK;

	/* The limit counts the messages only, but the answer has to fit into the send queue. */
	quarter.limit = UINT32_MAX;
	quarter.most_bytes = query->most_bytes / 4;
	while (history_query_next_place(&places, &place)) {
		result = sqlite3_bind_int64(context->statement, 1, place.target);
		if (result == SQLITE_OK)
			result = sqlite3_bind_int64(context->statement, 2, (sqlite3_int64) last_id);
		if (result == SQLITE_OK)
			result = read_context_of(context, &quarter, &room, out);
		(void) sqlite3_reset(context->statement);
		if (result != SQLITE_DONE)
			break;
	}
	return result == SQLITE_ROW || result == SQLITE_DONE || (result & 0xff) == SQLITE_INTERRUPT
		       ? SQLITE_OK
		       : result;
}
