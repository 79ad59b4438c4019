/* Any bytes as a packet of the gate: each message that is loaded has what its kind needs, and is
 * the same after it was saved and loaded again. So is what it says of uploaded files. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/certificate_facts.h"
#include "proto/gate_message.h"
#include "proto/upload_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same_bytes(const struct gate_bytes *first, const struct gate_bytes *second)
{
	assert(first->length == second->length);
	assert(!first->length || memcmp(first->bytes, second->bytes, first->length) == 0);
}

static void check_same(const struct gate_message *first, const struct gate_message *second)
{
	assert(first->kind == second->kind);
	assert(first->version == second->version && first->gate == second->gate);
	assert(first->number == second->number);
	assert(strcmp(first->listener, second->listener) == 0);
	assert(strcmp(first->text, second->text) == 0);
	assert(memcmp(&first->address, &second->address, sizeof(first->address)) == 0);
	assert(first->is_websocket == second->is_websocket);
	assert(first->protocol == second->protocol && first->n_skipped == second->n_skipped);
	assert(first->is_again == second->is_again);
	assert(first->tls.version == second->tls.version);
	assert(first->tls.suite == second->tls.suite);
	assert(first->tls.has_certificate == second->tls.has_certificate);
	assert(first->level == second->level);
	check_same_bytes(&first->keys, &second->keys);
	assert(first->is_first == second->is_first && first->is_last == second->is_last);
	assert(first->has_ended == second->has_ended);
	check_same_bytes(&first->ranges, &second->ranges);
	check_same_bytes(&first->accounts, &second->accounts);
	check_same_bytes(&first->files, &second->files);
	check_same_bytes(&first->facts, &second->facts);
}

static void check_client(const struct gate_message *message)
{
	assert(message->gate && message->number && message->listener[0]);
	assert(message->address.family != ADDRESS_FAMILY_NONE);
	assert(!message->tls.version == !message->keys.length);
	assert(message->tls.version || message->is_websocket);
}

static void check_accounts(struct gate_bytes accounts)
{
	uint64_t id;

	while (gate_message_take_account(&accounts, &id))
		assert(accounts.length % sizeof(id) == 0);
}

static void check_ranges(struct gate_bytes ranges)
{
	struct address range;

	while (gate_message_take_range(&ranges, &range)) {
		struct address network = address_network(&range, range.prefix);

		assert(range.family == ADDRESS_FAMILY_IPV4 || range.family == ADDRESS_FAMILY_IPV6);
		assert(memcmp(&network, &range, sizeof(range)) == 0);
	}
}

static void check_question(const struct upload_question *question)
{
	struct upload_question again;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	upload_question_save(&bytes, question);
	assert(upload_question_load(bytes.bytes, bytes.length, &again));
	assert(again.errand == question->errand && again.account == question->account);
	assert(again.is_whole == question->is_whole);
	assert(again.n_skipped == question->n_skipped && strcmp(again.file, question->file) == 0);
}

static void check_listed(const struct listed_upload *first, const struct listed_upload *second)
{
	assert(uploads_name_is_valid(first->file) && strcmp(first->file, second->file) == 0);
	assert(strcmp(first->head.type, second->head.type) == 0);
	assert(strcmp(first->head.name, second->head.name) == 0);
	assert(first->wall_s == second->wall_s && first->head.length == second->head.length);
}

static void check_report(const struct upload_report *report)
{
	struct upload_report again;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	upload_report_save(&bytes, report);
	assert(upload_report_load(bytes.bytes, bytes.length, &again));
	assert(again.account == report->account && again.n_files == report->n_files);
	assert(again.bytes == report->bytes && again.n_listed == report->n_listed);
	for (size_t i = 0; i < report->n_listed; i++)
		check_listed(&report->listed[i], &again.listed[i]);
}

static void check_files(const struct gate_bytes *files)
{
	struct upload_question question;
	struct upload_report report;

	if (upload_question_load(files->bytes, files->length, &question))
		check_question(&question);
	if (upload_report_load(files->bytes, files->length, &report))
		check_report(&report);
}

/* What is found has its bytes inside them. */
static void check_facts(const struct gate_bytes *bytes)
{
	CLEANUP(buffer_done) struct buffer facts = { 0 };
	CLEANUP(mem_freep) char *names = NULL;
	uint64_t ends_wall_ms;

	buffer_put(&facts, bytes->bytes, bytes->length);
	if (certificate_facts_find(&facts, "/a", &names, &ends_wall_ms))
		assert(!names || strlen(names) < bytes->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message message, again;

	if (!gate_message_load(data, size, &message))
		return 0;
	if (message.kind == GATE_MESSAGE_KIND_CLIENT)
		check_client(&message);
	if (message.kind == GATE_MESSAGE_KIND_ASK)
		assert(message.address.family != ADDRESS_FAMILY_NONE && !message.keys.length);
	check_ranges(message.ranges);
	check_accounts(message.accounts);
	check_files(&message.files);
	check_facts(&message.facts);
	gate_message_save(&packet, &message);
	assert(gate_message_load(packet.bytes, packet.length, &again));
	check_same(&message, &again);
	return 0;
}
