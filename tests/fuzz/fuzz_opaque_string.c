/* Any bytes as a password: the form is valid, and is its own form; printable ASCII stays as it is.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/opaque_string.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void check_form(const char *text, const char *form)
{
	CLEANUP(mem_freep) char *again = opaque_string(form);

	assert(*form && text_is_utf8(form, strlen(form)));
	assert(again && strcmp(again, form) == 0);
	for (const char *at = form; *at; at++)
		assert((unsigned char) *at >= ' ' && *at != 0x7f);
	assert(!is_printable(text) || strcmp(text, form) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_text_n((const char *) data, size);
	CLEANUP(mem_freep) char *form = opaque_string(text);

	if (form) {
		assert(text_is_utf8(text, strlen(text)));
		check_form(text, form);
	} else {
		assert(!*text || !is_printable(text));
	}
	return 0;
}
