/* Owns the text of the status, and when it is sent. */
#include "daemon/status.h"

void status_describe(const struct status *status, struct buffer *out)
{
	const struct status_needs *needs = &status->needs;
	size_t n_users = world_count_users(engine_world(needs->engine));
	size_t n_channels = world_count_channels(engine_world(needs->engine));

	buffer_format(out, "%zu user%s, %zu channel%s", n_users, n_users == 1 ? "" : "s",
		n_channels, n_channels == 1 ? "" : "s");
	reload_describe_listeners(needs->reload, out);
	survival_describe(needs->survival, out);
	sleepers_describe(needs->sleepers, out);
	reload_describe_refusal(needs->reload, out);
}

/* The other parts of the status change only with a reload, which sends the status itself. */
static void update_status(struct status *status)
{
	const struct status_needs *needs = &status->needs;
	size_t n_users = world_count_users(engine_world(needs->engine));
	size_t n_channels = world_count_channels(engine_world(needs->engine));
	struct buffer text = { 0 };

	if (n_users == status->told_users && n_channels == status->told_channels &&
		!status->has_news)
		return;
	status->has_news = false;
	status->told_users = n_users;
	status->told_channels = n_channels;
	status_describe(status, &text);
	notifier_status(needs->notifier, text.bytes);
	buffer_done(&text);
}

void status_tick(struct status *status, uint64_t now_ms)
{
	if (!notifier_has_manager(status->needs.notifier))
		return;
	update_status(status);
	notifier_tick(status->needs.notifier, now_ms);
}
