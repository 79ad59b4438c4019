/* Owns the fields that every log entry about a session has. */
#include "action/session_log.h"

#include "base/text.h"
#include "world/user.h"

#define FIELDS 32

void log_session_fields(struct outbox *outbox, enum logbook entry, const struct session *session,
	const char *const *fields)
{
	char id[NUMBER_BYTES], address[ADDRESS_TEXT_BYTES];
	const char *all[FIELDS] = { "SESSION", text_format_u64(session->id, id), "ADDRESS", address,
		"LISTENER", session->listener };
	size_t n = 6;

	address_format(&session->address, address);
	if (session->user) {
		all[n++] = "NICK";
		all[n++] = session->user->nick;
	}
	/* A value may be NULL, so only a NULL name ends the list. */
	for (size_t i = 0; fields[i] && n + 2 < FIELDS; i += 2) {
		all[n++] = fields[i];
		all[n++] = fields[i + 1];
	}
	outbox_log_fields(outbox, entry, all);
}
