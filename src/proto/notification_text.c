/* Owns plain lines, which a shell can write: each is a message, optionally with its own token. */
#include "proto/notification_text.h"

#include <stdio.h>
#include <string.h>

#include "proto/name_syntax.h"

/* The next word, empty at the end; one blank behind it is dropped too. */
static char *cut_word(char **rest)
{
	char *word = *rest + strspn(*rest, NOTIFICATION_BLANKS),
	     *end = word + strcspn(word, NOTIFICATION_BLANKS);

	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* The words themselves are not repeated: one may be a token that is mistyped. */
static bool cut_head(
	struct notification_draft *draft, char **rest, struct notification_message *message)
{
	char *word = cut_word(rest);

	if (!channel_name_looks_like_one(word)) {
		if (!token_is_valid(word))
			return notification_draft_refuse(
				draft, "the first word is neither a channel nor a token");
		message->token = word;
		word = cut_word(rest);
		if (!channel_name_looks_like_one(word))
			return notification_draft_refuse(
				draft, "the word behind the token is no channel");
	}
	message->channel = word;
	return notification_draft_check_channel(draft, word);
}

static bool parse_text_line(struct notification_draft *draft, char *line)
{
	struct notification_message message = { 0 };

	if (!cut_head(draft, &line, &message))
		return false;
	if (notification_text_is_blank(line))
		return notification_draft_refuse(draft, "there is no text behind the channel");
	message.text = line;
	return notification_draft_add(draft, &message);
}

bool notification_parse_text(struct notification_draft *draft, const char *bytes, size_t length)
{
	char *text = notification_draft_store(draft, bytes, length);
	struct notification_lines lines;

	if (!notification_draft_split(draft, text, &lines))
		return false;
	if (!lines.count)
		return notification_draft_refuse(draft, "the datagram is empty");
	for (size_t i = 0; i < lines.count; i++) {
		snprintf(draft->place, sizeof(draft->place), "line %zu: ", lines.numbers[i]);
		if (!parse_text_line(draft, lines.texts[i]))
			return false;
	}
	return true;
}
