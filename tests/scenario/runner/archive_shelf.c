#include "archive_shelf.h"

#include <assert.h>
#include <sqlite3.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/history_query.h"
#include "store/archive_erasures.h"
#include "store/archive_reader.h"
#include "store/archive_tables.h"
#include "store/schema.h"

#define MOST_MS 10000

static void open_shelf(struct archive_shelf *shelf)
{
	if (shelf->handle)
		return;
	assert(sqlite3_open_v2(":memory:", &shelf->handle,
		       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK);
	assert(schema_migrate(shelf->handle, &schema_of_history) == SQLITE_OK);
	assert(archive_tables_new(shelf->handle, &shelf->tables) == SQLITE_OK);
	assert(archive_reader_new(shelf->handle, &shelf->reader) == SQLITE_OK);
}

void archive_shelf_done(struct archive_shelf *shelf)
{
	for (size_t i = 0; i < shelf->n_questions; i++)
		buffer_done(&shelf->questions[i].bytes);
	buffer_done(&shelf->answer);
	archive_tables_free(shelf->tables);
	archive_reader_free(shelf->reader);
	(void) sqlite3_close(shelf->handle);
}

bool archive_shelf_change(struct archive_shelf *shelf, const struct effect *effect)
{
	const struct bytes *request = effect->bytes;
	struct pack pack = pack_over(request->bytes, request->length);
	struct history_request loaded;
	struct pack_field field;

	if (shelf->is_losing && history_request_is_removal(request->bytes, request->length)) {
		shelf->has_news = true;
		shelf->loser = effect->session;
		return true;
	}
	open_shelf(shelf);
	return pack_next(&pack, &field) && history_request_load(&field, &loaded) &&
	       archive_tables_apply(shelf->tables, &loaded) == SQLITE_OK;
}

bool archive_shelf_ask(struct archive_shelf *shelf, const struct effect *effect)
{
	const struct bytes *question = effect->request->question;
	size_t i = shelf->n_questions;

	if (i == SHELF_QUESTIONS)
		return false;
	shelf->n_questions++;
	shelf->questions[i].session = effect->session;
	shelf->questions[i].request = effect->request->id;
	shelf->questions[i].bytes = (struct buffer){ 0 };
	buffer_put(&shelf->questions[i].bytes, question->bytes, question->length);
	return true;
}

/* Everything that the writer does between two chunks. */
static void keep_order(struct archive_shelf *shelf)
{
	int result = SQLITE_OK;

	while (result == SQLITE_OK)
		result = archive_tables_index(shelf->tables);
	for (result = SQLITE_OK; result == SQLITE_OK;)
		result = archive_erasures_go_on(shelf->tables);
	assert(result == SQLITE_DONE);
}

static bool find_answer(struct archive_shelf *shelf, const struct buffer *question)
{
	struct history_query query;
	int result;

	open_shelf(shelf);
	keep_order(shelf);
	if (shelf->is_failing || !history_query_load(question->bytes, question->length, &query))
		return false;
	result = archive_reader_run(shelf->reader, &query, MOST_MS, &shelf->answer);
	history_query_done(&query);
	return result == SQLITE_OK;
}

bool archive_shelf_set_news(struct archive_shelf *shelf, const char *words)
{
	static const struct {
		const char *words;
		enum history_store news;
	} all[] = {
		{ "has memory", HISTORY_STORE_MEMORY },
		{ "lacks memory", HISTORY_STORE_NO_MEMORY },
		{ "reports a fault", HISTORY_STORE_FAILS },
		{ "reports its end", HISTORY_STORE_WORKS },
		{ "loses removals", HISTORY_STORE_LOST },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		if (strcmp(words, all[i].words) == 0) {
			shelf->is_losing = all[i].news == HISTORY_STORE_LOST;
			shelf->has_news = !shelf->is_losing;
			shelf->news = all[i].news;
			return true;
		}
	return false;
}

bool archive_shelf_answer(struct archive_shelf *shelf, struct event *ret_event)
{
	struct buffer question = shelf->questions[0].bytes;

	if (shelf->has_news) {
		shelf->has_news = false;
		*ret_event = (struct event){
			.kind = EVENT_HISTORY, .session = shelf->loser, .status = shelf->news
		};
		shelf->loser = 0;
		return true;
	}
	if (!shelf->n_questions || shelf->is_held)
		return false;
	buffer_clear(&shelf->answer);
	*ret_event = (struct event){ .kind = EVENT_ANSWER,
		.session = shelf->questions[0].session,
		.request = shelf->questions[0].request,
		.status = find_answer(shelf, &question) ? ANSWER_YES : ANSWER_NO };
	ret_event->text = buffer_text(&shelf->answer);
	ret_event->text_length = shelf->answer.length;
	buffer_done(&question);
	shelf->n_questions--;
	for (size_t i = 0; i < shelf->n_questions; i++)
		shelf->questions[i] = shelf->questions[i + 1];
	return true;
}
