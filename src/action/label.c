/* Owns the labels of answers: tags the lines that a command has sent to its own session.
 *
 * When a command has run, everything that it has sent to its own session is in the outbox. This
 * file counts these lines and tags them, so no command knows about labels. A label of more than 64
 * bytes is ignored. The welcome answers the command that completed the registration. If a DNS
 * lookup completes it, NICK and USER have got their ACK before, so that the client need not wait
 * for the lookup. */
#include "action/label.h"

#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/tags.h"
#include "world/batch_reference.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/session.h"

#define LABEL_BYTES 64

struct parts {
	struct call *call;
	size_t n_lines;
	size_t first; /* index of the first effect, if there are lines */
	size_t last;
	bool is_complete;
};

void label_begin_tagged(struct call *call)
{
	struct session *session = call->session;
	struct tag tag;

	/* The answer to another label is incomplete, and its lines could not be told from this
	 * one's. */
	if (session_extras(session)->label || session_extras(session)->label_batch)
		return;
	if (!(session->caps & CAP_LABELED_RESPONSE) || !tags_find(call->tags, "label", &tag) ||
		!tag.value_length || tag.value_length > LABEL_BYTES ||
		!text_is_utf8(tag.value, tag.value_length))
		return;
	session_set_label(session, tag.value, tag.value_length);
	call->is_labeled = true;
}

char *label_defer(struct call *call)
{
	char *label = call->is_labeled ? mem_text(session_extras(call->session)->label) : NULL;

	if (call->is_labeled)
		session_set_label(call->session, NULL, 0);
	call->is_labeled = false;
	return label;
}

void label_resume(struct call *call, const char *label)
{
	struct session *session = call->session;

	if (!label || session_extras(session)->label || session_extras(session)->label_batch)
		return;
	session_set_label(session, label, strlen(label));
	call->is_labeled = true;
}

/* Messages to the session are no answer, even from the session itself. */
static bool is_answer(const struct call *call, size_t i)
{
	const struct effect *effect = &call->outbox->effects[i];

	return effect->kind == EFFECT_SEND && effect->session == call->session->id &&
	       (i < call->heard_from || i >= call->heard_to);
}

static struct parts find_answer(struct call *call, size_t first_effect)
{
	struct parts answer = {
		.call = call,
		.is_complete = !session_awaits_answer(call->session),
	};

	for (size_t i = first_effect; i < call->outbox->count; i++) {
		if (!is_answer(call, i))
			continue;
		if (!answer.n_lines++)
			answer.first = i;
		answer.last = i;
	}
	return answer;
}

static struct line *with_tag(const struct line *line, const char *name, const char *value)
{
	bool has_tags = line->bytes[0] == '@';
	struct buffer text = { .is_secret = true }; /* the line may tell one */
	struct line *tagged;

	buffer_format(&text, "@%s=%s%c", name, value, has_tags ? ';' : ' ');
	buffer_put(&text, line->bytes + has_tags, line->length - has_tags);
	tagged = line_new(text.bytes, text.length);
	buffer_done(&text);
	return tagged;
}

static void put_tag(const struct parts *answer, size_t i, const char *name, const char *value)
{
	struct outbox *outbox = answer->call->outbox;
	const struct line *line = outbox->effects[i].line;
	struct line *tagged = with_tag(line, name, value);

	traffic_lengthen(&answer->call->session->sent, tagged->length - line->length);
	outbox_replace_line(outbox, i, tagged);
	line_unref(tagged);
}

/* Insert a line into the answer before effect i. */
static void insert_line(const struct parts *answer, size_t i, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void insert_line(const struct parts *answer, size_t i, const char *format, ...)
{
	struct call *call = answer->call;
	struct fanout fanout;
	struct line *line;
	va_list arguments;

	va_start(arguments, format);
	fanout_begin_v(&fanout, call->world, call->outbox, format, arguments);
	va_end(arguments);
	line = fanout_line(&fanout, call->session);
	traffic_count(&call->session->sent, line->length);
	outbox_insert_line(call->outbox, i, call->session->id, line);
	line_unref(line);
	fanout_end(&fanout);
}

static size_t tags_length(const struct line *line)
{
	const char *end = line->bytes[0] == '@' ? memchr(line->bytes, ' ', line->length) : NULL;

	return end ? (size_t) (end - line->bytes) : 0;
}

static bool line_has_batch(const struct line *line)
{
	size_t length = tags_length(line);

	return length && (memmem(line->bytes, length, ";batch=", 7) ||
				 memcmp(line->bytes, "@batch=", 7) == 0);
}

/* The reference, up to a space or the line's end, if it begins a batch (+) or ends it (-). */
static const char *batch_of(const struct line *line, char sign)
{
	const char *end = line->bytes + line->length;
	const char *at = line->bytes + tags_length(line);
	const char word[] = { ' ', 'B', 'A', 'T', 'C', 'H', ' ', sign, '\0' };

	at += *at == ' ';
	at = *at == ':' ? memchr(at, ' ', (size_t) (end - at)) : NULL;
	return at && end - at > 8 && memcmp(at, word, 8) == 0 ? at + 8 : NULL;
}

/* Is the whole answer one batch already? */
static bool is_one_batch(const struct parts *answer)
{
	const struct effect *effects = answer->call->outbox->effects;
	const char *first = batch_of(effects[answer->first].line, '+');
	const char *last = batch_of(effects[answer->last].line, '-');
	size_t length = first && last ? strcspn(first, " \r") : 0;

	return length && length == strcspn(last, " \r") && memcmp(first, last, length) == 0;
}

static void put_in_batch(const struct parts *answer, const char *reference)
{
	struct call *call = answer->call;

	for (size_t i = answer->first; answer->n_lines && i <= answer->last; i++)
		if (is_answer(call, i) && !line_has_batch(call->outbox->effects[i].line))
			put_tag(answer, i, "batch", reference);
}

static void begin_batch(struct parts *answer)
{
	struct session *session = answer->call->session;
	char reference[BATCH_REFERENCE_BYTES];

	batch_reference_format(batch_reference_next(answer->call->world), reference);
	put_in_batch(answer, reference);
	insert_line(answer, answer->first, ":%s BATCH +%s labeled-response",
		answer->call->world->settings->server_name, reference);
	put_tag(answer, answer->first, "label", session_extras(session)->label);
	session_set_label_batch(session, answer->call->world->last_batch);
	answer->last++;
}

static void end_batch(const struct parts *answer)
{
	struct call *call = answer->call;
	char reference[BATCH_REFERENCE_BYTES];

	batch_reference_format(session_extras(call->session)->label_batch, reference);
	insert_line(answer, answer->n_lines ? answer->last + 1 : call->outbox->count,
		":%s BATCH -%s", call->world->settings->server_name, reference);
	session_set_label_batch(call->session, 0);
}

static void go_on_with_batch(const struct parts *answer)
{
	char reference[BATCH_REFERENCE_BYTES];

	batch_reference_format(session_extras(answer->call->session)->label_batch, reference);
	put_in_batch(answer, reference);
}

/* The answer has no earlier part. */
static void give_first_part(struct parts *answer)
{
	struct session *session = answer->call->session;
	const char *server = answer->call->world->settings->server_name;

	if (answer->n_lines > 1 && answer->is_complete && is_one_batch(answer))
		answer->n_lines = 1;
	if (answer->n_lines > 1 || (answer->n_lines && !answer->is_complete)) {
		begin_batch(answer);
	} else if (answer->is_complete) {
		if (!answer->n_lines)
			insert_line(answer, answer->first = answer->call->outbox->count, ":%s ACK",
				server);
		put_tag(answer, answer->first, "label", session_extras(session)->label);
		session_set_label(session, NULL, 0);
	}
}

void label_answer(struct call *call, size_t first_effect)
{
	struct parts answer;

	if (!session_extras(call->session)->label && !session_extras(call->session)->label_batch)
		return;
	answer = find_answer(call, first_effect);
	if (session_extras(call->session)->label_batch)
		go_on_with_batch(&answer);
	else
		give_first_part(&answer);
	if (session_extras(call->session)->label_batch && answer.is_complete)
		end_batch(&answer);
}
