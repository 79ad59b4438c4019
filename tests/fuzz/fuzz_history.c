/* Any bytes as what comes from a snapshot, the log or a database file about history: requests,
 * questions and answers. What is read is written as bytes that read the same, and two answers merge
 * to one that is not larger than allowed. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/history_merge.h"
#include "proto/history_query.h"
#include "proto/history_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_same_piece(struct piece one, struct piece other)
{
	assert(one.length == other.length);
	assert(!one.length || memcmp(one.bytes, other.bytes, one.length) == 0);
}

static void expect_same_row(const struct history_row *one, const struct history_row *other)
{
	assert(one->id == other->id && one->birth == other->birth);
	assert(one->target == other->target && one->verb == other->verb);
	assert(one->author == other->author);
	expect_same_piece(one->source, other->source);
	expect_same_piece(one->account, other->account);
	expect_same_piece(one->text, other->text);
	expect_same_piece(one->rest, other->rest);
	expect_same_piece(one->name, other->name);
}

static void try_requests(const uint8_t *data, size_t size)
{
	struct pack pack = pack_over(data, size), again;
	struct history_request request, back;
	struct pack_field field;

	while (pack_next(&pack, &field)) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		if (!history_request_load(&field, &request))
			continue;
		history_request_save(&bytes, &request);
		again = pack_over(bytes.bytes, bytes.length);
		assert(pack_next(&again, &field) && history_request_load(&field, &back));
		assert(back.kind == request.kind && back.number == request.number);
		expect_same_row(&back.row, &request.row);
	}
}

static size_t count_places(const struct history_query *query)
{
	struct pack places = history_query_places(query);
	struct history_place place;
	size_t n = 0;

	while (history_query_next_place(&places, &place))
		n++;
	return n;
}

static void merge_answers(const struct history_query *query, const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer one = { 0 }, other = { 0 }, merged = { 0 };
	struct pack pack;
	struct pack_field field;
	size_t n = 0;

	buffer_put(&one, data, size / 2);
	buffer_put(&other, data + size / 2, size - size / 2);
	history_merge(query, &one, &other, &merged);
	pack = pack_over(merged.bytes, merged.length);
	while (pack_next(&pack, &field))
		n += field.id == HISTORY_ANSWER_ROW;
	assert(!pack.failed && n <= query->limit);
}

static void try_question(const uint8_t *data, size_t size)
{
	CLEANUP(history_query_done) struct history_query query = { 0 };
	CLEANUP(history_query_done) struct history_query back = { 0 };
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	if (!history_query_load(data, size, &query))
		return;
	history_query_save(&bytes, &query);
	assert(history_query_load(bytes.bytes, bytes.length, &back));
	assert(back.kind == query.kind && back.after == query.after && back.limit == query.limit);
	assert(back.before == query.before && back.owner == query.owner);
	assert(back.author == query.author);
	expect_same_piece(back.words, query.words);
	expect_same_piece(back.from, query.from);
	assert(count_places(&back) == count_places(&query));
	merge_answers(&query, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 10 };

	try_requests(data, size);
	try_question(data, size);
	merge_answers(&query, data, size);
	return 0;
}
