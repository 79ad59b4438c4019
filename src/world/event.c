/* Owns the saving and loading of events. */
#include "world/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/totp.h"

#define TEXT_FIELD 100
#define SETTINGS_FIELD 101
#define LISTENER_FIELD 102 /* with its NUL */
#define TLS_RECORD 103

static const struct field event_fields[] = {
	{ 1, FIELD_U8, FIELD_AT(event, uint8_t, kind) },
	{ 2, FIELD_BOOL, FIELD_AT(event, bool, is_too_long) },
	{ 3, FIELD_U32, FIELD_AT(event, uint32_t, consumed) },
	{ 4, FIELD_U32, FIELD_AT(event, uint32_t, uid) },
	{ 5, FIELD_U64, FIELD_AT(event, uint64_t, now_ms) },
	{ 6, FIELD_U64, FIELD_AT(event, uint64_t, wall_ms) },
	{ 7, FIELD_U64, FIELD_AT(event, uint64_t, seed) },
	{ 8, FIELD_U64, FIELD_AT(event, uint64_t, session) },
	{ 9, FIELD_U64, FIELD_AT(event, uint64_t, request) },
	{ 10, FIELD_U64, FIELD_AT(event, uint64_t, status) },
	{ 11, FIELD_ADDRESS, FIELD_AT(event, struct address, address) },
	{ 12, FIELD_U8, FIELD_AT(event, uint8_t, certificates) },
	{ 13, FIELD_U64, FIELD_AT(event, uint64_t, number) },
	{ 14, FIELD_U64, FIELD_AT(event, uint64_t, step) },
};

void event_save(struct buffer *out, const struct event *event)
{
	size_t record = pack_begin(out, EVENT_RECORD);

	fields_save(out, event_fields, ARRAY_LENGTH(event_fields), event);
	if (event->listener)
		pack_bytes(out, LISTENER_FIELD, event->listener, strlen(event->listener) + 1);
	if (event->tls)
		tls_facts_save_record(out, TLS_RECORD, event->tls);
	if (event->text)
		pack_bytes(out, TEXT_FIELD, event->text, event->text_length);
	if (event->settings)
		settings_save(out, SETTINGS_FIELD, event->settings);
	pack_end(out, record);
}

static void mask_event(const struct pack_field *saved)
{
	const struct event event = event_load_head(saved);
	struct pack record = pack_field_record(saved);
	struct pack_field field;

	while (pack_next(&record, &field)) {
		if (field.id == SETTINGS_FIELD)
			settings_mask_tokens(&field);
		if (field.id == TEXT_FIELD &&
			(event.kind == EVENT_STORAGE || event.kind == EVENT_ANSWER))
			totp_mask((void *) (uintptr_t) field.bytes, field.length);
	}
}

void event_mask_tokens(const void *bytes, size_t length)
{
	struct pack records = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&records, &field))
		mask_event(&field);
}

static void load_event_settings(struct event *event, const struct pack_field *field)
{
	settings_unref(event->settings);
	event->settings = settings_load(field);
}

/* False: malformed. */
static bool load_event_tls(struct event *event, const struct pack_field *field)
{
	struct tls_facts facts;

	if (event->tls || !tls_facts_load(pack_field_record(field), &facts))
		return false;
	event->tls = mem_copy(&facts, sizeof(facts));
	return true;
}

static bool is_whole_event(const struct event *event)
{
	switch ((enum event_kind) event->kind) {
	case EVENT_SETTINGS:
		return event->settings != NULL;
	case EVENT_CONNECTED:
	case EVENT_LINE:
	case EVENT_CLOSED:
	case EVENT_OVERFLOW:
	case EVENT_ANSWER:
	case EVENT_RELOAD_FAILED:
	case EVENT_STOP:
	case EVENT_RESTART_FAILED:
	case EVENT_STORAGE:
	case EVENT_MAILED:
	case EVENT_PUSHED:
	case EVENT_ACT:
		return event->text != NULL;
	case EVENT_DATAGRAM:
		return event->text != NULL && event->listener != NULL;
	case EVENT_DRAINED:
	case EVENT_TICK:
	case EVENT_ASLEEP:
	case EVENT_AWAKE:
	case EVENT_DELIVERED:
	case EVENT_STORED:
	case EVENT_HISTORY:
		return true;
	}
	return false;
}

static void load_event_listener(struct event *event, const struct pack_field *part)
{
	const char *name = (const char *) part->bytes;

	if (part->length && strnlen(name, part->length) == part->length - 1)
		event->listener = name;
}

static void load_event_part(struct event *event, const struct pack_field *part)
{
	if (part->id == TEXT_FIELD) {
		event->text = (const char *) part->bytes;
		event->text_length = part->length;
	} else if (part->id == LISTENER_FIELD) {
		load_event_listener(event, part);
	} else {
		fields_load(event_fields, ARRAY_LENGTH(event_fields), event, part);
	}
}

struct event event_load_head(const struct pack_field *field)
{
	struct pack record = pack_field_record(field);
	struct event event = { 0 };
	struct pack_field part;

	while (pack_next(&record, &part))
		load_event_part(&event, &part);
	return event;
}

bool event_load(const struct pack_field *field, struct event *ret_event)
{
	struct pack record = pack_field_record(field);
	struct event event = { 0 };
	struct pack_field part;
	bool is_valid = true;

	while (is_valid && pack_next(&record, &part))
		if (part.id == SETTINGS_FIELD)
			load_event_settings(&event, &part);
		else if (part.id == TLS_RECORD)
			is_valid = load_event_tls(&event, &part);
		else
			load_event_part(&event, &part);
	if (!is_valid || record.failed || !is_whole_event(&event)) {
		event_done(&event);
		return false;
	}
	*ret_event = event;
	return true;
}

void event_done(struct event *event)
{
	settings_unref(event->settings);
	free((void *) (uintptr_t) event->tls);
}
