/* Owns the translation of channel modes. */
#include "moving/moving_modes.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

void moving_modes_done(struct moving_modes *modes)
{
	buffer_done(&modes->letters);
	mem_free_secret(modes->key);
	free(modes->limit);
}

static void take_parameter(struct mapping *mapping, struct moving_modes *modes,
	const struct moving_node *node, char letter, const char *parameter)
{
	uint64_t number;

	if (letter == 'k')
		mem_set_secret(&modes->key, parameter);
	else if (letter == 'l' && text_parse_u64(parameter, &number) && number &&
		 number <= INT32_MAX)
		mem_set_text(&modes->limit, parameter);
	else
		moved_note(mapping->moved, node,
			"left out \"+%c %s\": a permanent channel of papod has no such mode in its "
			"entry",
			letter, parameter);
}

static void take_letter(struct moving_modes *modes, char letter)
{
	if (!strchr(buffer_text(&modes->letters), letter))
		buffer_put_byte(&modes->letters, letter);
}

void moving_modes_take(struct mapping *mapping, struct moving_modes *modes,
	const struct moving_node *node, const char *same, const char *with_parameter)
{
	CLEANUP(mem_freep) char *text = mem_text(node->value);
	char *rest = text, *letters = text_split(&rest, ' ');

	modes->from = node;
	for (; letters && *letters; letters++) {
		const char *parameter = "";

		if (*letters == '+' || *letters == 'P')
			continue;
		if (*letters == '-')
			break; /* a channel begins without modes */
		if (strchr(with_parameter, *letters)) {
			while (parameter && !*parameter)
				parameter = text_split(&rest, ' ');
			take_parameter(mapping, modes, node, *letters, parameter ? parameter : "");
		} else if (strchr(same, *letters)) {
			take_letter(modes, *letters);
		} else {
			moved_note(mapping->moved, node,
				"left out mode %c: papod has no such mode, or another one with "
				"this letter",
				*letters);
		}
	}
}

void moving_modes_set(const struct moving_modes *modes, struct moved_item *channel)
{
	const struct moving_node *from = modes->from ? modes->from : channel->from;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_format(&text, "+%s%s%s%s", buffer_text(&modes->letters), modes->limit ? "l" : "",
		modes->limit ? " " : "", modes->limit ? modes->limit : "");
	moved_set_text(channel, from, "modes", text.bytes);
	if (modes->key)
		moved_set_text(channel, from, "key", modes->key);
}
