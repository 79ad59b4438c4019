#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/recording.h"
#include "world/world.h"

#define MAGIC_BYTES 15

struct place {
	char directory[64];
	char path[100];
	char *output; /* of the last replay */
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/events", place->directory);
	*state = place;
	return 0;
}

static int clear_place(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->directory);
	free(place->output);
	free(place);
	return 0;
}

static void add_text(struct recording *recording, uint8_t kind, uint64_t session, const char *text)
{
	struct event event = {
		.kind = kind, .session = session, .text = text, .text_length = strlen(text)
	};

	assert_true(address_parse_range("192.0.2.1", &event.address));
	recording_add(recording, &event);
}

static void record(const struct place *place)
{
	struct recording *recording = NULL;
	struct problems problems = { 0 };
	struct event event = { .kind = EVENT_SETTINGS, .now_ms = 1 };

	event.settings = settings_parse(NULL, 0, &problems);
	assert_non_null(event.settings);
	assert_int_equal(recording_create(place->path, &recording), 0);
	recording_add(recording, &event);
	add_text(recording, EVENT_CONNECTED, 7, "tcp");
	add_text(recording, EVENT_LINE, 7, "PING here");
	assert_int_equal(recording_flush(recording), 0);
	recording_free(recording);
	settings_unref(event.settings);
	problems_done(&problems);
}

static enum replay_result play(struct place *place)
{
	enum replay_result result;
	size_t length;
	FILE *out;

	free(place->output);
	place->output = NULL;
	out = open_memstream(&place->output, &length);
	result = replay(place->path, out);
	fclose(out);
	return result;
}

static void what_was_recorded_is_lived_through(void **state)
{
	struct place *place = *state;
	char *first;

	record(place);
	assert_int_equal(play(place), REPLAY_OK);
	assert_non_null(strstr(place->output, "log client-connected SESSION=7"));
	assert_non_null(strstr(place->output, "send 7 "));
	first = mem_text(place->output);
	assert_int_equal(play(place), REPLAY_OK);
	assert_string_equal(place->output, first);
	free(first);
}

static void a_recording_cut_anywhere_is_told_from_a_whole_one(void **state)
{
	struct place *place = *state;
	struct stat status;
	unsigned int n_whole = 0;

	record(place);
	assert_int_equal(stat(place->path, &status), 0);
	for (off_t length = status.st_size - 1; length > MAGIC_BYTES; length--) {
		assert_int_equal(truncate(place->path, length), 0);
		if (play(place) != REPLAY_CUT_SHORT)
			n_whole++;
	}
	assert_int_equal(n_whole, 2); /* cut exactly between two events */
	assert_int_equal(truncate(place->path, MAGIC_BYTES - 1), 0);
	assert_int_equal(play(place), REPLAY_NOT_A_RECORDING);
}

static bool is_in_file(const char *path, const char *text)
{
	char bytes[4096];
	FILE *file = fopen(path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return memmem(bytes, length, text, strlen(text));
}

static void a_secret_is_not_recorded(void **state)
{
	const struct place *place = *state;
	struct recording *recording = NULL;
	struct outbox outbox = { .secret = { .at = 5, .length = 6 } };
	const struct event event = { .text_length = strlen("PASS sesame") };

	assert_int_equal(recording_create(place->path, &recording), 0);
	add_text(recording, EVENT_LINE, 7, "PASS sesame");
	recording_hide(recording, &event, &outbox);
	add_text(recording, EVENT_LINE, 7, "PASS spoken");
	outbox.secret.length = 0;
	recording_hide(recording, &event, &outbox);
	recording_free(recording);
	assert_false(is_in_file(place->path, "sesame"));
	assert_true(is_in_file(place->path, "PASS ******"));
	assert_true(is_in_file(place->path, "PASS spoken"));
}

static void only_the_owner_may_read_it(void **state)
{
	struct place *place = *state;
	struct stat status;

	record(place);
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	chmod(place->path, 0644);
	record(place);
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_full_disk_is_an_error(void **state)
{
	struct recording *recording = NULL;
	struct event event = { .kind = EVENT_TICK };

	(void) state;
	assert_int_equal(recording_create("/dev/full", &recording), 0);
	recording_add(recording, &event);
	assert_int_equal(recording_flush(recording), -ENOSPC);
	recording_free(recording);
}

static void a_place_that_is_not_there_is_an_error(void **state)
{
	struct recording *recording = NULL;

	(void) state;
	assert_int_equal(recording_create("/nonexistent/events", &recording), -ENOENT);
	assert_int_equal(replay("/nonexistent/events", stdout), REPLAY_NO_FILE);
}

/* A recording with a record of that length, most of it a hole in the file. */
static void record_with(const struct place *place, uint16_t id, uint32_t length)
{
	const uint8_t head[] = { (uint8_t) id, (uint8_t) (id >> 8), (uint8_t) length,
		(uint8_t) (length >> 8), (uint8_t) (length >> 16), (uint8_t) (length >> 24) };
	struct recording *recording = NULL;

	assert_int_equal(recording_create(place->path, &recording), 0);
	recording_add_saved(recording, head, sizeof(head));
	assert_int_equal(recording_flush(recording), 0);
	recording_free(recording);
	assert_int_equal(truncate(place->path, MAGIC_BYTES + (off_t) sizeof(head) + length), 0);
}

static void what_a_later_release_adds_is_skipped(void **state)
{
	struct place *place = *state;

	record_with(place, 0x0201, 0);
	assert_int_equal(play(place), REPLAY_OK);
	record_with(place, 0x0101, 100);
	assert_int_equal(play(place), REPLAY_OK);
	assert_string_equal(place->output, "");
}

static void a_record_may_be_so_long_and_no_longer(void **state)
{
	struct place *place = *state;

	record_with(place, 99, 64u << 20);
	assert_int_equal(play(place), REPLAY_OK);
	record_with(place, 99, (64u << 20) + 1);
	assert_int_equal(play(place), REPLAY_CUT_SHORT);
}

static void events_and_worlds_that_make_no_sense_end_it(void **state)
{
	struct place *place = *state;

	record_with(place, 1, 10);
	assert_int_equal(play(place), REPLAY_NOT_A_RECORDING);
	record_with(place, 2, 10);
	assert_int_equal(play(place), REPLAY_NOT_A_RECORDING);
}

/* As after a recovery: the recording begins with the recovered world. */
static void a_world_in_it_takes_the_place_of_the_one_before(void **state)
{
	struct place *place = *state;
	struct recording *recording = NULL;
	struct world *world = world_new();
	struct buffer bytes = { 0 };

	world_save(world, &bytes);
	assert_int_equal(recording_create(place->path, &recording), 0);
	recording_add_world(recording, bytes.bytes, bytes.length);
	recording_add_world(recording, bytes.bytes, bytes.length);
	recording_free(recording); /* flushes */
	assert_int_equal(play(place), REPLAY_OK);
	buffer_done(&bytes);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_recorded_is_lived_through, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_recording_cut_anywhere_is_told_from_a_whole_one, make_place, clear_place),
		cmocka_unit_test_setup_teardown(a_secret_is_not_recorded, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			only_the_owner_may_read_it, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_a_later_release_adds_is_skipped, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_record_may_be_so_long_and_no_longer, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			events_and_worlds_that_make_no_sense_end_it, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_world_in_it_takes_the_place_of_the_one_before, make_place, clear_place),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(a_place_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
