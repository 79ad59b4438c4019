/* Turns papod into poisoned_papod: some events crash it, and some starts. It can also be slow. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/dispatch.h"
#include "world/world.h"

#define POISON "arsenic"
/* "line", "close": crash at each; "check": during recovery; "files": reading the configuration */
#define DIES_OF "PAPOD_TEST_DIES_OF"
#define EVENT_US "PAPOD_TEST_EVENT_US" /* how long it sleeps before each event */

void __real_dispatch(struct world *world, const struct event *event, struct outbox *outbox);
void __wrap_dispatch(struct world *world, const struct event *event, struct outbox *outbox);
const char *__real_world_check(const struct world *world);
const char *__wrap_world_check(const struct world *world);

struct settings *__real_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems);
struct settings *__wrap_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems);

static int dies_of(const char *what)
{
	const char *asked = getenv(DIES_OF);

	return asked && strcmp(asked, what) == 0;
}

static void linger(void)
{
	const char *us = getenv(EVENT_US);

	if (us)
		usleep((useconds_t) atoi(us));
}

void __wrap_dispatch(struct world *world, const struct event *event, struct outbox *outbox)
{
	linger();
	if (event->kind == EVENT_LINE && dies_of("line"))
		abort();
	if (event->kind == EVENT_CLOSED && dies_of("close"))
		abort();
	if (event->settings && strstr(event->settings->description, POISON))
		abort();
	if (event->text && memmem(event->text, event->text_length, POISON, strlen(POISON)))
		abort();
	__real_dispatch(world, event, outbox);
}

const char *__wrap_world_check(const struct world *world)
{
	if (dies_of("check"))
		abort();
	return __real_world_check(world);
}

struct settings *__wrap_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems)
{
	if (dies_of("files"))
		abort();
	return __real_settings_parse(sources, n_sources, problems);
}
