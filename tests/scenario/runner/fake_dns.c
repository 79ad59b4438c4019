/* Owns what the resolver of a scenario knows. */
#include "fake_dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void fake_dns_done(struct fake_dns *dns)
{
	for (size_t i = 0; i < dns->n_entries; i++) {
		free(dns->entries[i].address);
		free(dns->entries[i].text);
	}
	buffer_done(&dns->text);
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

bool fake_dns_ask(struct fake_dns *dns, const struct effect *effect)
{
	if (dns->n_questions == FAKE_DNS_QUESTIONS)
		return false;
	dns->questions[dns->n_questions++] = (struct fake_dns_question){
		.session = effect->session,
		.request = effect->request->id,
		.address = effect->request->address,
		.is_listing = effect->kind == EFFECT_BLOCKLISTS,
	};
	return true;
}

static void put_known(struct fake_dns *dns, const struct fake_dns_question *question)
{
	char address[ADDRESS_TEXT_BYTES];

	buffer_clear(&dns->text);
	address_format(&question->address, address);
	for (size_t i = 0; i < dns->n_entries; i++) {
		const char *known = text_of_entry(&dns->entries[i], question->is_listing);

		if (!known || strcmp(dns->entries[i].address, address) != 0)
			continue;
		buffer_put_text(&dns->text, known);
		if (!question->is_listing)
			return;
		buffer_put_byte(&dns->text, '\n');
	}
}

bool fake_dns_answer(struct fake_dns *dns, struct event *ret_event)
{
	struct fake_dns_question question = dns->questions[0];

	if (dns->is_held || !dns->n_questions)
		return false;
	dns->n_questions--;
	memmove(dns->questions, dns->questions + 1, dns->n_questions * sizeof(question));
	put_known(dns, &question);
	*ret_event = (struct event){
		.kind = EVENT_ANSWER,
		.session = question.session,
		.request = question.request,
		.status = dns->text.length ? ANSWER_YES : ANSWER_NO,
		.text = buffer_text(&dns->text),
		.text_length = dns->text.length,
	};
	return true;
}
