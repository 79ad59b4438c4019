/* Owns parsing lines from clients, and finishing lines to them. */
#include "proto/message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static char *skip_spaces(char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* End the word at its first space; returns the text after the spaces. */
static char *end_word(char *word)
{
	char *end = strchr(word, ' ');

	if (!end)
		return word + strlen(word);
	*end = '\0';
	return skip_spaces(end + 1);
}

static void parse_params(char *at, struct message *message)
{
	message->n_params = 0;
	while (*at) {
		if (*at == ':' || message->n_params == MESSAGE_PARAMS - 1) {
			message->params[message->n_params++] = at + (*at == ':');
			break;
		}
		message->params[message->n_params++] = at;
		at = end_word(at);
	}
	for (int i = message->n_params; i <= MESSAGE_PARAMS; i++)
		message->params[i] = NULL;
}

/* Returns the start of the rest of the line; NULL if the tags are too long. */
static char *parse_tags(char *at, struct message *message)
{
	char *rest;

	message->tags = NULL;
	if (*at != '@')
		return at;
	message->tags = at + 1;
	rest = strchr(at, ' ');
	if (!rest)
		rest = at + strlen(at);
	else
		*rest++ = '\0';
	if (rest - at > MESSAGE_TAG_BYTES)
		return NULL;
	return rest;
}

/* Some recipients would take a CR inside for the end of the line. */
static bool is_clean_line(const char *line, size_t length)
{
	return !memchr(line, '\0', length) && !memchr(line, '\r', length);
}

enum message_result message_parse(const char *line, size_t length, struct message *ret_message)
{
	char *at;

	while (length && line[length - 1] == '\r')
		length--;
	if (!length)
		return MESSAGE_EMPTY;
	if (length > FRAME_LINE_BYTES)
		return MESSAGE_TOO_LONG;
	if (!is_clean_line(line, length))
		return MESSAGE_NOT_TEXT;
	memcpy(ret_message->bytes, line, length);
	ret_message->bytes[length] = '\0';

	at = parse_tags(ret_message->bytes, ret_message);
	if (!at || ret_message->bytes + length - at > MESSAGE_BYTES)
		return MESSAGE_TOO_LONG;
	at = skip_spaces(at);
	if (*at == ':')
		at = end_word(at);
	if (!*at || *at == ':')
		return MESSAGE_EMPTY;
	ret_message->command = at;
	parse_params(end_word(at), ret_message);
	return MESSAGE_OK;
}

static const char *find_end_of_word(const char *at, const char *end)
{
	const char *space = at < end ? memchr(at, ' ', (size_t) (end - at)) : NULL;

	return space ? space : end;
}

static const char *skip_to_word(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	return at;
}

static const char *skip_to_command(const char *at, const char *end)
{
	if (at < end && *at == '@')
		at = find_end_of_word(at, end);
	at = skip_to_word(at, end);
	if (at < end && *at == ':')
		at = find_end_of_word(at, end);
	return skip_to_word(at, end);
}

struct message_place message_find(const char *line, size_t length, int number)
{
	const char *end = line + length, *at = skip_to_command(line, end), *stop;
	struct message_place place = { 0 };

	for (int i = 0; at < end && i <= number; i++) {
		bool has_colon = i && *at == ':';

		stop = has_colon || i == MESSAGE_PARAMS ? end : find_end_of_word(at, end);
		at += has_colon;
		if (i || !number)
			place = (struct message_place){ (size_t) (at - line),
				(size_t) (stop - at) };
		at = skip_to_word(stop, end);
	}
	return place;
}

/* Is it UTF-8 after its surrogate pairs are joined, as when the line was parsed? */
static bool can_be_utf8(const char *bytes, size_t length)
{
	char *copy = mem_text_n(bytes, length);
	bool is_utf8 = text_is_utf8(copy, text_join_surrogates(copy, length));

	explicit_bzero(copy, length);
	free(copy);
	return is_utf8;
}

/* A space, or the colon that makes one parameter of all further words. */
static bool divides_words(const char *bytes, size_t i)
{
	return bytes[i] == ' ' || (bytes[i] == ':' && i && bytes[i - 1] == ' ');
}

void message_mask(char *bytes, size_t length)
{
	char mask = can_be_utf8(bytes, length) ? '*' : '\xff';

	for (size_t i = 0; i < length; i++)
		if (bytes[i] != '\0' && bytes[i] != '\r' && !divides_words(bytes, i))
			bytes[i] = mask;
}

/* The start of the last parameter, with the space in front; NULL: the line has none. */
static char *find_text(const struct buffer *line)
{
	return line->length > 1 ? strstr(line->bytes + 1, " :") : NULL;
}

static size_t word_length(const char *word, const char *end)
{
	const char *space = memchr(word, ' ', (size_t) (end - word));

	return (size_t) ((space ? space : end) - word);
}

/* Find the longest word before the end. */
static char *find_longest_word(char *at, const char *end, size_t *ret_length)
{
	char *longest = at;

	*ret_length = 0;
	for (size_t length; at < end; at += length + 1) {
		length = word_length(at, end);
		if (length <= *ret_length)
			continue;
		longest = at;
		*ret_length = length;
	}
	return longest;
}

/* False: no word is long enough to be cut. */
static bool cut_longest_word(struct buffer *line, const char *text)
{
	size_t excess = line->length - MESSAGE_BYTES, length, kept, from;
	char *word = find_longest_word(line->bytes, text, &length);

	if (length <= MESSAGE_WORD_BYTES)
		return false;
	kept = length > MESSAGE_WORD_BYTES + excess ? length - excess : MESSAGE_WORD_BYTES;
	kept = text_cut_utf8(word, length, kept);
	from = (size_t) (word - line->bytes) + length;
	memmove(word + kept, line->bytes + from, line->length - from + 1);
	line->length -= length - kept;
	return true;
}

void message_spare_text(struct buffer *line)
{
	const char *text = find_text(line);

	while (text && line->length > MESSAGE_BYTES && cut_longest_word(line, text))
		text = find_text(line);
}

/* A text from a file or an error message may contain line ends. */
static void join_lines(struct buffer *text, char line_end)
{
	const char *end = text->bytes + text->length;
	char *at = text->bytes;

	while ((at = memchr(at, line_end, (size_t) (end - at))))
		*at++ = ' ';
}

void message_finish(struct buffer *text, bool mends_utf8)
{
	/* Most text is plain, so one test is enough. */
	if (!text_is_plain(text->bytes, text->length)) {
		if (mends_utf8)
			text_mend_utf8(text->bytes, text->length);
		join_lines(text, '\r');
		join_lines(text, '\n');
	}
	buffer_cut(text, text_cut_utf8(text->bytes, text->length, MESSAGE_BYTES));
	buffer_put(text, "\r\n", 2);
}
