/* Any bytes as a line between papod and papod-push: what is read is written as a line that reads
 * the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/push_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_push_reason(const char reason[PUSH_REASON_BYTES])
{
	size_t length = strnlen(reason, PUSH_REASON_BYTES);

	assert(length && length < PUSH_REASON_BYTES && text_is_utf8(reason, length));
	assert(!memchr(reason, '\n', length));
}

static void check_push_line(const struct buffer *line)
{
	assert(line->length > 1);
	assert(memchr(line->bytes, '\n', line->length) == line->bytes + line->length - 1);
	assert(!memchr(line->bytes, '\0', line->length));
}

static void check_push_message(const struct push_message *message)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	CLEANUP(push_message_done) struct push_message again = { 0 };
	char reason[PUSH_REASON_BYTES];

	push_format_message(message, &out);
	check_push_line(&out);
	assert(push_parse_message(out.bytes, out.length - 1, reason, &again));
	assert(strcmp(again.id, message->id) == 0 && strcmp(again.text, message->text) == 0);
	assert(strcmp(again.endpoint, message->endpoint) == 0);
	assert(!again.topic == !message->topic && again.ttl == message->ttl);
	assert(again.urgency == message->urgency);
}

static void check_push_answer(const struct push_answer *answer)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	CLEANUP(push_answer_done) struct push_answer again = { 0 };
	char reason[PUSH_REASON_BYTES];

	if (answer->key)
		push_format_key(answer->key, &out);
	else
		push_format_answer(answer->id, answer->result, answer->reason, &out);
	check_push_line(&out);
	if (out.length > PUSH_LINE_BYTES)
		return;
	assert(push_parse_answer(out.bytes, out.length - 1, reason, &again));
	assert(!again.key == !answer->key && again.result == answer->result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(push_message_done) struct push_message message = { 0 };
	CLEANUP(push_answer_done) struct push_answer answer = { 0 };
	char reason[PUSH_REASON_BYTES];

	if (push_parse_message((const char *) data, size, reason, &message))
		check_push_message(&message);
	else
		check_push_reason(reason);
	if (push_parse_answer((const char *) data, size, reason, &answer))
		check_push_answer(&answer);
	else
		check_push_reason(reason);
	return 0;
}
