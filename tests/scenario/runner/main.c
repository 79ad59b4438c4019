/* scenario FILE...: plays each file as it is; once more with the world saved and loaded between
 * every two events; and again with a crash at each event, after which the last snapshot and the log
 * of events must lead to the same world. All transcripts must be equal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "script.h"

static bool read_file(const char *path, struct buffer *out)
{
	char bytes[4096];
	size_t length;
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	while ((length = fread(bytes, 1, sizeof(bytes), file)))
		buffer_put(out, bytes, length);
	fclose(file);
	return out->length;
}

/* The first line in which two transcripts differ. */
static void print_difference(const char *plain, const char *other)
{
	while (*plain && *plain == *other) {
		plain++;
		other++;
	}
	printf("\tas it is:  %.*s\n\tthen:      %.*s\n", (int) strcspn(plain, "\n"), plain,
		(int) strcspn(other, "\n"), other);
}

/* The ways in which each file is played. */
static const struct {
	enum fate fate;
	const char *name;
} plays[] = {
	{ FATE_PLAIN, "as it is" },
	{ FATE_RESTART, "with restarts" },
	{ FATE_CRASH, "with crashes" },
};

static bool report(
	const char *path, const char *name, const struct stage *plain, const struct stage *stage)
{
	if (stage->failure.length) {
		printf("%s: %s: %s\n", path, name, stage->failure.bytes);
		return false;
	}
	if (strcmp(buffer_text(&plain->transcript), buffer_text(&stage->transcript)) != 0) {
		printf("%s: %s it reads differently:\n", path, name);
		print_difference(plain->transcript.bytes, stage->transcript.bytes);
		return false;
	}
	return true;
}

static bool play_all(const char *path, const char *text)
{
	struct stage stages[ARRAY_LENGTH(plays)];
	bool is_good = true;

	for (size_t i = 0; i < ARRAY_LENGTH(plays); i++) {
		stage_init(&stages[i], plays[i].fate);
		script_play(&stages[i], text);
		is_good = is_good && report(path, plays[i].name, &stages[0], &stages[i]);
	}
	if (is_good)
		printf("%s: ok, %llu events, %zu times\n", path,
			(unsigned long long) stages[0].n_events, ARRAY_LENGTH(plays));
	if (getenv("SCENARIO_TRANSCRIPT"))
		printf("%s", buffer_text(&stages[0].transcript));
	for (size_t i = 0; i < ARRAY_LENGTH(plays); i++)
		stage_done(&stages[i]);
	return is_good;
}

static bool play(const char *path)
{
	struct buffer text = { 0 };
	bool is_good = read_file(path, &text);

	if (is_good)
		is_good = play_all(path, text.bytes);
	else
		printf("%s: cannot be read, or is empty\n", path);
	buffer_done(&text);
	return is_good;
}

int main(int argc, char **argv)
{
	bool is_good = argc > 1;

	for (int i = 1; i < argc; i++)
		is_good &= play(argv[i]);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
