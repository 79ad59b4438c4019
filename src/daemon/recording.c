/* Owns the format of the events file, and its replay. */
#include "daemon/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/engine.h"

#define MAGIC "papod events 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define WORLD_RECORD 2
#define RECORD_HEAD_BYTES 6
#define MOST_RECORD_BYTES (64u << 20) /* the largest record is settings with all their files */

struct recording {
	int fd;
	struct buffer added;
};

/* open() keeps the permissions of an old file. Those of a device are not changed. */
static int make_private(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || (S_ISREG(status.st_mode) && fchmod(fd, 0600) < 0))
		return -errno;
	return 0;
}

int recording_create(const char *path, struct recording **ret_recording)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0 ? -errno : make_private(fd);

	if (error && fd >= 0)
		close(fd);
	if (error)
		return error;
	*ret_recording = mem_new(sizeof(**ret_recording));
	(*ret_recording)->fd = fd;
	buffer_put(&(*ret_recording)->added, MAGIC, MAGIC_BYTES);
	return 0;
}

void recording_add(struct recording *recording, const struct event *event)
{
	size_t begun = recording->added.length;

	event_save(&recording->added, event);
	event_mask_tokens(recording->added.bytes + begun, recording->added.length - begun);
}

/* The text is the last field of a saved event. */
void recording_hide(
	struct recording *recording, const struct event *event, const struct outbox *outbox)
{
	if (recording && outbox->secret.length)
		message_mask(recording->added.bytes + recording->added.length - event->text_length +
				     outbox->secret.at,
			outbox->secret.length);
}

void recording_add_saved(struct recording *recording, const void *bytes, size_t length)
{
	size_t begun = recording->added.length;

	buffer_put(&recording->added, bytes, length);
	event_mask_tokens(recording->added.bytes + begun, length);
}

void recording_add_world(struct recording *recording, const void *bytes, size_t length)
{
	pack_bytes(&recording->added, WORLD_RECORD, bytes, length);
}

int recording_flush(struct recording *recording)
{
	size_t done = 0;
	ssize_t written;

	while (done < recording->added.length) {
		written = write(recording->fd, recording->added.bytes + done,
			recording->added.length - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		done += (size_t) written;
	}
	buffer_clear(&recording->added);
	return 0;
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	recording_flush(recording);
	close(recording->fd);
	buffer_done(&recording->added);
	free(recording);
}

static void close_recordingp(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* Numbers in heads are little endian, see base/pack.h. */
static struct pack_field read_head(const uint8_t head[RECORD_HEAD_BYTES])
{
	return (struct pack_field){
		.id = (uint16_t) (head[0] | head[1] << 8),
		.length = (size_t) head[2] | (size_t) head[3] << 8 | (size_t) head[4] << 16 |
			  (size_t) head[5] << 24,
	};
}

/* Read the next record into the buffer. False: the file ends; *ret_is_whole: not inside a
 * record. */
static bool read_record(
	FILE *file, struct buffer *bytes, struct pack_field *ret_field, bool *ret_is_whole)
{
	uint8_t head[RECORD_HEAD_BYTES];
	size_t got = fread(head, 1, sizeof(head), file);

	*ret_is_whole = got == 0;
	if (got != sizeof(head))
		return false;
	*ret_field = read_head(head);
	if (ret_field->length > MOST_RECORD_BYTES)
		return false;
	buffer_clear(bytes);
	buffer_reserve(bytes, ret_field->length);
	if (fread(bytes->bytes, 1, ret_field->length, file) != ret_field->length)
		return false;
	ret_field->bytes = (const uint8_t *) bytes->bytes;
	return true;
}

static void print_effects(void *data, const struct outbox *outbox)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	outbox_describe(outbox, &text);
	fwrite(buffer_text(&text), 1, text.length, data);
}

static bool replay_recorded_event(struct engine *engine, const struct pack_field *field, FILE *out)
{
	const struct engine_sink sink = { print_effects, out };
	struct event event;

	if (!event_load(field, &event))
		return false;
	engine_replay(engine, &event, &sink);
	event_done(&event);
	return true;
}

static bool load_recorded_world(const struct pack_field *field, struct engine *engine)
{
	const char *reason;

	engine_set_world(engine, world_load(field->bytes, field->length, &reason));
	return engine_world(engine);
}

/* Records of a later release are skipped. */
static bool replay_recorded(struct engine *engine, const struct pack_field *field, FILE *out)
{
	if (field->id == EVENT_RECORD)
		return replay_recorded_event(engine, field, out);
	return field->id != WORLD_RECORD || load_recorded_world(field, engine);
}

static enum replay_result replay_all(FILE *file, struct engine *engine, FILE *out)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct pack_field field;
	bool is_whole;

	while (read_record(file, &bytes, &field, &is_whole))
		if (!replay_recorded(engine, &field, out))
			return REPLAY_NOT_A_RECORDING;
	return is_whole ? REPLAY_OK : REPLAY_CUT_SHORT;
}

enum replay_result replay(const char *path, FILE *out)
{
	CLEANUP(close_recordingp) FILE *file = fopen(path, "re");
	char magic[MAGIC_BYTES];
	struct engine *engine = NULL;
	enum replay_result result;

	if (!file)
		return REPLAY_NO_FILE;
	if (fread(magic, 1, MAGIC_BYTES, file) != MAGIC_BYTES ||
		memcmp(magic, MAGIC, MAGIC_BYTES) != 0)
		return REPLAY_NOT_A_RECORDING;
	(void) engine_new(NULL, NULL, &engine);
	engine_set_world(engine, world_new());
	result = replay_all(file, engine, out);
	engine_free(engine);
	return result;
}
