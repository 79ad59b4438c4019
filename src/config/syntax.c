/* Owns the grammar of papod.conf: libconfig's, without @include and without texts that run over
 * the end of a line. Knows no option.
 *
 * libconfig opens files on @include and wraps large numbers around, and inih cuts long lines
 * silently. This grammar therefore reads each text before them, and reports what is wrong and in
 * which line. */
#include "config/syntax.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define MAX_DEPTH 8
#define MAX_SETTINGS 256
#define MAX_NUMBER 0x7fffffff
#define SHOWN_BYTES 40

enum token {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_TEXT,
	TOKEN_NUMBER,
	TOKEN_TRUTH,
	TOKEN_MARK, /* one byte of = : , ; { } [ ] ( ) */
};

struct scan {
	const char *file;
	const char *at; /* the end of the token */
	unsigned int line;
	enum token token;
	const char *start; /* its start */
	unsigned int token_line;
	unsigned int depth;
	struct problems *problems;
};

static bool refuse_text(const struct scan *scan, unsigned int line, const char *text)
{
	problems_add(scan->problems, false, scan->file, line, NULL, "%s", text);
	return false;
}

/* Report that the token is not the expected one. */
static bool fail_at_token(const struct scan *scan, const char *expected)
{
	size_t length = (size_t) (scan->at - scan->start);

	if (scan->token == TOKEN_END)
		problems_add(scan->problems, false, scan->file, scan->token_line, NULL,
			"found the end of the file; expected %s", expected);
	else
		problems_add(scan->problems, false, scan->file, scan->token_line, NULL,
			"found '%.*s'%s; expected %s",
			(int) text_cut_utf8(scan->start, length, SHOWN_BYTES), scan->start,
			length > SHOWN_BYTES ? " ..." : "", expected);
	return false;
}

static bool is_at_mark(const struct scan *scan, char mark)
{
	return scan->token == TOKEN_MARK && *scan->start == mark;
}

static bool skip_comment(struct scan *scan)
{
	unsigned int line = scan->line;
	const char *end = strstr(scan->at + 2, "*/");

	if (!end)
		return refuse_text(
			scan, line, "the comment that begins here with /* has no closing */");
	for (; scan->at < end + 2; scan->at++)
		scan->line += *scan->at == '\n';
	return true;
}

static bool skip_space(struct scan *scan)
{
	for (;;) {
		if (*scan->at == '\n')
			scan->line++;
		if (*scan->at && strchr(" \t\r\f\n", *scan->at))
			scan->at++;
		else if (*scan->at == '#' || text_starts_with(scan->at, "//"))
			scan->at += strcspn(scan->at, "\n");
		else if (!text_starts_with(scan->at, "/*"))
			return true;
		else if (!skip_comment(scan))
			return false;
	}
}

static bool scan_text(struct scan *scan)
{
	scan->token = TOKEN_TEXT;
	for (scan->at++; *scan->at != '"'; scan->at++) {
		if (*scan->at == '\\' && scan->at[1])
			scan->at++;
		if (!*scan->at || *scan->at == '\n')
			return refuse_text(scan, scan->token_line,
				"the text that begins here has no closing quote on its line");
	}
	scan->at++;
	return true;
}

bool syntax_is_word_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || (byte && strchr("-+._*", byte));
}

static int digit_of(char byte)
{
	if (text_is_digit(byte))
		return byte - '0';
	byte = text_lower(byte);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : 16;
}

/* Is the token a whole number in that base, with at most two L behind it? */
static bool is_whole(const struct scan *scan, const char *digits, int base, bool *ret_fits)
{
	uint64_t number = 0;
	const char *at = digits;

	for (; at < scan->at && digit_of(*at) < base; at++)
		if (number <= MAX_NUMBER)
			number = number * (uint64_t) base + (uint64_t) digit_of(*at);
	*ret_fits = number <= MAX_NUMBER;
	if (at == digits)
		return false;
	for (int i = 0; i < 2 && at < scan->at && *at == 'L'; i++)
		at++;
	return at == scan->at;
}

/* Is it a number such as -0.5? No option takes one, but the reader reports that. */
static bool is_fraction(const struct scan *scan, const char *digits)
{
	const char *dot = digits + strspn(digits, "0123456789");

	return dot != digits && *dot == '.' && dot + 1 + strspn(dot + 1, "0123456789") == scan->at;
}

static bool scan_number(struct scan *scan)
{
	const char *digits = scan->start + (*scan->start == '-' || *scan->start == '+');
	bool is_hex = scan->start[0] == '0' && text_lower(scan->start[1]) == 'x';
	bool fits = true;

	scan->token = TOKEN_NUMBER;
	if (is_whole(scan, is_hex ? digits + 2 : digits, is_hex ? 16 : 10, &fits))
		return fits || fail_at_token(scan, "a smaller number, at most 2147483647");
	return is_fraction(scan, digits) ||
	       fail_at_token(scan, "a number; put text and numbers with a unit in quotes");
}

static bool scan_word(struct scan *scan)
{
	size_t length;

	while (syntax_is_word_byte(*scan->at))
		scan->at++;
	length = (size_t) (scan->at - scan->start);
	scan->token = TOKEN_NAME;
	if ((length == 4 && strncasecmp(scan->start, "true", 4) == 0) ||
		(length == 5 && strncasecmp(scan->start, "false", 5) == 0))
		scan->token = TOKEN_TRUTH;
	else if (!text_is_letter(*scan->start) && *scan->start != '*')
		return scan_number(scan);
	else if (memchr(scan->start, '.', length) || memchr(scan->start, '+', length))
		return fail_at_token(scan, "a name of letters, digits, - and _; for an option "
					   "of a group write: group: { option = value; };");
	return true;
}

/* 'single', `back`, and the quotes of word processors: U+2018 to U+201F, U+00AB and U+00BB. */
static bool is_other_quote(const char *at)
{
	unsigned char third;

	if (*at == '\'' || *at == '`')
		return true;
	if (text_starts_with(at, "\xc2\xab") || text_starts_with(at, "\xc2\xbb"))
		return true;
	if (!text_starts_with(at, "\xe2\x80"))
		return false;
	third = (unsigned char) at[2];
	return third >= 0x98 && third <= 0x9f;
}

static bool fail_at_byte(struct scan *scan)
{
	if (text_starts_with(scan->start, "@include"))
		return refuse_text(scan, scan->token_line,
			"@include is not supported; put the file into the directory conf.d "
			"beside papod.conf, under a name that ends in .conf");
	if (is_other_quote(scan->start))
		return refuse_text(scan, scan->token_line,
			"found the wrong kind of quote; texts need double quotes: \"text\"");
	problems_add(scan->problems, false, scan->file, scan->token_line, NULL,
		"the byte 0x%02x may stand only in texts and comments",
		(unsigned char) *scan->start);
	return false;
}

static bool read_token(struct scan *scan)
{
	if (!skip_space(scan))
		return false;
	scan->start = scan->at;
	scan->token_line = scan->line;
	scan->token = TOKEN_END;
	if (!*scan->at)
		return true;
	if (*scan->at == '"')
		return scan_text(scan);
	if (syntax_is_word_byte(*scan->at))
		return scan_word(scan);
	if (!strchr("=:,;{}[]()", *scan->at))
		return fail_at_byte(scan);
	scan->token = TOKEN_MARK;
	scan->at++;
	return true;
}

static bool check_value(struct scan *scan);
static bool check_settings(struct scan *scan, char end);

static bool check_texts(struct scan *scan)
{
	while (scan->token == TOKEN_TEXT)
		if (!read_token(scan))
			return false;
	return true;
}

static bool check_scalar(struct scan *scan)
{
	if (scan->token == TOKEN_TEXT)
		return check_texts(scan);
	if (scan->token == TOKEN_NUMBER || scan->token == TOKEN_TRUTH)
		return read_token(scan);
	return fail_at_token(
		scan, scan->token == TOKEN_NAME ? "a value; put text in quotes" : "a value");
}

/* Check comma-separated values up to the closing bracket or parenthesis. */
static bool check_list_syntax(struct scan *scan, char end)
{
	if (!read_token(scan))
		return false;
	while (!is_at_mark(scan, end)) {
		if (end == ']' ? !check_scalar(scan) : !check_value(scan))
			return false;
		if (!is_at_mark(scan, ',') && !is_at_mark(scan, end))
			return fail_at_token(scan, end == ']' ? "',' or ']'" : "',' or ')'");
		if (is_at_mark(scan, end))
			break;
		if (!read_token(scan))
			return false;
		if (is_at_mark(scan, end)) /* libconfig before 1.7 refuses it */
			return fail_at_token(scan, "a value; the last one has no comma behind it");
	}
	return read_token(scan);
}

static bool check_group(struct scan *scan)
{
	return read_token(scan) && check_settings(scan, '}') && read_token(scan);
}

static bool check_value(struct scan *scan)
{
	bool is_fine;

	if (scan->depth >= MAX_DEPTH)
		return refuse_text(
			scan, scan->token_line, "the groups and lists are nested too deep");
	scan->depth++;
	if (is_at_mark(scan, '{'))
		is_fine = check_group(scan);
	else if (is_at_mark(scan, '['))
		is_fine = check_list_syntax(scan, ']');
	else if (is_at_mark(scan, '('))
		is_fine = check_list_syntax(scan, ')');
	else
		is_fine = check_scalar(scan);
	scan->depth--;
	return is_fine;
}

struct names {
	struct {
		const char *start;
		size_t length;
		unsigned int line;
	} items[MAX_SETTINGS];
	size_t count;
};

static bool check_name(const struct scan *scan, struct names *names)
{
	size_t length = (size_t) (scan->at - scan->start);

	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i].length != length ||
			memcmp(names->items[i].start, scan->start, length) != 0)
			continue;
		problems_add(scan->problems, false, scan->file, scan->token_line, NULL,
			"'%.*s' is already set in line %u; remove one of the two, with all that "
			"belongs to it",
			(int) length, scan->start, names->items[i].line);
		return false;
	}
	if (names->count == MAX_SETTINGS)
		return refuse_text(scan, scan->token_line, "there are too many names in one group");
	names->items[names->count].start = scan->start;
	names->items[names->count].length = length;
	names->items[names->count++].line = scan->token_line;
	return true;
}

static bool check_setting(struct scan *scan, struct names *names)
{
	if (scan->token != TOKEN_NAME)
		return fail_at_token(scan,
			scan->depth ? "the name of an option, or '}'" : "the name of an option");
	if (!check_name(scan, names) || !read_token(scan))
		return false;
	if (!is_at_mark(scan, '=') && !is_at_mark(scan, ':'))
		return fail_at_token(scan, "'=' or ':' after the name of an option; texts, and "
					   "numbers with a unit, need double quotes");
	if (!read_token(scan) || !check_value(scan))
		return false;
	if (is_at_mark(scan, ';') || is_at_mark(scan, ','))
		return read_token(scan);
	return true;
}

/* Check settings up to the closing brace, or with a NUL as `end` to the end of the file. */
static bool check_settings(struct scan *scan, char end)
{
	CLEANUP(mem_freep) struct names *names = mem_new(sizeof(*names));

	while (end ? !is_at_mark(scan, end) : scan->token != TOKEN_END)
		if (!check_setting(scan, names))
			return false;
	return true;
}

bool syntax_check(const char *file, const char *text, struct problems *problems)
{
	struct scan scan = { .file = file, .at = text, .line = 1, .problems = problems };

	return read_token(&scan) && check_settings(&scan, '\0');
}
