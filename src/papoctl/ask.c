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
#include "proto/varlink_message.h"
#include "service/control_caller.h"

#define READ_BYTES 65536

struct asking {
	const char *program;
	const struct report_row *row;
	int fd;
	struct buffer in;
	json_t *rows;
	bool is_over;
};

static int send_report_call(const struct asking *asking)
{
	CLEANUP(buffer_done) struct buffer method = { 0 }, call = { 0 };

	buffer_format(&method, REPORT_INTERFACE ".%s", asking->row->method);
	varlink_message_put_call_for_more(&call, method.bytes, NULL);
	/* It fits into the buffer of a new socket. */
	if (send(asking->fd, call.bytes, call.length, MSG_NOSIGNAL) >= 0)
		return 0;
	fprintf(stderr, "%s: papod has ended the connection; try again\n", asking->program);
	return EX_TEMPFAIL;
}

static int explain_error(const struct asking *asking, const char *error)
{
	if (strstr(error, "NotFound"))
		fprintf(stderr,
			"%s: the papod that runs does not know this; has it been restarted since "
			"its last upgrade?\n",
			asking->program);
	else
		fprintf(stderr, "%s: papod refuses the call with %s\n", asking->program, error);
	return EX_PROTOCOL;
}

static int take_reply(struct asking *asking, const char *text, size_t length)
{
	CLEANUP(varlink_message_done) struct varlink_message message = { 0 };
	json_t *part = NULL;

	if (varlink_message_parse(text, length, &message) && !message.method) {
		if (message.error)
			return explain_error(asking, message.error);
		part = json_object_get(message.parameters, asking->row->member);
	}
	if (!json_is_array(part)) {
		fprintf(stderr, "%s: the answer of papod is malformed\n", asking->program);
		return EX_PROTOCOL;
	}
	json_array_extend(asking->rows, part);
	asking->is_over = !message.is_continued;
	return 0;
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

int ask_for_report(const char *program, const struct report_row *row, json_t **ret_rows)
{
	struct asking asking = { .program = program, .row = row, .fd = -1, .rows = json_array() };
	int status = control_caller_connect(program, &asking.fd);

	if (!status)
		status = send_report_call(&asking);
	while (!status && !asking.is_over)
		status = receive_replies(&asking);
	if (asking.fd >= 0)
		close(asking.fd);
	buffer_done(&asking.in);
	if (status)
		json_decref(asking.rows);
	else
		*ret_rows = asking.rows;
	return status;
}
