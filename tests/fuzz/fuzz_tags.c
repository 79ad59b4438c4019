/* Any bytes as the tags of a client: the tags passed on are well-formed, not longer, and unchanged
 * if sent again. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "proto/message.h"
#include "proto/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool denies_long(const void *data, const char *key, size_t length)
{
	(void) data;
	(void) key;
	return length > 100;
}

static void check_tag(const char *all, const struct tag *tag)
{
	struct tag last;
	char key[MESSAGE_TAG_BYTES];

	assert(tag->key_length > 1 && tag->key_length <= 101 && *tag->key == '+');
	assert(!memchr(tag->key + 1, '+', tag->key_length - 1));
	assert(text_is_utf8(tag->value, tag->value_length));
	memcpy(key, tag->key, tag->key_length);
	key[tag->key_length] = '\0';
	assert(tags_find(all, key, &last));
	assert(last.key == tag->key); /* no key is repeated */
}

/* An escaped text passes as the value of one tag. */
static void check_escapes(const char *value)
{
	struct buffer escaped = { 0 };
	struct tag tag;

	buffer_put_text(&escaped, "+a=");
	tags_escape(value, &escaped);
	assert(!strpbrk(buffer_text(&escaped), " ;\r\n"));
	assert(tags_find(buffer_text(&escaped), "+a", &tag));
	assert(tag.value_length == escaped.length - strlen("+a="));
	buffer_done(&escaped);
}

static void check(const char *tags)
{
	struct buffer out = { 0 }, again = { 0 };
	const char *rest = tags;
	struct tag tag;

	check_escapes(tags);
	tags_put_client_only(tags, denies_long, NULL, &out);
	assert(out.length <= strlen(tags));
	for (rest = buffer_text(&out); tags_next(&rest, &tag);)
		check_tag(buffer_text(&out), &tag);
	tags_put_client_only(buffer_text(&out), denies_long, NULL, &again);
	assert(strcmp(buffer_text(&out), buffer_text(&again)) == 0);
	buffer_done(&out);
	buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[FRAME_LINE_BYTES + 1] = "@";
	struct message message;

	if (size > MESSAGE_TAG_BYTES)
		return 0;
	memcpy(line + 1, data, size);
	memcpy(line + 1 + size, " X", 2);
	if (message_parse(line, size + 3, &message) == MESSAGE_OK && message.tags)
		check(message.tags);
	return 0;
}
