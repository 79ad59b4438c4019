/* Owns the codes that confirm what cannot be undone. They depend on nothing that a restart could
 * change, and are no secrets: only users who may drop the thing anyway are sent the code. */
#include "bots/confirmation.h"

#include <stdio.h>

#include "base/digest.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/administrator.h"

void confirmation_format(
	const char *what, uint64_t id, uint64_t created_wall_ms, char ret_code[CONFIRMATION_BYTES])
{
	char text[64];
	int length = snprintf(text, sizeof(text), "drop %s %llu %llu", what,
		(unsigned long long) id, (unsigned long long) created_wall_ms);
	const struct digest digest = digest_sha256((struct digest_input){ text, (size_t) length });

	snprintf(ret_code, CONFIRMATION_BYTES, "%02x%02x%02x%02x", digest.bytes[0], digest.bytes[1],
		digest.bytes[2], digest.bytes[3]);
}

/* No name is part of a command line of papoctl: users choose names, and a shell would obey them. */
void confirmation_demand(struct errand *errand, const char *verb, const char *name,
	const char *rest, const char *code)
{
	if (session_is_administrator(errand->call->session))
		bot_say(errand, "To %s %s %s, repeat the command with this code behind it: %s",
			verb, name, rest, code);
	else
		bot_say(errand, "To %s %s %s, send: %s %s %s", verb, name, rest,
			errand->subcommand->name, name, code);
}
