/* Any bytes as calls at the control socket, each up to its NUL: a call that is taken gets at most
 * one answer, which is a reply of Varlink, and nothing else is answered. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/control_calls.h"
#include "proto/varlink_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const struct buffer *answer)
{
	CLEANUP(varlink_message_done) struct varlink_message message = { 0 };

	if (!answer->length)
		return;
	assert(strlen(answer->bytes) == answer->length - 1);
	assert(varlink_message_parse(answer->bytes, answer->length - 1, &message));
	assert(!message.method && message.parameters);
}

static void take(const char *text, size_t length)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	CLEANUP(control_wanted_done) struct control_wanted wanted = { 0 };
	bool is_taken = control_calls_take(text, length, &answer, &wanted);

	assert(is_taken || !answer.length);
	assert(wanted.request == CONTROL_REQUEST_NONE || (is_taken && !answer.length));
	check_answer(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *) data, *end = at + size, *nul;

	while (at < end && (nul = memchr(at, '\0', (size_t) (end - at)))) {
		take(at, (size_t) (nul - at));
		at = nul + 1;
	}
	return 0;
}
