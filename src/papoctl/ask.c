/* Owns one call of papod, whose answer may come in several replies. */
#include "papoctl/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "papoctl/shown.h"
#include "proto/varlink_message.h"
#include "service/control_caller.h"

#define READ_BYTES 65536

struct asking {
	const char *program;
	const struct report_row *row;
	json_t *parameters;
	void (*on_rows)(const json_t *rows);
	int fd;
	struct buffer in;
	struct answer_of_papod asked;
	bool is_over;
};

void answer_of_papod_done(struct answer_of_papod *asked)
{
	json_decref(asked->rows);
	json_decref(asked->message);
	*asked = (struct answer_of_papod){ 0 };
}

static int send_call(const struct asking *asking)
{
	CLEANUP(buffer_done) struct buffer method = { 0 }, call = { 0 };

	buffer_format(&method, REPORT_INTERFACE ".%s", asking->row->method);
	json_incref(asking->parameters);
	if (report_is_act(asking->row))
		varlink_message_put_call(&call, method.bytes, asking->parameters);
	else
		varlink_message_put_call_for_more(&call, method.bytes, asking->parameters);
	/* It fits into the buffer of a new socket. */
	if (send(asking->fd, call.bytes, call.length, MSG_NOSIGNAL) >= 0)
		return 0;
	fprintf(stderr, "%s: papod has ended the connection; try again\n", asking->program);
	return EX_TEMPFAIL;
}

/* The errors of papod's interface have a sentence for humans. */
static const struct {
	const char *name;
	int status;
} errors[] = {
	{ REPORT_INTERFACE ".NotFound", EX_NOUSER },
	{ REPORT_INTERFACE ".Refused", EX_DATAERR },
};

static int find_error_status(const char *error)
{
	for (size_t i = 0; i < ARRAY_LENGTH(errors); i++)
		if (strcmp(errors[i].name, error) == 0)
			return errors[i].status;
	return 0;
}

static int explain_error(const struct asking *asking, const struct varlink_message *message)
{
	const char *reason = varlink_message_text(message, "reason"), *error = message->error;
	const char *parameter = varlink_message_text(message, "parameter");
	int status = find_error_status(error);

	if (status && reason) {
		fprintf(stderr, "%s: ", asking->program);
		shown_print(stderr, reason);
		return status;
	}
	if (strcmp(error, "org.varlink.service.InvalidParameter") == 0 && parameter) {
		fprintf(stderr, "%s: %s is empty, too long or has control characters\n",
			asking->program, parameter);
		return EX_DATAERR;
	}
	if (strstr(error, "NotFound"))
		fprintf(stderr,
			"%s: the papod that runs does not know this; has it been restarted since "
			"its last upgrade?\n",
			asking->program);
	else
		fprintf(stderr, "%s: papod refuses the call with %s\n", asking->program, error);
	return EX_PROTOCOL;
}

/* False: malformed. */
static bool keep_answer(struct asking *asking, const struct varlink_message *message)
{
	const struct report_row *row = asking->row;
	json_t *part =
		json_object_get(message->parameters, report_is_act(row) ? "message" : row->member);

	asking->is_over = !message->is_continued;
	if (report_is_act(row)) {
		asking->asked.message = json_incref(part);
		return json_is_string(part);
	}
	if (json_is_true(json_object_get(message->parameters, REPORT_PARTIAL)))
		asking->asked.is_partial = true;
	if (asking->on_rows && json_is_array(part)) {
		asking->on_rows(part);
		return true;
	}
	if (json_is_string(part) || json_is_object(part)) /* a text, or counts */
		return json_array_append(asking->asked.rows, part) == 0;
	return json_is_array(part) && json_array_extend(asking->asked.rows, part) == 0;
}

static int take_reply(struct asking *asking, const char *text, size_t length)
{
	CLEANUP(varlink_message_done) struct varlink_message message = { 0 };

	if (varlink_message_parse(text, length, &message) && !message.method) {
		if (message.error)
			return explain_error(asking, &message);
		if (keep_answer(asking, &message))
			return 0;
	}
	fprintf(stderr, "%s: the answer of papod is malformed\n", asking->program);
	return EX_PROTOCOL;
}

static int receive_replies(struct asking *asking)
{
	char bytes[READ_BYTES];
	ssize_t n = recv(asking->fd, bytes, sizeof(bytes), 0);
	const char *end;
	int status = 0;

	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		fprintf(stderr, "%s: papod was restarted or stopped meanwhile; try again\n",
			asking->program);
		return EX_TEMPFAIL;
	}
	buffer_put(&asking->in, bytes, (size_t) n);
	while (!status && !asking->is_over && asking->in.length &&
		(end = memchr(asking->in.bytes, '\0', asking->in.length))) {
		size_t length = (size_t) (end - asking->in.bytes);

		status = take_reply(asking, asking->in.bytes, length);
		buffer_drop(&asking->in, length + 1);
	}
	return status;
}

int call_papod(const char *program, const struct words *words, struct answer_of_papod *ret_asked)
{
	struct asking asking = { .program = program,
		.row = words->row,
		.parameters = words->parameters,
		.on_rows = words->on_rows,
		.fd = -1,
		.asked.rows = json_array() };
	int status = control_caller_connect(program, &asking.fd);

	if (!status)
		status = send_call(&asking);
	while (!status && !asking.is_over)
		status = receive_replies(&asking);
	if (asking.fd >= 0)
		close(asking.fd);
	buffer_done(&asking.in);
	if (status)
		answer_of_papod_done(&asking.asked);
	else
		*ret_asked = asking.asked;
	return status;
}

int ask_for_metrics(const char *program, json_t **ret_texts)
{
	static const struct report_row row = { .method = "GetMetrics", .member = "text" };
	const struct words words = { .row = &row };
	struct answer_of_papod asked;
	int status = call_papod(program, &words, &asked);

	if (!status)
		*ret_texts = asked.rows;
	return status;
}
