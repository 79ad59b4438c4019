/* Owns the search for nicknames in a text. Words are divided by spaces, and punctuation around them
 * does not count, as in "ana, bea: hello". */
#include "world/mentions.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/channel.h"
#include "world/user.h"
#include "world/world.h"

#define MOST_COUNTED 128

struct mentions {
	uint64_t users[MOST_COUNTED];
	uint32_t count;
};

static void note_mentioned(struct mentions *mentions, uint64_t user)
{
	for (uint32_t i = 0; i < mentions->count; i++)
		if (mentions->users[i] == user)
			return;
	if (mentions->count < MOST_COUNTED)
		mentions->users[mentions->count++] = user;
}

/* Brackets may be part of a nickname. */
static const struct user *find_mentioned(struct world *world, char *word)
{
	size_t length;

	word += strspn(word, "@,:;.!?(\"'<");
	length = strlen(word);
	while (length && strchr(",:;.!?)\"'>", word[length - 1]))
		word[--length] = '\0';
	return length ? user_find(world, word) : NULL;
}

uint32_t mentions_count(
	struct world *world, const struct channel *channel, const char *text, uint32_t most)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	struct mentions mentions = { .count = 0 };
	char *rest = copy, *word;

	for (char *at = copy; (at = strchr(at, '\n'));)
		*at = ' ';
	while (mentions.count < most && (word = text_split(&rest, ' '))) {
		const struct user *user = find_mentioned(world, word);

		if (user && user_find_member(user, channel))
			note_mentioned(&mentions, user->number);
	}
	return mentions.count;
}
