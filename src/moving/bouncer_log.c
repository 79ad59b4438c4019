/* Owns the form of lines. A nickname has no space, so the first one ends it; everything behind it
 * may be anything. */
#include "moving/bouncer_log.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define TIME_BYTES 11 /* "[HH:MM:SS] " */

/* What is left of a line. */
struct rest {
	const char *at;
	const char *end;
};

static size_t rest_length(const struct rest *rest)
{
	return (size_t) (rest->end - rest->at);
}

static bool skip_word(struct rest *rest, const char *word)
{
	size_t length = strlen(word);

	if (rest_length(rest) < length || memcmp(rest->at, word, length) != 0)
		return false;
	rest->at += length;
	return true;
}

/* What is before the mark, which is left out, too. False: there is no mark. */
static bool take_up_to(struct rest *rest, const char *mark, struct rest *ret_taken)
{
	const char *found = memmem(rest->at, rest_length(rest), mark, strlen(mark));

	if (!found)
		return false;
	*ret_taken = (struct rest){ rest->at, found };
	rest->at = found + strlen(mark);
	return true;
}

static void drop_end(struct rest *rest, char byte)
{
	if (rest->at < rest->end && rest->end[-1] == byte)
		rest->end--;
}

static void put_rest(struct buffer *out, struct rest rest)
{
	buffer_put(out, rest.at, rest_length(&rest));
}

static bool is_log_name(struct rest name)
{
	return name.at < name.end && !memchr(name.at, ' ', rest_length(&name));
}

static bool read_two_digits(struct rest *rest, int most, const char *mark, int *ret_number)
{
	if (rest_length(rest) < 2 || !text_is_digit(rest->at[0]) || !text_is_digit(rest->at[1]))
		return false;
	*ret_number = (rest->at[0] - '0') * 10 + rest->at[1] - '0';
	rest->at += 2;
	return *ret_number <= most && skip_word(rest, mark);
}

/* 60 is a leap second. */
static bool read_log_time(struct rest *rest, struct bouncer_line *line)
{
	return skip_word(rest, "[") && read_two_digits(rest, 23, ":", &line->hour) &&
	       read_two_digits(rest, 59, ":", &line->minute) &&
	       read_two_digits(rest, 60, "]", &line->second) &&
	       (rest->at == rest->end || skip_word(rest, " "));
}

/* <nick> text, and -nick- text */
static bool read_log_words(
	struct rest rest, struct bouncer_line *line, const char *command, const char *mark)
{
	struct rest nick;

	if (!take_up_to(&rest, mark, &nick) || !is_log_name(nick) || rest.at == rest.end)
		return false;
	line->command = command;
	put_rest(&line->source, nick);
	put_rest(&line->text, rest);
	return true;
}

/* * nick text */
static bool read_action(struct rest rest, struct bouncer_line *line)
{
	struct rest nick;

	if (!take_up_to(&rest, " ", &nick) || !is_log_name(nick))
		return false;
	line->command = "PRIVMSG";
	put_rest(&line->source, nick);
	buffer_put_text(&line->text, "\001ACTION ");
	put_rest(&line->text, rest);
	buffer_put_byte(&line->text, '\001');
	return true;
}

/* Nick (user@host), and what follows: (reason), or of a JOIN an account. */
static bool read_coming(struct rest rest, struct bouncer_line *line, const char *command)
{
	struct rest nick, mask;

	if (!take_up_to(&rest, " (", &nick) || !is_log_name(nick))
		return false;
	if (!take_up_to(&rest, ") ", &mask)) {
		mask = rest;
		drop_end(&mask, ')');
		rest.at = rest.end;
	}
	if (!is_log_name(mask) || !memchr(mask.at, '@', rest_length(&mask)))
		return false;
	line->command = command;
	put_rest(&line->source, nick);
	buffer_put_byte(&line->source, '!');
	put_rest(&line->source, mask);
	if (strcmp(command, "JOIN") == 0)
		return true;
	(void) skip_word(&rest, "(");
	drop_end(&rest, ')');
	put_rest(&line->text, rest);
	return true;
}

static bool read_kick(struct rest rest, struct bouncer_line *line, struct rest victim)
{
	struct rest nick;

	if (!take_up_to(&rest, " (", &nick)) {
		nick = rest;
		rest.at = rest.end;
	}
	if (!is_log_name(nick))
		return false;
	drop_end(&rest, ')');
	line->command = "KICK";
	put_rest(&line->source, nick);
	put_rest(&line->text, victim);
	buffer_put_byte(&line->text, ' ');
	put_rest(&line->text, rest);
	return true;
}

/* Nick, and what it does. */
static bool read_deed(struct rest rest, struct bouncer_line *line)
{
	struct rest nick;

	if (!take_up_to(&rest, " ", &nick) || !is_log_name(nick))
		return false;
	if (skip_word(&rest, "was kicked by "))
		return read_kick(rest, line, nick);
	if (skip_word(&rest, "is now known as ")) {
		line->command = "NICK";
	} else if (skip_word(&rest, "sets mode: ")) {
		line->command = "MODE";
		drop_end(&rest, ' ');
	} else if (skip_word(&rest, "changes topic to '")) {
		line->command = "TOPIC";
		drop_end(&rest, '\'');
	} else {
		return false;
	}
	put_rest(&line->source, nick);
	put_rest(&line->text, rest);
	return true;
}

static bool read_event(struct rest rest, struct bouncer_line *line)
{
	if (skip_word(&rest, "Joins: "))
		return read_coming(rest, line, "JOIN");
	if (skip_word(&rest, "Parts: "))
		return read_coming(rest, line, "PART");
	if (skip_word(&rest, "Quits: "))
		return read_coming(rest, line, "QUIT");
	return read_deed(rest, line);
}

static bool read_contents(struct rest rest, struct bouncer_line *line)
{
	if (skip_word(&rest, "*** "))
		return read_event(rest, line);
	if (skip_word(&rest, "* "))
		return read_action(rest, line);
	if (skip_word(&rest, "<"))
		return read_log_words(rest, line, "PRIVMSG", "> ");
	return skip_word(&rest, "-") && read_log_words(rest, line, "NOTICE", "- ");
}

enum bouncer_line_kind bouncer_line_read(
	struct bouncer_line *line, const char *bytes, size_t length)
{
	struct rest rest = { bytes, bytes + length };

	buffer_clear(&line->source);
	buffer_clear(&line->text);
	if (memchr(bytes, '\0', length) || !read_log_time(&rest, line))
		return BOUNCER_LINE_MALFORMED;
	return read_contents(rest, line) ? BOUNCER_LINE_TAKEN : BOUNCER_LINE_OTHER;
}

void bouncer_line_done(struct bouncer_line *line)
{
	buffer_done(&line->source);
	buffer_done(&line->text);
}
