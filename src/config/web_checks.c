/* Owns the checks of what is offered over HTTP: without a listener for it, no client gets there,
 * and nothing else would say so. */
#include "config/web_checks.h"

#include <string.h>

#include "base/cleanup.h"
#include "config/draft_problem.h"

static bool has_web_listener(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener_settings *listener = draft_list_struct(listeners, i);

		if (listener->is_websocket)
			return true;
	}
	return false;
}

static const char *listener_for(const char *option)
{
	return strcmp(option, "web.challenges") == 0
		       ? "{ address = \"*\"; port = 80; websocket = true; }"
		       : "{ address = \"*\"; tls = true; websocket = true; }";
}

static void warn_unreachable(const struct draft *draft, bool is_used, const char *option)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!is_used)
		return;
	buffer_format(&text,
		"no listener has websocket = true, so no client gets there; add one to listen, "
		"such as %s",
		listener_for(option));
	draft_add_problem(draft, true, draft_top_origin(draft, option), option, text.bytes);
}

/* The first of them stands for all. */
static void warn_of_programs(const struct draft *draft)
{
	const struct draft_item first = { draft, OPTION_TABLE_API_TOKENS, 0 };

	if (draft->lists[OPTION_TABLE_API_TOKENS].count && !draft->settings->web.has_api)
		draft_add_item_problem(&first, true, "name",
			"the HTTP API is off, so no program can use it; set web: { api = true; };");
}

void web_checks_run(const struct draft *draft)
{
	const struct settings *settings = draft->settings;
	const struct web_settings *web = &settings->web;

	if (draft->is_incomplete)
		return;
	warn_of_programs(draft);
	if (has_web_listener(draft))
		return;
	warn_unreachable(draft, web->directory, "web.directory");
	/* For papod-acme, the gate has a listener of its own. */
	warn_unreachable(draft, web->challenges && !settings->acme.n_names, "web.challenges");
	warn_unreachable(draft, web->n_metrics, "web.metrics");
	warn_unreachable(draft, web->takes_notifications, "web.notifications");
	warn_unreachable(draft, web->has_api, "web.api");
	warn_unreachable(draft, settings->uploads.url, "uploads.url");
}
