/* Any bytes as a line between papod and a checker: what is read is written as a line that reads the
 * same; a reason is one short line. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/checker_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(const char *a, const char *b)
{
	return !a || !b ? a == b : strcmp(a, b) == 0;
}

static void check_reason(const char reason[CHECKER_REASON_BYTES])
{
	size_t length = strnlen(reason, CHECKER_REASON_BYTES);

	assert(length && length < CHECKER_REASON_BYTES);
	assert(text_is_utf8(reason, length));
	for (size_t i = 0; i < length; i++)
		assert((unsigned char) reason[i] >= ' ' && reason[i] != 0x7f);
}

static void check_one_line(const struct buffer *out)
{
	assert(out->length && out->length <= CHECKER_LINE_BYTES + 1);
	assert(memchr(out->bytes, '\n', out->length) == out->bytes + out->length - 1);
}

/* With its escapes a text may be longer than it came. */
static void check_request(const struct checker_request *request)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	CLEANUP(checker_request_done) struct checker_request again = { 0 };
	char reason[CHECKER_REASON_BYTES];

	if (!checker_format_request(request, &out)) {
		assert(!out.length);
		return;
	}
	check_one_line(&out);
	assert(checker_parse_request(out.bytes, out.length - 1, reason, &again));
	assert(again.id == request->id && again.id <= CHECKER_MOST_ID);
	assert(again.kind == request->kind);
	assert(again.uses_tls == request->uses_tls);
	for (size_t i = 0; i < CHECKER_TEXT_COUNT; i++)
		assert(is_same(again.texts[i], request->texts[i]));
}

static void check_answer(const struct checker_answer *answer)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	CLEANUP(checker_answer_done) struct checker_answer again = { 0 };
	char reason[CHECKER_REASON_BYTES];

	assert((answer->result == CHECKER_RESULT_OK) == !!answer->account);
	assert(!answer->account || strlen(answer->account) <= CHECKER_NAME_BYTES);
	if (!checker_format_answer(answer, &out)) {
		assert(!out.length);
		return;
	}
	check_one_line(&out);
	assert(checker_parse_answer(out.bytes, out.length - 1, reason, &again));
	assert(again.id == answer->id && again.result == answer->result);
	assert(is_same(again.account, answer->account) && is_same(again.text, answer->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(checker_request_done) struct checker_request request = { 0 };
	CLEANUP(checker_answer_done) struct checker_answer answer = { 0 };
	char reason[CHECKER_REASON_BYTES];

	if (checker_parse_request((const char *) data, size, reason, &request))
		check_request(&request);
	else
		check_reason(reason);
	if (checker_parse_answer((const char *) data, size, reason, &answer))
		check_answer(&answer);
	else
		check_reason(reason);
	return 0;
}
