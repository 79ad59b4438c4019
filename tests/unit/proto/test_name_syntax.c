/* What may be a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/name_syntax.h"

static void good_nicks_are_taken(void **state)
{
	static const char *const good[] = { "a", "ana", "Ana-1", "[]\\`_^{|}", "a23456789", "_",
		"|x" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(nick_is_valid(CASEMAP_ASCII, good[i], 9));
}

static void bad_nicks_are_refused(void **state)
{
	static const char *const bad[] = { "", "1ana", "-ana", "a na", "a!b", "a@b", "a.b", "a,b",
		":a", "#a", "a*", "a?", "a\x01", "a\x7f", "a\r", "a\n", "\xc3\xbc", "a\xff", "~a",
		"@a", "+a", "&a", "$a", "a/b", "1234567890" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (nick_is_valid(CASEMAP_ASCII, bad[i], 30))
			fail_msg("%s should be refused", bad[i]);
	assert_true(nick_is_valid(CASEMAP_ASCII, "a234567890", 10));
	assert_false(nick_is_valid(CASEMAP_ASCII, "a234567890", 9));
}

/* Every byte that could end a parameter or have another meaning. */
static void no_byte_slips_into_a_nick(void **state)
{
	char nick[3] = "a";

	(void) state;
	for (int byte = 1; byte < 256; byte++) {
		bool is_good = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			       (byte >= '0' && byte <= '9') || strchr("[]\\`_^{|}-", byte);

		nick[1] = (char) byte;
		assert_int_equal(nick_is_valid(CASEMAP_ASCII, nick, 9), is_good);
	}
}

static void channel_names_start_with_a_hash(void **state)
{
	static const char *const good[] = { "#a", "##", "#a:b", "#\xc3\xbc", "#\xff", "#a!@*",
		"#0" };
	static const char *const bad[] = { "", "a", "0", "&a", "+a", "!a", "#a b", "#a,b", "#a\x07",
		"#\x07", "#a\r", "#a\x7f", " #a", "#a\x1f" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(channel_name_is_valid(CASEMAP_ASCII, good[i], 9));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(channel_name_is_valid(CASEMAP_ASCII, bad[i], 9));
	assert_true(channel_name_is_valid(CASEMAP_ASCII, "#12345678", 9));
	assert_false(channel_name_is_valid(CASEMAP_ASCII, "#123456789", 9));
	assert_true(channel_name_looks_like_one("#a b"));
	assert_false(channel_name_looks_like_one(""));
	assert_false(channel_name_looks_like_one("ana"));
}

static void keys_fit_into_the_middle_of_a_line(void **state)
{
	static const char *const good[] = { "a", "secret", "a:b", "*", "#", "\xff" };
	static const char *const bad[] = { "", ":a", "a b", "a,b", "a\x01", "a\r", "123456789a" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(key_is_valid(good[i], 9));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(key_is_valid(bad[i], 9));
}

static void assert_token(const char *token, bool is_valid)
{
	if (token_is_valid(token) != is_valid)
		fail_msg("\"%s\" should%s be a token", token, is_valid ? "" : " not");
}

/* Otherwise a datagram could not distinguish it from a channel or JSON. */
static void a_token_is_one_word_that_begins_nothing_else(void **state)
{
	static const char *const good[] = { "0123456789abcdef",
		"~!@$%^&*()_+-=|:", "a#b{c[d]e}f,g.h/" };
	static const char *const bad[] = { "", "#123456789abcdef", "{123456789abcdef",
		"[123456789abcdef", "01234567 9abcdef", "01234567\t9abcdef", " 123456789abcdef",
		"0123456789abcde\n", "0123456789abcde\x7f", "0123456789abcd\xc3\xbc" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_token(good[i], true);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_token(bad[i], false);
}

static void a_token_has_16_to_190_bytes(void **state)
{
	char token[TOKEN_MOST_BYTES + 2];

	(void) state;
	for (size_t length = 0; length <= TOKEN_MOST_BYTES + 1; length++) {
		memset(token, 'a', length);
		token[length] = '\0';
		assert_token(token, length >= 16 && length <= 190);
	}
}

static void host_names_are_those_of_dns(void **state)
{
	static const char *const good[] = { "a", "localhost", "host.example.net", "1a", "a-b.c-d",
		"xn--mnchen-3ya.example", "1.2.3.4.example" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b",
		"a b", "a!b", "a@b", "a:b", "::1", "1.2.3.4", "1234", "a_b", "a\xc3\xbc", "a\n",
		"a*", "a\\032b",
		"1234567890123456789012345678901234567890123456789012345678901234" };
	char longest[65];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(host_name_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(host_name_is_valid(bad[i]));
	memset(longest, 'a', 64);
	longest[63] = '\0';
	assert_true(host_name_is_valid(longest));
	longest[63] = 'a';
	longest[64] = '\0';
	assert_false(host_name_is_valid(longest));
}

static void dns_names_are_labels_with_dots_between(void **state)
{
	static const char *const good[] = { "a", "irc.example.org", "1.2.0.192.in-addr.arpa",
		"A-b.c", "xn--mnchen-3ya.example" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b",
		"a/b", "../a", "*.example.org", "a b", "a_b", "a\xc3\xbc", "a\n", "'a'", "$a",
		"1234567890123456789012345678901234567890123456789012345678901234.a" };
	char longest[DNS_NAME_BYTES + 2];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(dns_name_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(dns_name_is_valid(bad[i], strlen(bad[i])));
	assert_false(dns_name_is_valid("a\0b", 3));
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 2 ? '.' : 'a';
	assert_true(dns_name_is_valid(longest, DNS_NAME_BYTES));
	longest[DNS_NAME_BYTES] = 'a';
	assert_false(dns_name_is_valid(longest, DNS_NAME_BYTES + 1));
}

/* In every case mapping, as all allow names beyond ASCII. */
static void what_cannot_be_seen_is_in_no_name(void **state)
{
	static const char *const unseen[] = { "\u200b", "\u202e", "\u00a0", "\u3164", "\ufe0f",
		"\u00ad", "\u2800", "\ue000" };
	char name[16];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(unseen); i++) {
		snprintf(name, sizeof(name), "#a%sb", unseen[i]);
		for (int casemap = 0; casemap < CASEMAPS; casemap++)
			assert_false(channel_name_is_valid((enum casemap) casemap, name, 20));
		assert_false(key_is_valid(name, 20));
		snprintf(name, sizeof(name), "a%s/b", unseen[i]);
		assert_false(relay_nick_is_valid(name));
	}
	for (int casemap = 0; casemap < CASEMAPS; casemap++)
		assert_true(channel_name_is_valid((enum casemap) casemap, "#\u00e9\U0001f600", 20));
	assert_true(key_is_valid("\u00e9", 20));
	assert_true(relay_nick_is_valid("\u00e9/b"));
}

static void real_names_are_cleaned_and_cut(void **state)
{
	CLEANUP(mem_freep)
	char *clean = real_name_clean("\u202e\x02"
				      "An\u00e9",
		3);
	CLEANUP(mem_freep) char *erased = real_name_clean("A\x7fna", 100);
	CLEANUP(mem_freep) char *whole = real_name_clean("An\u00e9 B.", 100);

	(void) state;
	assert_string_equal(clean, "An");
	assert_string_equal(erased, "Ana");
	assert_string_equal(whole, "An\u00e9 B.");
}

static void user_names_are_cleaned(void **state)
{
	static const struct {
		const char *given, *clean;
	} rows[] = {
		{ "ana", "~ana" },
		{ "a!n@a", "~ana" },
		{ "a.n-a_1", "~a.n-a_1" },
		{ "", "~user" },
		{ "!@:", "~user" },
		{ "~ana", "~ana" },
		{ "\xc3\xbcxer", "~xer" },
		{ "123456789012", "~123456789" },
		{ ":ana\r", "~ana" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *clean = user_name_clean(rows[i].given, 10);

		assert_string_equal(clean, rows[i].clean);
	}
}

static void a_user_name_is_never_longer_than_allowed(void **state)
{
	(void) state;
	for (size_t max = 2; max < 12; max++) {
		CLEANUP(mem_freep) char *clean = user_name_clean("abcdefghijkl", max);
		CLEANUP(mem_freep) char *none = user_name_clean("", max);

		assert_int_equal(strlen(clean), max);
		assert_true(strlen(none) >= 2 && strlen(none) <= max);
	}
}

static bool is_nick(const char *nick)
{
	return nick_is_valid(CASEMAP_UTF8, nick, 30);
}

static void nicks_may_have_letters_of_all_scripts(void **state)
{
	static const char *const good[] = { "ana", "Ärger", "Zoë", "Мария", "Ελένη", "東京",
		"さくら", "김철수", "नमस्ते", "สวัสดี", "عمر", "דוד", "ana२", "x_Ñ", "ﬁn", "Nguyễn" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		if (!is_nick(good[i]))
			fail_msg("%s was refused", good[i]);
		if (i && nick_is_valid(CASEMAP_ASCII, good[i], 30))
			fail_msg("%s was taken as ASCII", good[i]);
	}
}

static void nicks_may_have_nothing_that_confuses(void **state)
{
	static const char *const bad[] = {
		"a\xe2\x80\x8b"
		"na", /* zero width space */
		"a\xe2\x80\x8d"
		"na", /* zero width joiner */
		"\xe2\x80\xae"
		"ana",		       /* right to left override */
		"ana\xe2\x81\xa9",     /* pop directional isolate */
		"ana\xc2\xad",	       /* soft hyphen */
		"\xe3\x85\xa4",	       /* Hangul filler, a letter by name */
		"ana\xef\xbe\xa0",     /* halfwidth Hangul filler */
		"ana\xc2\xa0",	       /* no-break space */
		"ana\xe3\x80\x80",     /* ideographic space */
		"ana\xc2\x85",	       /* next line, a control */
		"ana\xf0\x9f\x98\x80", /* an emoji */
		"ana\xef\xbc\x81",     /* fullwidth ! */
		"\xef\xbc\x91"
		"ana", /* fullwidth 1 in front */
		"\xcc\x81"
		"ana",				     /* a mark in front */
		"ana-\xcc\x81",			     /* a mark on what is no letter */
		"a\xcc\x81\xcc\x82\xcc\x83\xcc\x84", /* a tower of marks */
		"\xcd\xba",			     /* folds to a space and a mark */
		"\xef\xb7\xba",			     /* a whole sentence in one letter */
		"ana\xd7\x90",			     /* both writing directions */
		"ana\xee\x80\x80",		     /* private use */
		"ana\xcd\xb8",			     /* not assigned */
		"ana\xff",			     /* not UTF-8 */
		"ana\xc3",			     /* cut off */
		"ana\xed\xa0\x80",		     /* a surrogate */
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (is_nick(bad[i]))
			fail_msg("%s, number %zu, was taken", bad[i], i);
}

static void the_length_of_a_nick_is_in_bytes(void **state)
{
	(void) state;
	assert_true(nick_is_valid(CASEMAP_UTF8, "éééé", 8));
	assert_false(nick_is_valid(CASEMAP_UTF8, "éééé", 7));
}

static void channels_may_have_symbols_but_nothing_invisible(void **state)
{
	static const char *const good[] = { "#café", "#東京", "#\xf0\x9f\x98\x80", "#a–b", "#½",
		"#a!b", "##ñ" };
	static const char *const bad[] = { "#\xcc\x81", "#a\xe2\x80\x8b", "#\xe2\xa0\x80",
		"#a\xc2\xa0", "#\xe2\x80\xaex", "#\xef\xbc\x8c", "#\xff", "#\xef\xb7\xba",
		"#\xef\xbc\xbc", "#aא" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		if (!channel_name_is_valid(CASEMAP_UTF8, good[i], 50))
			fail_msg("%s was refused", good[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (channel_name_is_valid(CASEMAP_UTF8, bad[i], 50))
			fail_msg("%s, number %zu, was taken", bad[i], i);
}

static void names_are_kept_in_one_form(void **state)
{
	CLEANUP(mem_freep) char *composed = name_normalise(CASEMAP_UTF8, "Zoe\xcc\x88");
	CLEANUP(mem_freep) char *bytes = name_normalise(CASEMAP_ASCII, "Zoe\xcc\x88");
	CLEANUP(mem_freep) char *broken = name_normalise(CASEMAP_UTF8, "Zo\xff");

	(void) state;
	assert_string_equal(composed, "Zo\xc3\xab");
	assert_string_equal(bytes, "Zoe\xcc\x88");
	assert_string_equal(broken, "Zo\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_nicks_are_taken),
		cmocka_unit_test(bad_nicks_are_refused),
		cmocka_unit_test(no_byte_slips_into_a_nick),
		cmocka_unit_test(channel_names_start_with_a_hash),
		cmocka_unit_test(keys_fit_into_the_middle_of_a_line),
		cmocka_unit_test(a_token_is_one_word_that_begins_nothing_else),
		cmocka_unit_test(a_token_has_16_to_190_bytes),
		cmocka_unit_test(host_names_are_those_of_dns),
		cmocka_unit_test(dns_names_are_labels_with_dots_between),
		cmocka_unit_test(what_cannot_be_seen_is_in_no_name),
		cmocka_unit_test(real_names_are_cleaned_and_cut),
		cmocka_unit_test(user_names_are_cleaned),
		cmocka_unit_test(a_user_name_is_never_longer_than_allowed),
		cmocka_unit_test(nicks_may_have_letters_of_all_scripts),
		cmocka_unit_test(nicks_may_have_nothing_that_confuses),
		cmocka_unit_test(the_length_of_a_nick_is_in_bytes),
		cmocka_unit_test(channels_may_have_symbols_but_nothing_invisible),
		cmocka_unit_test(names_are_kept_in_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
