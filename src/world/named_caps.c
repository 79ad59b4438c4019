/* Owns the check of the capabilities that the configuration names. */
#include "world/named_caps.h"

#include "base/cleanup.h"
#include "config/text_checks.h"
#include "world/caps.h"

static void warn_of_cap(const struct settings *settings, const char *option, const char *name,
	struct problems *problems)
{
	struct nearest nearest = { .to = name };
	size_t n;
	const struct cap_row *rows = caps_all(&n);
	unsigned int line;
	const char *file = settings_origin(settings, option, &line);

	for (size_t i = 0; i < n; i++)
		nearest_offer(&nearest, rows[i].name);
	problems_add(problems, true, file, line, option, "there is no capability \"%s\"; %s%s",
		name, nearest.best ? "did you mean " : "papod-irc(7) lists all",
		nearest.best ? nearest.best : "");
}

void named_caps_check(const struct settings *settings, struct problems *problems)
{
	for (size_t i = 0; i < settings->n_capabilities_off; i++)
		if (!cap_find(settings->capabilities_off[i]))
			warn_of_cap(settings, "ircv3.capabilities_off",
				settings->capabilities_off[i], problems);
	for (size_t i = 0; i < settings->n_capabilities_on; i++)
		if (!cap_find(settings->capabilities_on[i]))
			warn_of_cap(settings, "ircv3.capabilities_on", settings->capabilities_on[i],
				problems);
}
