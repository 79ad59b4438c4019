/* Owns the questions under way. Credentials are only in the socket. */
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

struct asker {
	struct loop *loop;
	struct papod_link *link;
	struct list questions; /* oldest first */
	size_t count;
};

struct question {
	struct asker *asker;
	struct list node;
	int fd;
	struct loop_watch *watch;
	struct buffer heard;
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
	close(question->fd);
	buffer_done(&question->heard);
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

static void on_question_ready(void *data, uint32_t events)
{
	struct question *question = data;
	char bytes[2048];
	ssize_t n = recv(question->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void) events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || question->heard.length > MOST_ANSWER_BYTES) {
		abandon_question(question);
		return;
	}
	buffer_put(&question->heard, bytes, (size_t) n);
	take_answer_lines(question);
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

/* Our end of the connection; a negative errno: papod is away. */
static int connect_question(struct asker *asker, const struct asker_question *asked)
{
	CLEANUP(buffer_done) struct buffer lines = { .is_secret = true };
	int ends[2];
	bool is_sent;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	put_question(&lines, asked);
	is_sent = send(ends[0], lines.bytes, lines.length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
			  (ssize_t) lines.length &&
		  papod_link_ask(asker->link, ends[1], asked->address, asked->facts);
	close(ends[1]);
	if (is_sent)
		return ends[0];
	close(ends[0]);
	return -ENOTCONN;
}

struct question *asker_ask(struct asker *asker, const struct asker_question *asked)
{
	int fd = asker->count < MOST_QUESTIONS ? connect_question(asker, asked) : -EAGAIN;
	struct question *question;

	if (fd < 0)
		return NULL;
	question = mem_new(sizeof(*question));
	question->asker = asker;
	question->fd = fd;
	question->deadline_ms = loop_now_ms(asker->loop) + ASKER_MS;
	question->on_answer = asked->on_answer;
	question->data = asked->data;
	question->watch = loop_watch_new(asker->loop, fd, on_question_ready, question);
	list_add_last(&asker->questions, &question->node);
	asker->count++;
	if (loop_watch_change(question->watch, EPOLLIN) == 0)
		return question;
	asker_question_free(question);
	return NULL;
}

uint64_t asker_next_deadline(const struct asker *asker)
{
	return asker->count ? LIST_FIRST(&asker->questions, struct question, node)->deadline_ms
			    : UINT64_MAX;
}

void asker_tick(struct asker *asker)
{
	while (asker_next_deadline(asker) <= loop_now_ms(asker->loop))
		abandon_question(LIST_FIRST(&asker->questions, struct question, node));
}
