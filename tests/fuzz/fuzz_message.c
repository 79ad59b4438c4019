/* Any bytes as a line: a parsed line has complete parts, and formatting them gives the same
 * line. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "proto/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool needs_colon(const struct message *message, const char *last)
{
	return !*last || *last == ':' || *last == ' ' ||
	       (strchr(last, ' ') && message->n_params < MESSAGE_PARAMS);
}

static void render(const struct message *message, struct buffer *out)
{
	if (message->tags)
		buffer_format(out, "@%s ", message->tags);
	else if (*message->command == '@')
		buffer_put_byte(out, ' ');
	buffer_put_text(out, message->command);
	for (int i = 0; i < message->n_params; i++) {
		bool is_last = i == message->n_params - 1;

		buffer_put_byte(out, ' ');
		if (is_last && needs_colon(message, message->params[i]))
			buffer_put_byte(out, ':');
		buffer_put_text(out, message->params[i]);
	}
}

static void check_part(const struct message *message, const char *part, bool may_have_spaces)
{
	assert(part >= message->bytes && part < message->bytes + sizeof(message->bytes));
	assert(memchr(part, '\0', (size_t) (message->bytes + sizeof(message->bytes) - part)));
	assert(!strpbrk(part, "\r"));
	assert(may_have_spaces || (*part && *part != ':' && !strchr(part, ' ')));
}

static void check_parts(const struct message *message)
{
	assert(message->n_params >= 0 && message->n_params <= MESSAGE_PARAMS);
	check_part(message, message->command, false);
	for (int i = 0; i < message->n_params; i++)
		check_part(message, message->params[i], i == message->n_params - 1);
	for (int i = message->n_params; i <= MESSAGE_PARAMS; i++)
		assert(!message->params[i]);
	if (message->tags) {
		assert(!strchr(message->tags, ' '));
		assert(strlen(message->tags) <= MESSAGE_TAG_BYTES - 2);
	}
}

static void check_same(const struct message *a, const struct message *b)
{
	assert(strcmp(a->command, b->command) == 0);
	assert(a->n_params == b->n_params);
	for (int i = 0; i < a->n_params; i++)
		assert(strcmp(a->params[i], b->params[i]) == 0);
	assert(!a->tags == !b->tags);
	assert(!a->tags || strcmp(a->tags, b->tags) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message, again;
	struct buffer text = { 0 };

	if (message_parse((const char *) data, size, &message) != MESSAGE_OK)
		return 0;
	check_parts(&message);
	render(&message, &text);
	assert(message_parse(text.bytes, text.length, &again) == MESSAGE_OK);
	check_same(&message, &again);
	buffer_done(&text);
	return 0;
}
