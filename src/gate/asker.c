/* Owns the questions under way. A papod that ends before it has taken the connection answers with
 * its end: the next one is asked again. So credentials wait here, and are overwritten. */
#include "gate/asker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/message.h"
#include "proto/sasl.h"

#define MOST_QUESTIONS 128
#define MOST_ANSWER_BYTES 16384
#define RETRY_MS 100

struct asker {
	struct loop *loop;
	struct papod_link *link;
	struct list questions; /* oldest first */
	size_t count;
};

struct question {
	struct asker *asker;
	struct list node;
	int fd; /* -1: papod is away */
	struct loop_watch *watch;
	struct buffer lines; /* of the question; secret */
	struct address address;
	struct tls_facts facts;
	struct buffer heard;
	uint64_t retry_ms; /* UINT64_MAX: it is asked */
	uint64_t deadline_ms;
	void (*on_answer)(void *data, const struct asker_answer *answer);
	void *data;
};

struct asker *asker_new(struct loop *loop, struct papod_link *link)
{
	struct asker *asker = mem_new(sizeof(*asker));

	asker->loop = loop;
	asker->link = link;
	list_init(&asker->questions);
	return asker;
}

void asker_free(struct asker *asker)
{
	free(asker);
}

void asker_question_free(struct question *question)
{
	if (!question)
		return;
	list_remove(&question->node);
	question->asker->count--;
	loop_watch_remove(question->watch);
	if (question->fd >= 0)
		close(question->fd);
	buffer_done(&question->heard);
	buffer_done(&question->lines);
	free(question);
}

static void end_question(struct question *question, const struct asker_answer *answer)
{
	void (*on_answer)(void *data, const struct asker_answer *answer) = question->on_answer;
	void *data = question->data;

	asker_question_free(question);
	on_answer(data, answer);
}

static void abandon_question(struct question *question)
{
	end_question(question, &(struct asker_answer){ .status = HTTP_STATUS_UNAVAILABLE,
				       .reason = "The IRC server does not answer at the moment" });
}

/* Answers */

static bool is_verdict(uint64_t status)
{
	return status == HTTP_STATUS_OK || status == HTTP_STATUS_UNAUTHORIZED ||
	       status == HTTP_STATUS_FORBIDDEN || status == HTTP_STATUS_UNAVAILABLE;
}

/* FILEHOST CHECK <status> <account> <name> :<reason> */
static bool read_verdict(const struct message *message, struct asker_answer *ret_answer)
{
	uint64_t status, account;

	if (message->n_params < 5 || strcmp(message->command, "FILEHOST") != 0 ||
		strcmp(message->params[0], "CHECK") != 0 ||
		!text_parse_u64(message->params[1], &status) ||
		!text_parse_u64(message->params[2], &account) || !is_verdict(status) ||
		(status == HTTP_STATUS_OK && !account))
		return false;
	*ret_answer = (struct asker_answer){ .status = (enum http_status) status,
		.account = account,
		.reason = message->params[4] };
	return true;
}

/* Other lines are for clients. True: the question has ended. */
static bool take_answer_line(struct question *question, const char *line, size_t length)
{
	struct asker_answer answer;
	struct message message;

	if (message_parse(line, length, &message) != MESSAGE_OK || !read_verdict(&message, &answer))
		return false;
	end_question(question, &answer);
	return true;
}

static void take_answer_lines(struct question *question)
{
	struct buffer *heard = &question->heard;
	const char *end;

	while (heard->length && (end = memchr(heard->bytes, '\n', heard->length))) {
		size_t length = (size_t) (end - heard->bytes);
		size_t text = length && end[-1] == '\r' ? length - 1 : length;

		if (take_answer_line(question, heard->bytes, text))
			return;
		buffer_drop(heard, length + 1);
	}
}

/* One that papod has refused was told so. */
static void lose_connection(struct question *question)
{
	if (question->heard.length) {
		abandon_question(question);
		return;
	}
	loop_watch_remove(TAKE(question->watch));
	close(TAKE_FD(question->fd));
	question->retry_ms = loop_now_ms(question->asker->loop) + RETRY_MS;
}

static void on_question_ready(void *data, uint32_t events)
{
	struct question *question = data;
	char bytes[2048];
	ssize_t n = recv(question->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void) events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose_connection(question);
	} else if (question->heard.length > MOST_ANSWER_BYTES) {
		abandon_question(question);
	} else {
		buffer_put(&question->heard, bytes, (size_t) n);
		take_answer_lines(question);
	}
}

/* Questions */

static void put_sasl_message(
	struct buffer *out, const char *mechanism, const struct buffer *message)
{
	struct sasl_pieces pieces = { message->bytes, message->length, false };
	char piece[SASL_PIECE_BYTES + 1];

	while (sasl_next_piece(&pieces, piece))
		buffer_format(out, "FILEHOST CHECK %s %s\r\n", mechanism, piece);
	explicit_bzero(piece, sizeof(piece));
}

static void put_question(struct buffer *out, const struct asker_question *asked)
{
	if (asked->kind == HTTP_CREDENTIALS_PLAIN)
		put_sasl_message(out, "PLAIN", asked->message);
	else if (asked->kind == HTTP_CREDENTIALS_BEARER)
		put_sasl_message(out, "OAUTHBEARER", asked->message);
	else
		buffer_format(out, "FILEHOST CHECK TOKEN %s\r\n", buffer_text(asked->message));
}

/* False: papod is away. */
static bool pass_question(struct question *question, int fd, int fd_of_papod)
{
	const struct buffer *lines = &question->lines;

	return send(fd, lines->bytes, lines->length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		       (ssize_t) lines->length &&
	       papod_link_ask(
		       question->asker->link, fd_of_papod, &question->address, &question->facts);
}

static void connect_question(struct question *question)
{
	struct loop *loop = question->asker->loop;
	int ends[2];

	question->retry_ms = loop_now_ms(loop) + RETRY_MS;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	if (pass_question(question, ends[0], ends[1])) {
		question->fd = ends[0];
		question->watch = loop_watch_new(loop, ends[0], on_question_ready, question);
		question->retry_ms = UINT64_MAX;
		(void) loop_watch_change(question->watch, EPOLLIN);
	} else {
		close(ends[0]);
	}
	close(ends[1]);
}

struct question *asker_ask(struct asker *asker, const struct asker_question *asked)
{
	struct question *question;

	if (asker->count >= MOST_QUESTIONS)
		return NULL;
	question = mem_new(sizeof(*question));
	question->asker = asker;
	question->fd = -1;
	question->address = *asked->address;
	question->facts = *asked->facts;
	question->lines.is_secret = true;
	put_question(&question->lines, asked);
	question->deadline_ms = loop_now_ms(asker->loop) + ASKER_MS;
	question->on_answer = asked->on_answer;
	question->data = asked->data;
	list_add_last(&asker->questions, &question->node);
	asker->count++;
	connect_question(question);
	return question;
}

uint64_t asker_next_deadline(const struct asker *asker)
{
	uint64_t first_ms = UINT64_MAX;
	const struct question *question;

	LIST_EACH (question, &asker->questions, node) {
		first_ms = loop_earlier(first_ms, question->deadline_ms);
		first_ms = loop_earlier(first_ms, question->retry_ms);
	}
	return first_ms;
}

void asker_tick(struct asker *asker)
{
	uint64_t now_ms = loop_now_ms(asker->loop);
	struct question *question, *after;

	LIST_EACH_SAFE (question, after, &asker->questions, node) {
		if (question->deadline_ms <= now_ms)
			abandon_question(question);
		else if (question->retry_ms <= now_ms)
			connect_question(question);
	}
}
