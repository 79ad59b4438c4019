#include "lines.h"

#include <stdlib.h>

#include "base/mem.h"

void lines_put(struct lines *lines, const char *bytes, size_t length)
{
	lines->items = mem_resize(lines->items, lines->count + 1, sizeof(*lines->items));
	lines->items[lines->count++] = mem_text_n(bytes, length);
}

void lines_put_log(struct lines *lines, const struct log_fields *log)
{
	struct buffer text = { 0 };

	buffer_put_text(&text, logbook_row(log->entry)->name);
	for (size_t i = 0; log->fields[i]; i += 2)
		buffer_format(&text, " %s=%s", log->fields[i], log->fields[i + 1]);
	lines_put(lines, text.bytes, text.length);
	buffer_done(&text);
}

const char *lines_take(struct lines *lines)
{
	return lines->next < lines->count ? lines->items[lines->next++] : NULL;
}

void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
	*lines = (struct lines){ 0 };
}
