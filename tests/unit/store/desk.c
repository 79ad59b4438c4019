#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

#define DEADLINE_MS 20000

static void on_answer(void *data, uint64_t session, uint64_t request, const struct buffer *answer)
{
	struct desk *desk = data;
	struct pack pack;
	struct pack_field field;

	(void) session;
	(void) request;
	desk->n_answers++;
	desk->n_refused += !answer;
	desk->n_rows = 0;
	desk->is_partial = false;
	if (!answer)
		return;
	pack = pack_over(answer->bytes, answer->length);
	while (pack_next(&pack, &field)) {
		desk->n_rows += field.id == HISTORY_ANSWER_ROW;
		desk->is_partial = desk->is_partial || field.id == HISTORY_ANSWER_PARTIAL;
	}
}

static void on_fault(void *data, const struct store_problem *problem)
{
	struct desk *desk = data;

	desk->n_faults++;
	desk->fault = *problem;
}

static void on_backup(void *data, const struct store_problem *problem)
{
	struct desk *desk = data;

	desk->n_backups++;
	snprintf(desk->reason, sizeof(desk->reason), "%s",
		problem->fault == STORE_FAULT_NONE ? "" : problem->text);
}

struct desk *desk_new(void)
{
	struct desk *desk = mem_new(sizeof(*desk));
	const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(desk->directory, sizeof(desk->directory), "%s/papod-archive-XXXXXX", parent);
	assert_non_null(mkdtemp(desk->directory));
	snprintf(desk->path, sizeof(desk->path), "%s/history.db", desk->directory);
	snprintf(desk->copy, sizeof(desk->copy), "%s/copy.db", desk->directory);
	return desk;
}

void desk_free(struct desk *desk)
{
	char command[128];

	desk_close(desk);
	snprintf(command, sizeof(command), "rm -rf %s", desk->directory);
	assert_int_equal(system(command), 0);
	buffer_done(&desk->left);
	free(desk);
}

bool desk_try_open(struct desk *desk, struct store_problem *ret_problem)
{
	const struct archive_needs needs = { on_answer, on_fault, on_backup, desk };

	if (!archive_open(desk->path, &needs, &desk->archive, ret_problem))
		return false;
	if (desk->left.length)
		assert_true(archive_add(desk->archive, desk->left.bytes, desk->left.length));
	buffer_clear(&desk->left);
	archive_flush(desk->archive);
	return true;
}

void desk_open(struct desk *desk)
{
	struct store_problem problem;

	if (!desk_try_open(desk, &problem))
		fail_msg("%s", problem.text);
}

void desk_close(struct desk *desk)
{
	if (!desk->archive)
		return;
	archive_stop(desk->archive);
	archive_take_news(desk->archive);
	archive_put_pending(desk->archive, &desk->left);
	archive_free(desk->archive);
	desk->archive = NULL;
}

void desk_add(struct desk *desk, const struct history_request *request)
{
	struct buffer bytes = { 0 };

	history_request_save(&bytes, request);
	assert_true(archive_add(desk->archive, bytes.bytes, bytes.length));
	buffer_done(&bytes);
}

void desk_say(struct desk *desk, uint64_t id)
{
	desk_add(desk, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
			       .row = { .id = id,
				       .target = 7,
				       .verb = HISTORY_VERB_PRIVMSG,
				       .source = piece_of("ana!a@b"),
				       .text = piece_of("hello") } });
}

void desk_ask(struct desk *desk, uint64_t request, const char *words)
{
	struct history_query query = {
		.kind = words ? HISTORY_QUERY_SEARCH : HISTORY_QUERY_LAST,
		.limit = 1000,
		.words = piece_of(words),
		.owner = words ? 1 : 0,
	};
	const struct history_place place = { .target = 7, .name = piece_of("#a") };
	struct buffer bytes = { 0 };

	history_query_add_place(&query, &place);
	history_query_save(&bytes, &query);
	assert_true(archive_ask(desk->archive, 1, request, bytes.bytes, bytes.length));
	history_query_done(&query);
	buffer_done(&bytes);
}

void desk_take(struct desk *desk, int most_ms)
{
	struct pollfd ready = { archive_fd(desk->archive), POLLIN, 0 };

	if (poll(&ready, 1, most_ms) > 0)
		archive_take_news(desk->archive);
}

void desk_wait_for_answers(struct desk *desk, size_t n)
{
	for (int i = 0; i < DEADLINE_MS / 10 && desk->n_answers < n; i++)
		desk_take(desk, 10);
	assert_true(desk->n_answers >= n);
}

void desk_wait_for_backups(struct desk *desk, size_t n)
{
	for (int i = 0; i < DEADLINE_MS / 10 && desk->n_backups < n; i++)
		desk_take(desk, 10);
	assert_int_equal(desk->n_backups, n);
}

void desk_wait_until_written(struct desk *desk)
{
	archive_flush(desk->archive);
	for (int i = 0; i < DEADLINE_MS / 10 && archive_pending_bytes(desk->archive); i++)
		desk_take(desk, 10);
	assert_int_equal(archive_pending_bytes(desk->archive), 0);
}

void desk_wait_for_faults(struct desk *desk, size_t n)
{
	for (int i = 0; i < DEADLINE_MS / 10 && desk->n_faults < n; i++)
		desk_take(desk, 10);
	assert_int_equal(desk->n_faults, n);
}
