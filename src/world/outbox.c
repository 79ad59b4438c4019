/* Owns the list of effects. */
#include "world/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

static void request_free(struct request *request)
{
	mem_free_secret(request->password);
	free(request->hash);
	free(request->account);
	free(request->question);
	free(request);
}

static void effect_done(struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		line_unref(effect->line);
		return;
	case EFFECT_VERIFY:
	case EFFECT_LOOKUP:
	case EFFECT_AUTHENTICATE:
	case EFFECT_DERIVE:
	case EFFECT_CHECK:
	case EFFECT_SECRET:
	case EFFECT_RECALL:
	case EFFECT_UPLOADS:
	case EFFECT_BLOCKLISTS:
		request_free(effect->request);
		return;
	case EFFECT_HISTORY:
		free(effect->bytes);
		return;
	case EFFECT_LOG:
		free(effect->log);
		return;
	case EFFECT_REPLY:
	case EFFECT_ACTED:
		free(effect->text);
		return;
	case EFFECT_CLOSE:
	case EFFECT_PAUSE:
	case EFFECT_RESUME:
	case EFFECT_LIMITS:
	case EFFECT_NOTIFY:
	case EFFECT_RELOAD:
	case EFFECT_RESTART:
	case EFFECT_STORE:
	case EFFECT_MAIL:
	case EFFECT_ERASE:
	case EFFECT_PUSH:
		return;
	}
}

void outbox_clear(struct outbox *outbox)
{
	struct effect *effect = outbox->effects;

	for (size_t left = outbox->count; left; left--)
		effect_done(effect++);
	outbox->count = 0;
	outbox->secret = (struct message_place){ 0 };
	outbox->notes = (struct outbox_notes){ 0 };
}

void outbox_done(struct outbox *outbox)
{
	outbox_clear(outbox);
	buffer_done(&outbox->spare);
	free(outbox->effects);
	*outbox = (struct outbox){ 0 };
}

void outbox_grow(struct outbox *outbox)
{
	outbox->capacity = outbox->capacity ? outbox->capacity * 2 : 64;
	outbox->effects = mem_resize(outbox->effects, outbox->capacity, sizeof(*outbox->effects));
}

void outbox_insert_line(struct outbox *outbox, size_t index, uint64_t session, struct line *line)
{
	struct effect *effects, added;

	outbox_send(outbox, session, line);
	effects = outbox->effects;
	added = effects[outbox->count - 1];
	memmove(&effects[index + 1], &effects[index],
		(outbox->count - 1 - index) * sizeof(*effects));
	effects[index] = added;
}

void outbox_replace_line(struct outbox *outbox, size_t index, struct line *line)
{
	line_unref(outbox->effects[index].line);
	outbox->effects[index].line = line_ref(line);
}

void outbox_add(struct outbox *outbox, enum effect_kind kind, uint64_t session)
{
	outbox_new_effect(outbox, kind, session)->line = NULL;
}

void outbox_limits(struct outbox *outbox, uint64_t session, struct limits limits)
{
	outbox_new_effect(outbox, EFFECT_LIMITS, session)->limits = limits;
}

static struct request *add_request(
	struct outbox *outbox, enum effect_kind kind, uint64_t session, uint64_t id)
{
	struct request *request = mem_new(sizeof(*request));

	request->id = id;
	outbox_new_effect(outbox, kind, session)->request = request;
	return request;
}

void outbox_verify(struct outbox *outbox, uint64_t session, uint64_t request, const char *hash,
	const char *password)
{
	struct request *added = add_request(outbox, EFFECT_VERIFY, session, request);

	added->hash = mem_text(hash);
	added->password = mem_text(password);
}

void outbox_lookup(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct address *address)
{
	add_request(outbox, EFFECT_LOOKUP, session, request)->address = *address;
}

void outbox_blocklists(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct address *address)
{
	add_request(outbox, EFFECT_BLOCKLISTS, session, request)->address = *address;
}

void outbox_authenticate(struct outbox *outbox, uint64_t session, uint64_t request)
{
	add_request(outbox, EFFECT_AUTHENTICATE, session, request);
}

void outbox_derive(struct outbox *outbox, uint64_t session, uint64_t request, const char *password)
{
	add_request(outbox, EFFECT_DERIVE, session, request)->password = mem_text(password);
}

void outbox_derive_with_code(struct outbox *outbox, uint64_t session, uint64_t request,
	const char *hash, const char *text)
{
	struct request *added = add_request(outbox, EFFECT_DERIVE, session, request);

	added->hash = mem_text(hash);
	added->password = mem_text(text);
}

void outbox_make_secret(struct outbox *outbox, uint64_t session, uint64_t request)
{
	add_request(outbox, EFFECT_SECRET, session, request);
}

static struct bytes *copy_bytes(const struct buffer *buffer)
{
	struct bytes *bytes = mem_space(sizeof(*bytes) + buffer->length);

	bytes->length = buffer->length;
	memcpy(bytes->bytes, buffer->bytes, buffer->length);
	return bytes;
}

void outbox_history(struct outbox *outbox, uint64_t session, const struct buffer *request)
{
	outbox->notes.n_history++;
	outbox_new_effect(outbox, EFFECT_HISTORY, session)->bytes = copy_bytes(request);
}

void outbox_recall(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct buffer *question)
{
	add_request(outbox, EFFECT_RECALL, session, request)->question = copy_bytes(question);
}

void outbox_ask_uploads(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct buffer *question)
{
	add_request(outbox, EFFECT_UPLOADS, session, request)->question = copy_bytes(question);
}

void outbox_reply(struct outbox *outbox, const char *text)
{
	outbox_new_effect(outbox, EFFECT_REPLY, 0)->text = mem_text(text);
}

void outbox_acted_text(struct outbox *outbox, uint64_t request, char mark, const char *answer)
{
	struct buffer text = { 0 };

	buffer_format(&text, "%c%s", mark, answer);
	outbox_new_effect(outbox, EFFECT_ACTED, request)->text = buffer_take(&text);
}

void outbox_acted_later(struct outbox *outbox, uint64_t request, bool is_done, const char *sentence)
{
	outbox_acted_text(outbox, request, is_done ? '+' : '-', sentence);
}

void outbox_acted(struct outbox *outbox, bool is_done, const char *sentence)
{
	outbox_acted_later(outbox, 0, is_done, sentence);
}

void outbox_act_pending(struct outbox *outbox, uint64_t request)
{
	outbox_new_effect(outbox, EFFECT_ACTED, request)->text = mem_text("?");
}

#define PART_MARK '&'

void outbox_acted_part(struct outbox *outbox, uint64_t request, uint64_t next, const char *json)
{
	struct buffer text = { 0 };

	buffer_format(&text, "%c%llu %s", PART_MARK, (unsigned long long) next, json);
	outbox_new_effect(outbox, EFFECT_ACTED, request)->text = buffer_take(&text);
}

const char *outbox_read_part(const char *text, uint64_t *ret_next)
{
	const char *json = strchr(text, ' ');
	CLEANUP(mem_freep) char *number = NULL;

	if (*text != PART_MARK || !json)
		return NULL;
	number = mem_text_n(text + 1, (size_t) (json - text - 1));
	return text_parse_u64(number, ret_next) ? json + 1 : NULL;
}

void outbox_stored(struct outbox *outbox, uint64_t request, uint64_t status)
{
	struct buffer text = { 0 };

	buffer_format(
		&text, "=%llu %llu", (unsigned long long) request, (unsigned long long) status);
	outbox_new_effect(outbox, EFFECT_ACTED, 0)->text = buffer_take(&text);
}

bool outbox_read_stored(const char *text, struct acted_later *ret_later)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *status = strchr(copy, ' ');

	if (*copy != '=' || !status)
		return false;
	*status++ = '\0';
	return text_parse_u64(copy + 1, &ret_later->request) &&
	       text_parse_u64(status, &ret_later->status);
}

void outbox_erase(struct outbox *outbox, uint64_t account)
{
	outbox_new_effect(outbox, EFFECT_ERASE, 0)->number = account;
}

struct size {
	size_t n_texts;
	size_t n_bytes; /* of the values, each with its NUL */
};

static struct size size_of_fields(const char *const *fields)
{
	struct size size = { 0 };

	for (size_t i = 0; fields[i]; i += 2) {
		if (!fields[i + 1])
			continue;
		size.n_texts += 2;
		size.n_bytes += strlen(fields[i + 1]) + 1;
	}
	return size;
}

static const char *copy_text(char **end, const char *text)
{
	const char *start = *end;
	size_t bytes = strlen(text) + 1;

	memcpy(*end, text, bytes);
	*end += bytes;
	return start;
}

void outbox_log_fields(struct outbox *outbox, enum logbook entry, const char *const *fields)
{
	struct size size = size_of_fields(fields);
	struct log_fields *log =
		mem_space(sizeof(*log) + (size.n_texts + 1) * sizeof(*log->fields) + size.n_bytes);
	char *end = (char *) &log->fields[size.n_texts + 1];
	size_t n = 0;

	log->entry = entry;
	for (size_t i = 0; fields[i]; i += 2) {
		if (!fields[i + 1])
			continue;
		log->fields[n++] = fields[i];
		log->fields[n++] = copy_text(&end, fields[i + 1]);
	}
	log->fields[n] = NULL;
	outbox_new_effect(outbox, EFFECT_LOG, 0)->log = log;
}

/* A line is identified by its bytes, any other effect by its kind: its other values follow from the
 * state of the world. */
static uint64_t fingerprint_of(const struct effect *effect)
{
	return effect->kind == EFFECT_SEND ? line_fingerprint(effect->line) : effect->kind;
}

/* A line is hashed once for a run of recipients, then each recipient. */
uint64_t outbox_fingerprint(const struct outbox *outbox)
{
	const struct line *line = NULL;
	uint64_t so_far = hash_mix(HASH_FINGERPRINT_START, outbox->count);

	for (size_t i = 0; i < outbox->count; i++) {
		const struct effect *effect = &outbox->effects[i];

		if (effect->kind != EFFECT_SEND || effect->line != line) {
			so_far = hash_mix(so_far, fingerprint_of(effect));
			line = effect->kind == EFFECT_SEND ? effect->line : NULL;
		}
		so_far = hash_mix(so_far, effect->session);
	}
	return so_far;
}

static void describe_log(const struct log_fields *log, struct buffer *out)
{
	buffer_format(out, "log %s", logbook_row(log->entry)->name);
	for (size_t i = 0; log->fields[i]; i += 2)
		buffer_format(out, " %s=%s", log->fields[i], log->fields[i + 1]);
	buffer_put_byte(out, '\n');
}

static const char *kind_word(enum effect_kind kind)
{
	switch (kind) {
	case EFFECT_SEND:
		return "send";
	case EFFECT_CLOSE:
		return "close";
	case EFFECT_PAUSE:
		return "pause";
	case EFFECT_RESUME:
		return "resume";
	case EFFECT_LIMITS:
		return "limits";
	case EFFECT_NOTIFY:
		return "notify";
	case EFFECT_VERIFY:
		return "verify";
	case EFFECT_LOOKUP:
		return "lookup";
	case EFFECT_RELOAD:
		return "reload";
	case EFFECT_RESTART:
		return "restart";
	case EFFECT_LOG:
		return "log";
	case EFFECT_REPLY:
		return "reply";
	case EFFECT_ACTED:
		return "acted";
	case EFFECT_AUTHENTICATE:
		return "authenticate";
	case EFFECT_DERIVE:
		return "derive";
	case EFFECT_CHECK:
		return "check";
	case EFFECT_SECRET:
		return "secret";
	case EFFECT_STORE:
		return "store";
	case EFFECT_MAIL:
		return "mail";
	case EFFECT_HISTORY:
		return "history";
	case EFFECT_RECALL:
		return "recall";
	case EFFECT_UPLOADS:
		return "uploads";
	case EFFECT_BLOCKLISTS:
		return "blocklists";
	case EFFECT_ERASE:
		return "erase";
	case EFFECT_PUSH:
		return "push";
	}
	return "";
}

bool effect_has_request(enum effect_kind kind)
{
	return kind == EFFECT_VERIFY || kind == EFFECT_LOOKUP || kind == EFFECT_AUTHENTICATE ||
	       kind == EFFECT_DERIVE || kind == EFFECT_CHECK || kind == EFFECT_SECRET ||
	       kind == EFFECT_RECALL || kind == EFFECT_UPLOADS || kind == EFFECT_BLOCKLISTS;
}

static void describe_effect(const struct effect *effect, struct buffer *out)
{
	if (effect->kind == EFFECT_LOG) {
		describe_log(effect->log, out);
		return;
	}
	buffer_format(
		out, "%s %llu", kind_word(effect->kind), (unsigned long long) effect->session);
	if (effect->kind == EFFECT_REPLY || effect->kind == EFFECT_ACTED) {
		buffer_format(out, " %s", effect->text);
	} else if (effect->kind == EFFECT_ERASE) {
		buffer_format(out, " %llu", (unsigned long long) effect->number);
	} else if (effect->kind == EFFECT_SEND) {
		buffer_put_byte(out, ' ');
		buffer_put(out, effect->line->bytes, effect->line->length - 2);
	} else if (effect->kind == EFFECT_LIMITS) {
		buffer_format(
			out, " %u %u", effect->limits.send_queue, effect->limits.receive_queue);
	} else if (effect_has_request(effect->kind)) {
		buffer_format(out, " %llu", (unsigned long long) effect->request->id);
	}
	buffer_put_byte(out, '\n');
}

void outbox_describe(const struct outbox *outbox, struct buffer *out)
{
	for (size_t i = 0; i < outbox->count; i++)
		describe_effect(&outbox->effects[i], out);
}
