/* Owns the folding of nicknames and channel names. */
#include "proto/casemap.h"

#include "base/mem.h"
#include "base/text.h"

static void fold(char *text)
{
	for (; *text; text++)
		*text = text_lower(*text);
}

char *casemap_fold(const char *name)
{
	char *folded = mem_text(name);

	fold(folded);
	return folded;
}

void casemap_fold_into(char *to, size_t to_bytes, const char *name)
{
	text_copy(to, to_bytes, name);
	fold(to);
}
