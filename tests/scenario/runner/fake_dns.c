/* Owns what the resolver of a scenario knows. */
#include "fake_dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "world/event.h"

void fake_dns_done(struct fake_dns *dns)
{
	for (size_t i = 0; i < dns->n_entries; i++) {
		free(dns->entries[i].address);
		free(dns->entries[i].text);
	}
}

bool fake_dns_add(struct fake_dns *dns, const char *address, const char *text)
{
	if (dns->n_entries == FAKE_DNS_ENTRIES)
		return false;
	dns->entries[dns->n_entries++] =
		(struct fake_dns_entry){ mem_text(address), mem_text(text) };
	return true;
}

/* NULL: the entry is not of that kind. */
static const char *text_of_entry(const struct fake_dns_entry *entry, bool is_listing)
{
	if (text_starts_with(entry->text, "in ") != is_listing)
		return NULL;
	return is_listing ? entry->text + strlen("in ") : entry->text;
}

uint64_t fake_dns_answer(
	const struct fake_dns *dns, const struct effect *effect, struct buffer *text)
{
	bool is_listing = effect->kind == EFFECT_BLOCKLISTS;
	char address[ADDRESS_TEXT_BYTES];

	address_format(&effect->request->address, address);
	for (size_t i = 0; i < dns->n_entries; i++) {
		const char *known = text_of_entry(&dns->entries[i], is_listing);

		if (!known || strcmp(dns->entries[i].address, address) != 0)
			continue;
		buffer_put_text(text, known);
		if (!is_listing)
			break;
		buffer_put_byte(text, '\n');
	}
	return text->length ? ANSWER_YES : ANSWER_NO;
}
