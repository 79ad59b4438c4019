/* Owns a line for each alert. */
#include "proto/hook_alerts.h"

#include <string.h>

#include "base/cleanup.h"

#define MOST_ALERTS 8

bool hook_is_alerts(json_t *body)
{
	return json_is_array(hook_member(body, "alerts")) && hook_text(body, "groupKey");
}

static void put_fired_alert(struct buffer *line, json_t *alert)
{
	const char *status = hook_text(alert, "status");
	const char *instance = hook_text(alert, "labels.instance");
	const char *severity = hook_text(alert, "labels.severity");
	const char *summary = hook_text(alert, "annotations.summary");

	buffer_put_text(line, status && strcmp(status, "resolved") == 0 ? "[resolved" : "[firing");
	if (severity) {
		buffer_put_text(line, ", ");
		hook_put_word(line, severity);
	}
	buffer_put_text(line, "] ");
	hook_put_word(line, hook_text(alert, "labels.alertname"));
	if (instance) {
		buffer_put_text(line, " at ");
		hook_put_word(line, instance);
	}
	if (summary) {
		buffer_put_text(line, ": ");
		hook_put_word(line, summary);
	}
	hook_put_url(line, hook_text(alert, "generatorURL"));
}

bool hook_parse_alerts(struct hook_draft *draft, json_t *body)
{
	json_t *alerts = hook_member(body, "alerts"), *alert;
	CLEANUP(buffer_done) struct buffer line = { 0 };
	json_int_t cut = json_integer_value(hook_member(body, "truncatedAlerts"));
	size_t count = json_array_size(alerts) + (cut > 0 ? (size_t) cut : 0), i;

	json_array_foreach(alerts, i, alert)
	{
		if (i == MOST_ALERTS)
			break;
		put_fired_alert(&line, alert);
		if (!hook_add_line(draft, &line))
			return false;
	}
	if (count > i)
		buffer_format(&line, "and %zu more alerts", count - i);
	if (!count)
		draft->hook.is_silent = "There are no alerts in it";
	return hook_add_line(draft, &line);
}
