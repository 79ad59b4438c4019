/* Owns the questions to the outside checker that have no answer.
 *
 * Everything is sent and given up in checker_tick(): an answer may end sessions and ask new
 * questions, which must not change the lists while they are walked. A question that was sent and
 * then given up, or whose client has gone, still counts at the checker until it answers: it becomes
 * a late one, of which only the id is known. */
#include "daemon/checker.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "daemon/line_socket.h"

#define MOST_QUESTIONS 1024 /* more clients are asked to try again at once */
#define MOST_SENDS 2	    /* of one question */
#define LEAST_PAUSE_MS 100
#define MOST_PAUSE_MS 10000
/* A checker may be away for so long, to restart, before clients are told. */
#define PATIENCE_MS 1000

struct checker_question {
	struct list in_checker;
	struct checker_request asked; /* its id is that of the line; 0: not sent */
	uint64_t session;
	uint64_t request;
	uint64_t asked_ms;
	uint64_t sent_ms;
	unsigned int n_sends;
};

struct checker {
	struct checker_needs needs;
	char *path; /* NULL: there is none */
	uint32_t timeout_ms;
	struct list waiting; /* oldest first; all of them were asked after those of the next list */
	struct list sent;    /* oldest first */
	size_t n_questions;
	size_t n_sent;
	uint64_t late[CHECKER_MOST_REQUESTS]; /* ids */
	size_t n_late;

	struct line_socket *socket;
	uint64_t last_id;  /* of this connection */
	uint64_t heard_ms; /* when its last answer came; 0: none did */

	uint64_t retry_ms; /* do not connect before */
	uint64_t pause_ms; /* before the next attempt but one */
	uint64_t down_ms;  /* since when it cannot be used; 0: it can, as far as is known */
	bool is_complaining;
};

static uint64_t now_of(const struct checker *checker)
{
	return loop_now_ms(checker->needs.loop);
}

static void complain(struct checker *checker, const char *reason)
{
	if (!checker->is_complaining)
		log_entry(checker->needs.log, LOGBOOK_CHECKER_FAILED, "SOCKET", checker->path,
			"REASON", reason);
	checker->is_complaining = true;
}

static void stop_complaining(struct checker *checker)
{
	if (checker->is_complaining)
		log_entry(checker->needs.log, LOGBOOK_CHECKER_WORKS, "SOCKET", checker->path);
	checker->is_complaining = false;
}

/* Questions */

static void question_free(struct checker_question *question)
{
	list_remove(&question->in_checker);
	checker_request_done(&question->asked);
	free(question);
}

/* It was sent, so the checker will answer it nevertheless. */
static void expect_late_answer(struct checker *checker, uint64_t id)
{
	checker->n_sent--;
	if (checker->n_late < CHECKER_MOST_REQUESTS)
		checker->late[checker->n_late++] = id;
}

static void drop_question(struct checker *checker, struct checker_question *question)
{
	if (question->asked.id)
		expect_late_answer(checker, question->asked.id);
	checker->n_questions--;
	question_free(question);
}

/* The question is gone when its answer is used, which may end its session. */
static void use_answer(struct checker *checker, struct checker_question *question,
	const struct checker_answer *answer)
{
	uint64_t session = question->session, request = question->request;
	struct checker_request asked = question->asked;

	mem_free_secret(asked.texts[CHECKER_TEXT_PASSWORD]);
	mem_free_secret(asked.texts[CHECKER_TEXT_TOKEN]);
	asked.texts[CHECKER_TEXT_PASSWORD] = asked.texts[CHECKER_TEXT_TOKEN] = NULL;
	question->asked = (struct checker_request){ .id = asked.id };
	drop_question(checker, question);
	checker->needs.on_answer(checker->needs.data, session, request, &asked, answer);
	checker_request_done(&asked);
}

static void give_up_asking(struct checker *checker, struct checker_question *question)
{
	const struct checker_answer answer = { .result = CHECKER_RESULT_ERROR };

	use_answer(checker, question, &answer);
}

static struct checker_question *first_of(const struct list *list)
{
	return list_is_empty(list) ? NULL : LIST_FIRST(list, struct checker_question, in_checker);
}

static struct checker_question *oldest_question(const struct checker *checker)
{
	struct checker_question *first = first_of(&checker->sent);

	return first ? first : first_of(&checker->waiting);
}

/* The connection */

/* The connection has ended: its questions are asked again before the others, in their order. */
static void take_back_questions(struct checker *checker)
{
	checker->last_id = 0;
	checker->n_late = 0;
	while (!list_is_empty(&checker->sent)) {
		struct checker_question *last =
			CONTAINER_OF(checker->sent.previous, struct checker_question, in_checker);

		list_remove(&last->in_checker);
		last->asked.id = 0;
		list_add_last(checker->waiting.next, &last->in_checker); /* before the first */
	}
	checker->n_sent = 0;
}

/* Connect again after a pause. A connection that worked needs none. */
static void lose_checker(struct checker *checker, const char *reason)
{
	bool has_worked = checker->heard_ms;

	complain(checker, reason);
	line_socket_close(checker->socket);
	take_back_questions(checker);
	checker->heard_ms = 0;
	if (!checker->down_ms)
		checker->down_ms = now_of(checker);
	if (has_worked)
		return;
	if (!checker->pause_ms)
		checker->pause_ms = LEAST_PAUSE_MS;
	checker->retry_ms = now_of(checker) + checker->pause_ms;
	checker->pause_ms *= 2;
	if (checker->pause_ms > MOST_PAUSE_MS)
		checker->pause_ms = MOST_PAUSE_MS;
}

static void open_checker(struct checker *checker)
{
	int error = line_socket_open(checker->socket, checker->path);

	if (error)
		lose_checker(checker, strerror(-error));
}

/* Sending */

static void send_question(struct checker *checker, struct checker_question *question)
{
	const struct checker_answer no = { .result = CHECKER_RESULT_NO };

	question->asked.id = ++checker->last_id;
	if (!checker_format_request(&question->asked, line_socket_out(checker->socket))) {
		question->asked.id = 0; /* a password that is no text */
		use_answer(checker, question, &no);
		return;
	}
	list_remove(&question->in_checker);
	list_add_last(&checker->sent, &question->in_checker);
	checker->n_sent++;
	question->n_sends++;
	question->sent_ms = now_of(checker);
}

static bool can_send(const struct checker *checker)
{
	return line_socket_is_open(checker->socket) && !list_is_empty(&checker->waiting) &&
	       checker->n_sent + checker->n_late < CHECKER_MOST_REQUESTS;
}

static void send_questions(struct checker *checker)
{
	while (can_send(checker))
		send_question(checker, first_of(&checker->waiting));
	line_socket_flush(checker->socket);
}

/* Answers */

/* False: there is no such id. */
static bool take_late_answer(struct checker *checker, uint64_t id)
{
	for (size_t i = 0; i < checker->n_late; i++)
		if (checker->late[i] == id) {
			checker->late[i] = checker->late[--checker->n_late];
			return true;
		}
	return false;
}

static struct checker_question *find_sent(const struct checker *checker, uint64_t id)
{
	struct checker_question *question;

	LIST_EACH (question, &checker->sent, in_checker)
		if (question->asked.id == id)
			return question;
	return NULL;
}

static void log_refusal(
	const struct checker *checker, uint64_t session, const struct checker_answer *answer)
{
	char id[NUMBER_BYTES];

	if (answer->text)
		log_entry(checker->needs.log, LOGBOOK_CHECKER_REFUSED, "SESSION",
			text_format_u64(session, id), "REASON", answer->text);
}

/* The checker is there, but may have a problem of its own. */
static void note_health(
	struct checker *checker, uint64_t session, const struct checker_answer *answer)
{
	checker->heard_ms = now_of(checker);
	checker->down_ms = checker->pause_ms = checker->retry_ms = 0;
	if (answer->result == CHECKER_RESULT_ERROR)
		complain(checker, answer->text ? answer->text : "it says that it has a problem");
	else if (answer->result != CHECKER_RESULT_BUSY)
		stop_complaining(checker);
	if (answer->result == CHECKER_RESULT_NO)
		log_refusal(checker, session, answer);
}

static void use_checker_answer(struct checker *checker, const struct checker_answer *answer)
{
	struct checker_question *question = find_sent(checker, answer->id);

	if (question) {
		note_health(checker, question->session, answer);
		question->asked.id = 0; /* nothing comes later */
		checker->n_sent--;
		use_answer(checker, question, answer);
	} else if (take_late_answer(checker, answer->id)) {
		checker->heard_ms = now_of(checker);
	} else {
		lose_checker(checker, "it answers a request that papod has not sent");
	}
}

static void on_checker_line(void *data, const char *line, size_t length)
{
	struct checker *checker = data;
	CLEANUP(buffer_done) struct buffer problem = { 0 };
	char reason[CHECKER_REASON_BYTES];
	struct checker_answer answer;

	if (checker_parse_answer(line, length, reason, &answer)) {
		use_checker_answer(checker, &answer);
		checker_answer_done(&answer);
		return;
	}
	buffer_format(&problem, "its answer makes no sense: %s", reason);
	lose_checker(checker, problem.bytes);
}

static void on_checker_lost(void *data, const char *reason)
{
	lose_checker(data, reason);
}

/* Giving up */

/* Nothing came since it was sent, or the checker never answers so many. */
static bool is_stuck(const struct checker *checker, const struct checker_question *question)
{
	return question->asked.id && (checker->heard_ms < question->sent_ms ||
					     checker->n_late + 1 >= CHECKER_MOST_REQUESTS);
}

static void give_up_late_questions(struct checker *checker)
{
	struct checker_question *oldest;

	while ((oldest = oldest_question(checker)) &&
		oldest->asked_ms + checker->timeout_ms <= now_of(checker)) {
		bool closes = is_stuck(checker, oldest);

		complain(checker, "it does not answer in time");
		give_up_asking(checker, oldest);
		if (closes && line_socket_is_open(checker->socket))
			lose_checker(checker, "it does not answer in time");
	}
}

static bool is_given_up(const struct checker *checker, const struct checker_question *question)
{
	return question->n_sends >= MOST_SENDS || !checker->path ||
	       (checker->down_ms && now_of(checker) - checker->down_ms >= PATIENCE_MS &&
		       checker->retry_ms > now_of(checker));
}

/* Those that cannot be sent. */
static void give_up_unsent_questions(struct checker *checker)
{
	struct checker_question *first;

	while (!line_socket_is_open(checker->socket) && (first = first_of(&checker->waiting)) &&
		is_given_up(checker, first))
		give_up_asking(checker, first);
}

/* What was sent twice is not sent again. */
static void give_up_failed_questions(struct checker *checker)
{
	struct checker_question *first;

	while ((first = first_of(&checker->waiting)) && first->n_sends >= MOST_SENDS)
		give_up_asking(checker, first);
}

static bool wants_to_connect(const struct checker *checker)
{
	return !line_socket_is_open(checker->socket) && checker->path &&
	       (!list_is_empty(&checker->waiting) || checker->is_complaining);
}

/* Mostly so, at each turn of the loop. */
static bool is_idle(const struct checker *checker)
{
	return !checker->n_questions && !checker->is_complaining &&
	       !line_socket_is_open(checker->socket);
}

void checker_tick(struct checker *checker)
{
	if (is_idle(checker))
		return;
	give_up_late_questions(checker);
	give_up_failed_questions(checker);
	if (wants_to_connect(checker) && checker->retry_ms <= now_of(checker))
		open_checker(checker);
	give_up_unsent_questions(checker);
	send_questions(checker);
}

uint64_t checker_next_deadline(const struct checker *checker)
{
	const struct checker_question *oldest;
	uint64_t deadline_ms = UINT64_MAX;

	if (is_idle(checker))
		return deadline_ms;
	oldest = oldest_question(checker);
	if (oldest)
		deadline_ms = oldest->asked_ms + checker->timeout_ms;
	if (can_send(checker) || (oldest && !checker->path))
		return 0;
	if (wants_to_connect(checker))
		deadline_ms = loop_earlier(deadline_ms, checker->retry_ms);
	return deadline_ms;
}

/* From outside */

bool checker_ask(
	struct checker *checker, uint64_t session, uint64_t request, struct checker_request *asked)
{
	struct checker_question *question;

	if (checker->n_questions >= MOST_QUESTIONS) {
		checker_request_done(asked);
		return false;
	}
	question = mem_new(sizeof(*question));
	question->asked = *asked;
	*asked = (struct checker_request){ 0 };
	question->session = session;
	question->request = request;
	question->asked_ms = now_of(checker);
	list_init(&question->in_checker);
	list_add_last(&checker->waiting, &question->in_checker);
	checker->n_questions++;
	return true;
}

static void forget_in(struct checker *checker, struct list *list, uint64_t session)
{
	struct checker_question *question, *after;

	LIST_EACH_SAFE (question, after, list, in_checker)
		if (question->session == session)
			drop_question(checker, question);
}

void checker_forget(struct checker *checker, uint64_t session)
{
	forget_in(checker, &checker->sent, session);
	forget_in(checker, &checker->waiting, session);
}

static bool is_same_checker(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

void checker_use(struct checker *checker, const char *path, uint32_t timeout_ms)
{
	struct checker_question *question;

	checker->timeout_ms = timeout_ms;
	if (is_same_checker(checker->path, path))
		return;
	line_socket_close(checker->socket);
	take_back_questions(checker);
	checker->heard_ms = 0;
	LIST_EACH (question, &checker->waiting, in_checker)
		question->n_sends = 0;
	checker->retry_ms = checker->pause_ms = checker->down_ms = 0;
	checker->is_complaining = false;
	mem_set_text(&checker->path, path);
}

struct checker *checker_new(const struct checker_needs *needs)
{
	struct checker *checker = mem_new(sizeof(*checker));
	const struct line_socket_calls calls = { on_checker_line, on_checker_lost, checker,
		CHECKER_LINE_BYTES };

	checker->needs = *needs;
	checker->socket = line_socket_new(needs->loop, &calls);
	list_init(&checker->waiting);
	list_init(&checker->sent);
	return checker;
}

static void free_all_questions(struct list *list)
{
	while (!list_is_empty(list))
		question_free(LIST_FIRST(list, struct checker_question, in_checker));
}

void checker_free(struct checker *checker)
{
	if (!checker)
		return;
	free_all_questions(&checker->sent);
	free_all_questions(&checker->waiting);
	line_socket_free(checker->socket);
	free(checker->path);
	free(checker);
}
