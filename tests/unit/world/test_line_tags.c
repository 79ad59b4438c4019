/* Which tags of a line each session gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "base/cleanup.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/operating.h"

#define ALL_CAPS                                                                                   \
	(CAP_SERVER_TIME | CAP_MESSAGE_TAGS | CAP_ACCOUNT_TAG | CAP_OPER_TAG | CAP_BATCH |         \
		CAP_RELAYMSG)

static const struct line *line_of(struct fanout *fanout, struct user *user, uint64_t caps)
{
	struct outbox *outbox = fanout->outbox;

	session_grant(session_of(user), caps);
	fanout_to_user(fanout, user);
	return outbox->effects[outbox->count - 1].line;
}

static void assert_line(struct fanout *fanout, struct user *user, uint64_t caps, const char *text)
{
	const struct line *line = line_of(fanout, user, caps);

	assert_int_equal(line->length, strlen(text));
	assert_memory_equal(line->bytes, text, line->length);
}

static struct user *teller_of(struct world *world)
{
	struct user *user = user_of(world, 1, "ana");

	user_set_account(world, user, "a;b c", 0);
	session_set_operator(world, session_of(user), "root");
	user_set_flag(world, user, USER_FLAG_BOT, true);
	return user;
}

static void a_session_gets_the_tags_that_it_knows(void **state)
{
	struct world *world = world_of("");
	struct user *ana = teller_of(world), *bea = user_of(world, 2, "bea");
	struct outbox outbox = { 0 };
	struct fanout fanout;

	(void) state;
	fanout_begin(&fanout, world, &outbox, "x");
	fanout_from(&fanout, ana);
	fanout_tag(&fanout, "+a=1;+b");
	fanout_in_batch(&fanout, "7");
	fanout.id = 0x123;
	world->birth = 0;
	assert_line(&fanout, bea, 0, "x\r\n");
	assert_line(&fanout, bea, CAP_ACCOUNT_TAG, "@account=a\\:b\\sc x\r\n");
	assert_line(&fanout, bea, CAP_OPER_TAG, "@draft/oper x\r\n");
	assert_line(&fanout, bea, CAP_BATCH, "@batch=7 x\r\n");
	assert_line(
		&fanout, bea, CAP_MESSAGE_TAGS, "@msgid=00000000000930000000;bot;+a=1;+b x\r\n");
	assert_line(&fanout, bea, ALL_CAPS,
		"@time=2023-11-14T22:13:20.123Z;msgid=00000000000930000000;account=a\\:b\\sc;bot;"
		"draft/oper;batch=7;+a=1;+b x\r\n");
	fanout_end(&fanout);
	outbox_done(&outbox);
	world_free(world);
}

static void what_a_line_does_not_have_does_not_divide(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	struct outbox outbox = { 0 };
	struct fanout fanout;
	const struct line *line;

	(void) state;
	fanout_begin(&fanout, world, &outbox, "x");
	line = line_of(&fanout, ana, 0);
	assert_ptr_equal(line, line_of(&fanout, ana, CAP_MESSAGE_TAGS | CAP_ACCOUNT_TAG));
	assert_ptr_equal(line, line_of(&fanout, ana, CAP_BATCH | CAP_OPER_TAG));
	line = line_of(&fanout, ana, CAP_SERVER_TIME);
	assert_ptr_equal(line, line_of(&fanout, ana, ALL_CAPS));
	fanout_end(&fanout);
	outbox_done(&outbox);
	world_free(world);
}

static void each_set_is_written_once(void **state)
{
	struct world *world = world_of("");
	struct user *ana = teller_of(world), *bea = user_of(world, 2, "bea");
	struct outbox outbox = { 0 };
	const uint64_t all = ALL_CAPS | CAP_EXTENDED_JOIN;
	struct fanout fanout;
	size_t n = 0;

	(void) state;
	fanout_begin(&fanout, world, &outbox, "x");
	fanout_from(&fanout, ana);
	fanout_in_batch(&fanout, "7");
	fanout_relayed_by(&fanout, bea);
	fanout_variant(&fanout, CAP_EXTENDED_JOIN, "y");
	for (int round = 0; round < 2; round++) {
		uint64_t caps = 0;

		/* Every set of them: the next one in the order of numbers, then none again. */
		do
			n += line_of(&fanout, bea, caps) != NULL;
		while ((caps = (caps - all) & all));
	}
	assert_int_equal(n, 2 * 2 * TAG_SETS);
	for (size_t i = 0; i < n / 2; i++) {
		assert_ptr_equal(outbox.effects[i].line, outbox.effects[n / 2 + i].line);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(outbox.effects[i].line, outbox.effects[j].line);
	}
	fanout_end(&fanout);
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_gets_the_tags_that_it_knows),
		cmocka_unit_test(what_a_line_does_not_have_does_not_divide),
		cmocka_unit_test(each_set_is_written_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
