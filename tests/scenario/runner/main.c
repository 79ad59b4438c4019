/* scenario FILE...: plays each file as it is, and once more with the world saved and loaded
 * between every two events; both must read the same. */
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
static void print_difference(const char *plain, const char *restarted)
{
	while (*plain && *plain == *restarted) {
		plain++;
		restarted++;
	}
	printf("\tplain:      %.*s\n\trestarted:  %.*s\n", (int) strcspn(plain, "\n"), plain,
		(int) strcspn(restarted, "\n"), restarted);
}

static bool report(const char *path, const struct stage *plain, const struct stage *restarted)
{
	if (plain->failure.length) {
		printf("%s: %s\n", path, plain->failure.bytes);
		return false;
	}
	if (restarted->failure.length) {
		printf("%s: with restarts: %s\n", path, restarted->failure.bytes);
		return false;
	}
	if (strcmp(buffer_text(&plain->transcript), buffer_text(&restarted->transcript)) != 0) {
		printf("%s: restarts are seen from outside:\n", path);
		print_difference(plain->transcript.bytes, restarted->transcript.bytes);
		return false;
	}
	printf("%s: ok, %llu events, twice\n", path, (unsigned long long) plain->n_events);
	return true;
}

static bool play(const char *path)
{
	struct stage plain, restarted;
	struct buffer text = { 0 };
	bool is_good;

	if (!read_file(path, &text)) {
		printf("%s: cannot be read, or is empty\n", path);
		return false;
	}
	stage_init(&plain, false);
	script_play(&plain, text.bytes);
	stage_init(&restarted, true);
	script_play(&restarted, text.bytes);
	is_good = report(path, &plain, &restarted);
	if (getenv("SCENARIO_TRANSCRIPT"))
		printf("%s", buffer_text(&plain.transcript));
	stage_done(&plain);
	stage_done(&restarted);
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
