/* Owns importing hostile databases. */
#include "registry.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "moving/registry_calls.h"
#include "proto/old_hash.h"
#include "proto/scram_verifier.h"
#include "proto/varlink_message.h"
#include "report/report_import.h"

static void check_hashes(const struct registry *registry)
{
	for (size_t i = 0; i < registry->n_accounts; i++) {
		const char *hash = registry->accounts[i]->hash;
		struct scram_verifier verifier;
		struct old_hash old;

		if (hash)
			assert(*hash == '$' || scram_verifier_parse(hash, &verifier) ||
				old_hash_parse(hash, &old));
	}
}

static void check_call(struct registry_call *call)
{
	CLEANUP(buffer_done) struct buffer message = { 0 }, event = { 0 };

	assert(!report_import_put(call->parameters, &event));
	json_incref(call->parameters);
	varlink_message_put_call(&message, "io.github.papod.Control.Import", call->parameters);
	assert(message.length < VARLINK_MESSAGE_BYTES);
}

static void check_calls(const struct registry *registry)
{
	struct registry_cursor cursor = { 0 };
	struct registry_call call;
	size_t n_calls = 0;

	while (registry_next_call(registry, &cursor, &call)) {
		assert(call.n_records && call.n_records <= REGISTRY_CALL_RECORDS);
		check_call(&call);
		/* Each third entry is refused: what refers to it must not follow. */
		if (++n_calls % 3 == 0)
			call.entries[0]->is_left_out = true;
		registry_call_done(&call);
	}
}

void registry_feed(const struct registry_format *format, const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *) data, size);
	const struct moving_file file = { "old.db", text };
	struct problems problems = { 0 };
	struct registry registry;

	registry_init(&registry);
	if (registry_read(format, &file, 1, &registry, &problems)) {
		assert(!problems.n_errors);
		check_hashes(&registry);
		check_calls(&registry);
	} else {
		assert(problems.n_errors);
	}
	registry_done(&registry);
	problems_done(&problems);
	mem_free_secret(text);
}
