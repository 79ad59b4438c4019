/* Any bytes as the path and the lines of a bouncer's log: what is read has the form that papod
 * wants, and says what the file says. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "moving/bouncer_log.h"
#include "moving/bouncer_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed_path(const char *text)
{
	struct bouncer_path path = { 0 };

	if (!bouncer_path_read(text, &path))
		return;
	assert(strstr(text, path.window) && strstr(text, path.network));
	assert(path.year >= 1970 && path.year <= 9999 && path.month >= 1 && path.month <= 12);
	assert(path.day >= 1 && path.day <= 31);
	assert(bouncer_path_is_of(&path, path.network));
	bouncer_path_done(&path);
}

static void feed_line(struct bouncer_line *line, const char *bytes, size_t length)
{
	if (bouncer_line_read(line, bytes, length) != BOUNCER_LINE_TAKEN)
		return;
	assert(line->hour <= 23 && line->minute <= 59 && line->second <= 60);
	assert(line->command && line->source.length && !strchr(line->source.bytes, ' '));
	assert(strlen(line->source.bytes) == line->source.length);
	assert(strlen(buffer_text(&line->text)) == line->text.length);
	assert(line->text.length <= length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(bouncer_line_done) struct bouncer_line line = { 0 };
	const char *at = (const char *) data, *end = at + size;
	bool is_first = true;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t) (end - at));
		CLEANUP(mem_freep) char *copy = NULL;

		if (!newline)
			newline = end;
		copy = mem_text_n(at, (size_t) (newline - at));
		if (is_first)
			feed_path(copy);
		feed_line(&line, at, (size_t) (newline - at));
		is_first = false;
		at = newline + 1;
	}
	return 0;
}
