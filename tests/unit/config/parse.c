/* Owns parsing texts in tests. */
#include "parse.h"

static void format(const struct problems *problems, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		problem_format(&problems->items[i], out);
		buffer_put_byte(out, '\n');
	}
}

struct settings *parse(const char *config, const char *secrets, struct buffer *out)
{
	struct problems problems = { 0 };
	struct source sources[2];
	struct settings *settings;
	size_t n = 0;

	if (config)
		sources[n++] = (struct source){ SOURCE_KIND_CONFIG, "papod.conf", config };
	if (secrets)
		sources[n++] = (struct source){ SOURCE_KIND_SECRETS, "secrets.ini", secrets };
	settings = settings_parse(sources, n, &problems);
	assert_int_equal(settings == NULL, problems.n_errors > 0);
	format(&problems, out);
	problems_done(&problems);
	return settings;
}

struct settings *parse_good(const char *config, const char *secrets)
{
	struct buffer problems = { 0 };
	struct settings *settings = parse(config, secrets, &problems);

	if (!settings)
		fail_msg("%s", buffer_text(&problems));
	buffer_done(&problems);
	return settings;
}

void assert_problems(const char *config, const char *secrets, const char *expected)
{
	struct buffer problems = { 0 };

	settings_unref(parse(config, secrets, &problems));
	assert_string_equal(buffer_text(&problems), expected);
	buffer_done(&problems);
}
