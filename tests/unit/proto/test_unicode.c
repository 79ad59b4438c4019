/* Names in UTF-8 that look alike. What may be a name is in test_name_syntax.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/confusables.h"
#include "proto/unicode.h"

static void assert_skeleton(const char *text, const char *expected)
{
	CLEANUP(mem_freep) char *skeleton = unicode_skeleton(text);

	assert_non_null(skeleton);
	assert_string_equal(skeleton, expected);
}

static void look_alikes_have_one_skeleton(void **state)
{
	(void) state;
	assert_skeleton("ana", "ana");
	assert_skeleton("ANA", "ana");
	assert_skeleton("\xd0\xb0na", "ana");		    /* Cyrillic a */
	assert_skeleton("\xce\xb1n\xce\xb1", "ana");	    /* Greek alphas */
	assert_skeleton("\xc3\xa1n\xc3\xa3", "ana");	    /* accents */
	assert_skeleton("a\xcc\x81na", "ana");		    /* an accent on its own */
	assert_skeleton("a\xcc\x80na\xcd\xaf", "ana");	    /* the first and the last of them */
	assert_skeleton("\xef\xbd\x81na", "ana");	    /* fullwidth a */
	assert_skeleton("\xd0\x92\xce\x9f\xd0\x92", "bob"); /* capitals of two scripts */
	assert_skeleton("\xc5\x82ukasz", "lukasz"); /* no normalisation takes the stroke off */
}

/* A small letter need not look like its capital. */
static void case_is_folded_last(void **state)
{
	(void) state;
	assert_skeleton("\xce\x97", "h"); /* capital eta */
	assert_skeleton("\xce\xb7", "n"); /* small eta */
}

static void ascii_looks_like_itself_only(void **state)
{
	(void) state;
	assert_skeleton("Il1|0O", "il1|0o");
	assert_skeleton("rn", "rn");
}

/* In these scripts the marks are vowels. */
static void marks_of_other_scripts_stay(void **state)
{
	CLEANUP(mem_freep) char *kamal = unicode_skeleton("कमल");
	CLEANUP(mem_freep) char *kamala = unicode_skeleton("कमला");

	(void) state;
	assert_string_not_equal(kamal, kamala);
}

static void what_is_not_utf8_has_no_forms(void **state)
{
	(void) state;
	assert_null(unicode_normalise("a\xff"));
	assert_null(unicode_fold("a\xc3"));
	assert_null(unicode_skeleton("\xed\xa0\x80"));
	assert_false(unicode_is_name("a\xff", UNICODE_CONTENT_PRINTABLE));
}

static void what_cannot_be_seen_is_found(void **state)
{
	/* A soft hyphen; spaces, also of no width; marks and overrides of direction; joiners;
	 * fillers; selectors and tags; lines; private, unassigned, no characters, controls. */
	static const char *const unseen[] = { "\u00ad", "\u00a0", "\u2003", "\u3000", "\u200b",
		"\ufeff", "\u200e", "\u061c", "\u202e", "\u2066", "\u2069", "\u200c", "\u200d",
		"\u2060", "\u115f", "\u3164", "\uffa0", "\u2800", "\u034f", "\u180e", "\ufe0f",
		"\U000e0041", "\U000e0100", "\u2028", "\u2029", "\ue000", "\u0378", "\uffff",
		"\U0010ffff", "\xc2\x85", "\ufff9", "\U0001d173" };
	static const char *const seen[] = { "", "a", "\u00e9", "e\u0301", "\u042f", "\u4e2d",
		"\u05d0", "\u0661", "\u2212", "\U0001f600", "\u00ab", "\xff", "\xc3", "\xe2\x80",
		"\xed\xa0\x80" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(unseen); i++) {
		CLEANUP(buffer_done) struct buffer inside = { 0 };

		assert_false(unicode_is_visible(unseen[i]));
		buffer_format(&inside, "a\xff%sb", unseen[i]);
		assert_false(unicode_is_visible(inside.bytes));
	}
	for (size_t i = 0; i < ARRAY_LENGTH(seen); i++)
		assert_true(unicode_is_visible(seen[i]));
}

/* The categories themselves: none that utf8proc knows may slip through. */
static void no_character_of_the_unseen_categories_slips_through(void **state)
{
	(void) state;
	for (utf8proc_int32_t character = 0x80; character < 0x110000; character++) {
		const char *category = utf8proc_category_string(character);
		utf8proc_uint8_t bytes[5] = { 0 };

		if (category[0] != 'C' && category[0] != 'Z')
			continue;
		if (character >= 0xd800 && character < 0xe000)
			continue;
		utf8proc_encode_char(character, bytes);
		assert_false(unicode_is_visible((const char *) bytes));
	}
}

static void texts_are_cleaned_of_what_turns_them(void **state)
{
	static const struct {
		const char *given, *clean;
	} rows[] = {
		{ "", "" },
		{ "Ana B.", "Ana B." },
		{ "\x02"
		  "bold\x0f",
			"bold" },
		{ "\u202eanA", "anA" },
		{ "\u2066a\u2069\u200e\u200f\u061c", "a" },
		{ "a\u2028b\xc2\x85", "ab" },
		{ "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e" },
		{ "\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb" },
		{ "caf\xe9 \xe2\x80", "caf\xe9 \xe2\x80" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *clean = unicode_clean(rows[i].given);

		assert_string_equal(clean, rows[i].clean);
	}
}

static void the_table_is_sorted_and_of_letters_that_need_it(void **state)
{
	size_t n;
	const struct confusable *rows = confusables_all(&n);

	(void) state;
	for (size_t i = 0; i < n; i++) {
		assert_true(!i || rows[i - 1].character < rows[i].character);
		assert_true(rows[i].character >= 0x80 && rows[i].latin[0]);
		assert_ptr_equal(confusables_find(rows[i].character), rows[i].latin);
	}
	assert_null(confusables_find('a'));
	assert_null(confusables_find(0x1f600));
}

/* The same table by sight: each letter, and all that look like it. */
static const struct {
	const char *latin, *alike;
} letters[] = {
	{ "3", "Зз" },
	{ "A", "ΑАᎪ" },
	{ "AE", "ÆӔ" },
	{ "B", "ƁΒВᏴ" },
	{ "C", "ƇСҪᏟ" },
	{ "D", "ĐƉƊᎠ" },
	{ "E", "ƐΕЕҼԐᎬ" },
	{ "F", "ϜҒ" },
	{ "G", "ƓԌᏳ" },
	{ "H", "ĦΗНҢҤӇӉᎻ" },
	{ "I", "ƗΙІӀ" },
	{ "J", "ͿЈᎫ" },
	{ "K", "ƘΚКҚҜҞӃᏦ" },
	{ "L", "ŁᏞ" },
	{ "M", "ΜϺМӍᎷ" },
	{ "N", "ŊƝΝ" },
	{ "O", "ØƟΟОՕ" },
	{ "OE", "Œ" },
	{ "P", "ƤΡРҎᏢ" },
	{ "Q", "Ԛ" },
	{ "S", "ЅᏚ" },
	{ "SS", "ẞ" },
	{ "T", "ŦƬƮΤТҬᎢ" },
	{ "U", "Ս" },
	{ "V", "ƲѴᏙ" },
	{ "W", "ѠԜᎳ" },
	{ "X", "ΧХҲӼӾ" },
	{ "Y", "ƳΥУҮҰ" },
	{ "Z", "ƵΖᏃ" },
	{ "a", "ɑαаԉᴀ" },
	{ "ae", "æӕ" },
	{ "b", "ƀɓʙβЬвь" },
	{ "c", "ƈςсҫᴄ" },
	{ "d", "ðđɖɗԀԁᴅ" },
	{ "e", "ɛεеҽԑᴇ" },
	{ "f", "ƒϝғꜰ" },
	{ "g", "ɠɡɢԍց" },
	{ "h", "ħʜЋнћңҥҺһӈӊհ" },
	{ "i", "ıɨɩɪιі" },
	{ "j", "ȷϳјյᴊ" },
	{ "k", "ƙκкқҝҟӄᴋ" },
	{ "l", "łƚǀɫʟӏւ" },
	{ "m", "ɱϻмӎᴍ" },
	{ "n", "ŋɲɴηпոռ" },
	{ "o", "øɵοσоօᴏ" },
	{ "oe", "œ" },
	{ "p", "ƥρрҏքᴘ" },
	{ "q", "ԛզ" },
	{ "r", "ʀг" },
	{ "s", "ʂѕꜱ" },
	{ "ss", "ß" },
	{ "t", "ŧƭʈτтҭᴛ" },
	{ "u", "υиսᴜ" },
	{ "v", "ʋνѵᴠ" },
	{ "w", "ωѡԝաᴡ" },
	{ "x", "χхҳӽӿ" },
	{ "y", "ƴʏγуүұ" },
	{ "z", "ƶᴢ" },
};

static void every_row_looks_like_its_letter(void **state)
{
	size_t n, found = 0;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(letters); i++) {
		const utf8proc_uint8_t *at = (const utf8proc_uint8_t *) letters[i].alike;
		utf8proc_int32_t character;

		for (; *at; found++) {
			at += utf8proc_iterate(at, -1, &character);
			assert_non_null(confusables_find((uint32_t) character));
			assert_string_equal(
				confusables_find((uint32_t) character), letters[i].latin);
		}
	}
	confusables_all(&n);
	assert_int_equal(found, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_alikes_have_one_skeleton),
		cmocka_unit_test(case_is_folded_last),
		cmocka_unit_test(ascii_looks_like_itself_only),
		cmocka_unit_test(marks_of_other_scripts_stay),
		cmocka_unit_test(what_is_not_utf8_has_no_forms),
		cmocka_unit_test(what_cannot_be_seen_is_found),
		cmocka_unit_test(no_character_of_the_unseen_categories_slips_through),
		cmocka_unit_test(texts_are_cleaned_of_what_turns_them),
		cmocka_unit_test(the_table_is_sorted_and_of_letters_that_need_it),
		cmocka_unit_test(every_row_looks_like_its_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
