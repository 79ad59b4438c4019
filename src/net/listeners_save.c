/* Owns the saved form of listeners for the next program in the same process: the descriptors stay
 * open, the rest is saved. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "net/listener.h"

#define LISTENER_RECORD 1

#define FD_FIELD 20
#define ADDRESS_FIELD 21 /* in the kernel's form */
#define DUAL_FIELD 22
#define DEVICE_FIELD 23
#define INODE_FIELD 24

static const struct field listener_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(listener, char *, name) },
	{ 2, FIELD_TEXT, FIELD_AT(listener, char *, passed_name) },
	/* 3 was a name for the address. */
	{ 4, FIELD_BOOL, FIELD_AT(listener, bool, is_passed) },
};

static void save_listener(const struct listener *listener, struct buffer *out)
{
	size_t begun = pack_begin(out, LISTENER_RECORD);

	fields_save(out, listener_fields, ARRAY_LENGTH(listener_fields), listener);
	pack_u64(out, FD_FIELD, (uint64_t) listener->fd);
	pack_bytes(out, ADDRESS_FIELD, &listener->target.address, listener->target.length);
	pack_u64(out, DUAL_FIELD, listener->target.is_dual);
	pack_u64(out, DEVICE_FIELD, listener->device);
	pack_u64(out, INODE_FIELD, listener->inode);
	pack_end(out, begun);
}

void listeners_save(const struct listeners *listeners, struct buffer *out)
{
	for (size_t i = 0; i < listeners->count; i++)
		save_listener(listeners->items[i], out);
}

static void load_listener_field(struct listener *listener, const struct pack_field *field)
{
	struct target *target = &listener->target;

	fields_load(listener_fields, ARRAY_LENGTH(listener_fields), listener, field);
	switch (field->id) {
	case FD_FIELD:
		listener->fd = (int) pack_field_u64(field);
		return;
	case ADDRESS_FIELD:
		if (field->length > sizeof(target->address))
			return;
		memcpy(&target->address, field->bytes, field->length);
		target->length = (socklen_t) field->length;
		return;
	case DUAL_FIELD:
		target->is_dual = pack_field_u64(field) != 0;
		return;
	case DEVICE_FIELD:
		listener->device = pack_field_u64(field);
		return;
	case INODE_FIELD:
		listener->inode = pack_field_u64(field);
		return;
	}
}

static void loaded_done(struct listener *loaded)
{
	free(loaded->name);
	free(loaded->passed_name);
}

/* The requested address may differ from the actual one, as with port 0. */
static int load_saved_listener(struct listeners *all, struct pack record)
{
	CLEANUP(loaded_done) struct listener loaded = { .fd = -1 };
	struct pack_field field;
	struct listener *listener;
	struct target bound;
	int error;

	while (pack_next(&record, &field))
		load_listener_field(&loaded, &field);
	error = listener_check_passed(loaded.fd, &bound);
	if (error) {
		if (loaded.fd >= 0)
			close(loaded.fd);
		return error;
	}
	loaded.target.is_datagram = bound.is_datagram;
	error = listener_add(
		all, loaded.fd, &loaded.target, loaded.name ? loaded.name : "", &listener);
	if (error)
		return error;
	listener->passed_name = TAKE(loaded.passed_name);
	listener->is_passed = loaded.is_passed;
	listener->device = loaded.device;
	listener->inode = loaded.inode;
	return 0;
}

int listeners_load(struct listeners *listeners, struct pack record)
{
	struct pack_field field;
	int error = 0;

	while (pack_next(&record, &field)) {
		int result = field.id == LISTENER_RECORD
				     ? load_saved_listener(listeners, pack_field_record(&field))
				     : 0;

		error = error ? error : result;
	}
	return error;
}
