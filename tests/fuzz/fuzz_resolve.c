/* Any bytes as a call of io.systemd.Resolve, for papod-lookup, as the answer to one, and as what
 * blocklists report. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/blocklist.h"
#include "proto/push_wall.h"
#include "proto/resolve_message.h"

#define MOST 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_addresses(const char *text, size_t size)
{
	struct address addresses[MOST];
	char address[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (resolve_read_addresses(text, size, addresses, MOST, &count) != RESOLVE_ANSWER_YES)
		return;
	assert(count >= 1 && count <= MOST);
	for (size_t i = 0; i < count; i++) {
		assert(addresses[i].family == ADDRESS_FAMILY_IPV4 ||
			addresses[i].family == ADDRESS_FAMILY_IPV6);
		address_format(&addresses[i], address);
		(void) push_wall_is_public(&addresses[i]);
	}
}

static bool is_same_question(const struct resolve_question *a, const struct resolve_question *b)
{
	return a->is_for_name == b->is_for_name && strcmp(a->host, b->host) == 0 &&
	       a->family == b->family && memcmp(&a->address, &b->address, sizeof(a->address)) == 0;
}

/* A call that is understood is asked again in papod's own form, and is the same question; one that
 * is not gets exactly one reply. */
static void read_call(const char *text, size_t size)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct resolve_question question, again;

	if (!resolve_read_call(text, size, &question, &out)) {
		assert(out.length &&
			memchr(out.bytes, '\0', out.length) == out.bytes + out.length - 1);
		return;
	}
	assert(out.length == 0);
	if (question.is_for_name)
		resolve_ask_name(&question.address, &out);
	else
		resolve_ask_addresses(question.host, question.family, &out);
	assert(resolve_read_call(out.bytes, out.length - 1, &again, NULL));
	assert(is_same_question(&question, &again));
}

static void read_report(const char *bytes, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_text_n(bytes, size);
	struct blocklist_line line;
	char *rest = text;

	while (blocklist_report_next(&rest, &line)) {
		assert(line.zone && line.n_answers <= BLOCKLIST_MOST_ANSWERS);
		for (size_t i = 0; i < line.n_answers; i++)
			assert(!blocklist_is_answer(&line.answers[i]) ||
				!blocklist_is_complaint(&line.answers[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *name = NULL;
	const char *text = (const char *) data;

	read_addresses(text, size);
	(void) resolve_read_name(text, size, &name);
	read_call(text, size);
	read_report(text, size);
	return 0;
}
