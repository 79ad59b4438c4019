/* Owns the note in a message, which describes its sockets. */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/pack.h"
#include "survival/parking_lot.h"

/* Field numbers are never reused. Each name is written once, in the order of numbers, so that a
 * full batch with one name fits into a page. */
enum note_field {
	NOTE_FIELD_IDS = 1,   /* 8 bytes each, little endian */
	NOTE_FIELD_NAME = 2,  /* of a listener; one field for each */
	NOTE_FIELD_NAMES = 3, /* for each id the number of its name, a byte */
};

uint16_t parking_name(struct parking *parking, const char *name, size_t length)
{
	size_t number = interned_number(&parking->names, name, length);

	/* More than any configuration has; beyond it, some sockets get a wrong name. */
	return number < UINT16_MAX ? (uint16_t) number : UINT16_MAX - 1;
}

static uint8_t number_of(uint16_t name, uint16_t *names, size_t *n_names)
{
	size_t i = 0;

	while (i < *n_names && names[i] != name)
		i++;
	if (i == *n_names)
		names[(*n_names)++] = name;
	return (uint8_t) i;
}

void parking_write_note(struct parking *parking, struct parked *const *items, size_t n_items)
{
	struct buffer *note = &parking->note;
	uint64_t ids[BATCH];
	uint8_t numbers[BATCH];
	uint16_t names[BATCH];
	size_t n_names = 0;

	assert(n_items > 0 && n_items <= BATCH);
	for (size_t i = 0; i < n_items; i++) {
		ids[i] = htole64(items[i]->id);
		numbers[i] = number_of(items[i]->name, names, &n_names);
	}
	buffer_clear(note);
	pack_bytes(note, NOTE_FIELD_IDS, ids, n_items * sizeof(ids[0]));
	for (size_t i = 0; i < n_names; i++)
		pack_text(note, NOTE_FIELD_NAME, parking->names.texts[names[i]]);
	pack_bytes(note, NOTE_FIELD_NAMES, numbers, n_items);
}

static void read_ids(const struct pack_field *field, struct note *note)
{
	if (field->length % sizeof(uint64_t) || field->length > sizeof(note->ids))
		return;
	note->count = field->length / sizeof(uint64_t);
	memcpy(note->ids, field->bytes, field->length);
	for (size_t i = 0; i < note->count; i++)
		note->ids[i] = le64toh(note->ids[i]);
}

static bool read_names(
	const struct pack_field *field, const uint16_t *names, size_t n_names, struct note *note)
{
	if (field->length != note->count)
		return false;
	for (size_t i = 0; i < note->count; i++) {
		if (field->bytes[i] >= n_names)
			return false;
		note->names[i] = names[field->bytes[i]];
	}
	return true;
}

void parking_read_note(struct parking *parking, size_t length, struct note *ret_note)
{
	struct pack pack = pack_over(parking->received, length <= NOTE_BYTES ? length : 0);
	struct pack_field field;
	uint16_t names[MOST_FDS];
	size_t n_names = 0;
	bool is_whole = false;

	ret_note->count = 0;
	while (pack_next(&pack, &field)) {
		if (field.id == NOTE_FIELD_IDS)
			read_ids(&field, ret_note);
		else if (field.id == NOTE_FIELD_NAME && n_names < MOST_FDS)
			names[n_names++] =
				parking_name(parking, (const char *) field.bytes, field.length);
		else if (field.id == NOTE_FIELD_NAMES)
			is_whole = read_names(&field, names, n_names, ret_note);
	}
	if (!is_whole || pack.failed)
		ret_note->count = 0;
}
