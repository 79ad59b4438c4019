/* Any bytes as the body of a notification over HTTP; the first one chooses its type. What comes of
 * it are lines that can be sent to channels, however many the body has. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/hook.h"
#include "proto/web_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const char *content_type;
	const char *event;
} kinds[] = {
	{ NULL, NULL },
	{ "application/json", NULL },
	{ "application/json", "push" },
	{ "application/json; charset=utf-8", "issues" },
	{ "application/json", "pull_request" },
	{ "application/json", "issue_comment" },
	{ "application/json", "release" },
	{ "application/json", "workflow_run" },
	{ "application/json", "create" },
	{ "application/x-www-form-urlencoded", "push" },
};

static void check_lines(const struct hook *hook)
{
	CLEANUP(mem_freep) char *copy = mem_text(buffer_text(&hook->lines));
	char *rest = copy, *line;
	size_t n = 0;

	assert(strlen(copy) == hook->lines.length);
	assert(hook->lines.length <= HOOK_TEXT_BYTES && hook->n_lines <= HOOK_LINES);
	assert(text_is_utf8(copy, strlen(copy)) && !strchr(copy, '\r'));
	assert(!hook->is_silent == (hook->n_lines > 0));
	while ((line = text_split(&rest, '\n'))) {
		if (!*line)
			continue;
		assert(line[strspn(line, " \t")]);
		n++;
	}
	assert(n == hook->n_lines);
	assert(!hook->channels || !strpbrk(hook->channels, " \r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t kind = size ? data[0] % ARRAY_LENGTH(kinds) : 0;
	const struct hook_body body = {
		.content_type = kinds[kind].content_type,
		.event = kinds[kind].event,
		.bytes = size ? (const char *) data + 1 : "",
		.length = size ? size - 1 : 0,
	};
	CLEANUP(mem_freep) char *signature = mem_text_n(body.bytes, body.length);
	char reason[HOOK_REASON_BYTES] = "";
	struct hook hook;

	assert(!web_signature_is_right(signature, "secret", body.bytes, body.length));
	if (hook_parse(&body, reason, &hook)) {
		check_lines(&hook);
		hook_done(&hook);
	} else {
		assert(*reason && memchr(reason, '\0', sizeof(reason)));
		assert(text_is_utf8(reason, strlen(reason)) && !strpbrk(reason, "\r\n"));
	}
	return 0;
}
