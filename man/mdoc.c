/* Owns how texts of tables are written in mdoc(7), the language of the manual. */
#include "mdoc.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FILL_COLUMN 76
#define SENTENCE_BYTES 1024

/* A typed dash must not become a hyphen; a dot or quote in front must not become a request. */
static void put_word(const char *word, size_t length)
{
	if (*word == '.' || *word == '\'')
		fputs("\\&", stdout);
	for (size_t i = 0; i < length; i++)
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else if (word[i] == '-' && *word == '-')
			fputs("\\-", stdout);
		else
			putchar(word[i]);
}

static bool ends_sentence(const char *word, size_t length)
{
	return length > 1 && strchr(".!?", word[length - 1]) &&
	       islower((unsigned char) word[length - 2]);
}

void mdoc_put_filled(const char *text, bool is_manual)
{
	size_t column = 0, length;

	for (text += strspn(text, " \n"); *text; text += length, text += strspn(text, " \n")) {
		length = strcspn(text, " \n");
		if (column && column + length + 1 > FILL_COLUMN) {
			putchar('\n');
			column = 0;
		}
		if (column)
			putchar(' ');
		if (is_manual)
			put_word(text, length);
		else
			printf("%.*s", (int) length, text);
		column += length + 1;
		if (is_manual && ends_sentence(text, length)) {
			putchar('\n');
			column = 0;
		}
	}
	if (column)
		putchar('\n');
}

void mdoc_put_text(const char *text)
{
	mdoc_put_filled(text, true);
}

void mdoc_put_sentence(const char *words)
{
	char text[SENTENCE_BYTES];

	snprintf(text, sizeof(text), "%c%s.", toupper((unsigned char) *words), words + 1);
	mdoc_put_text(text);
}

/* It must not be taken for a macro or a delimiter. */
void mdoc_put_argument(const char *macro, const char *text, size_t length)
{
	printf(" %s \"%s", macro, length < 4 ? "\\&" : "");
	for (size_t i = 0; i < length; i++)
		if (text[i] == '"')
			fputs("\"\"", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(text[i]);
	fputs(length && strchr(".,:;!?)]}", text[length - 1]) ? "\\&\"" : "\"", stdout);
}

void mdoc_put_usage(const char *usage)
{
	bool is_joined = false;

	while (*usage) {
		size_t length;

		if (*usage == ' ') {
			is_joined = false;
			usage++;
			continue;
		}
		if (is_joined)
			fputs(" Ns", stdout);
		is_joined = true;
		if (*usage == '<' && strchr(usage, '>')) {
			length = strcspn(usage, ">") + 1;
			mdoc_put_argument("Ar", usage + 1, length - 2);
		} else {
			length = strcspn(usage + 1, " <") + 1;
			mdoc_put_argument("No", usage, length);
		}
		usage += length;
	}
}
