/* Owns CAP NEW and DEL: changes of the offered capabilities. */
#include "action/cap_news.h"

#include <string.h>

#include "action/cap_lines.h"
#include "base/cleanup.h"
#include "world/caps.h"
#include "world/session.h"

static bool is_same_value(
	const struct cap_row *row, const struct cap_basis *a, const struct cap_basis *b)
{
	CLEANUP(buffer_done) struct buffer before = { 0 }, after = { 0 };

	cap_write(row, a, true, &before);
	cap_write(row, b, true, &after);
	return strcmp(before.bytes, after.bytes) == 0;
}

/* Capabilities whose value differs. That of sts counts as clients with TLS see it: the others are
 * not sent a new one, or all of them would connect again at once. */
static uint64_t changed_caps(const struct cap_basis *a, const struct cap_basis *b)
{
	uint64_t caps = 0;
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	for (size_t i = 0; i < n; i++)
		if (!is_same_value(&rows[i], a, b))
			caps |= rows[i].bit;
	return caps;
}

void cap_check_settings(const struct settings *settings, struct outbox *outbox)
{
	for (size_t i = 0; i < settings->n_capabilities_off; i++) {
		const char *name = settings->capabilities_off[i];
		const struct cap_row *row = cap_find(name);

		if (!row || row->since)
			outbox_log(outbox, LOGBOOK_UNKNOWN_CAPABILITY, "NAME", name);
	}
	for (size_t i = 0; i < settings->n_capabilities_on; i++) {
		const char *name = settings->capabilities_on[i];
		const struct cap_row *row = cap_find(name);

		if (!row || !row->is_proposal)
			outbox_log(outbox, LOGBOOK_UNKNOWN_PROPOSAL, "NAME", name);
	}
}

static void report_caps(struct call *call, uint64_t lost, uint64_t gained, uint64_t others)
{
	struct session *session = call->session;
	bool has_values = session->cap_version >= CAP_VERSION_VALUES;

	if (!session_is_secure(session))
		others &= ~caps_informative();
	if (has_values)
		gained |= others;
	if (lost)
		cap_lines_say(call, "DEL", lost, CAP_MORE_PLAIN, false);
	session_grant(session, session->granted_caps & ~lost);
	if (gained)
		cap_lines_say(call, "NEW", gained, CAP_MORE_PLAIN, has_values);
}

/* A client without cap-notify keeps its capabilities, as it cannot be sent CAP DEL. */
void cap_basis_changed(
	struct world *world, struct outbox *outbox, const struct cap_basis *old_basis)
{
	const struct cap_basis basis = cap_basis_of(world);
	uint64_t informative = caps_informative();
	uint64_t before = caps_offered(old_basis) & ~informative;
	uint64_t now = caps_offered(&basis) & ~informative;
	uint64_t others = changed_caps(old_basis, &basis) & ((before & now) | informative);
	struct session *session;

	if (before == now && !others)
		return;
	LIST_EACH (session, &world->sessions, in_world) {
		struct call call = { .world = world, .outbox = outbox, .session = session };

		if (session->caps & CAP_CAP_NOTIFY)
			report_caps(&call, before & ~now, now & ~before, others);
	}
}
