/* What the masks of users are compared with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fixture.h"
#include "world/faces.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	address.port = 50000;
	return address;
}

static bool matches(const struct user *user, const char *text, enum faces_depth depth)
{
	CLEANUP(hostmask_done) struct hostmask mask;
	struct faces *faces = faces_new(user);
	bool is_match;

	hostmask_init(&mask, text);
	is_match = faces_match(faces, CASEMAP_ASCII, &mask, depth);
	faces_free(faces);
	return is_match;
}

struct row {
	const char *mask;
	bool shown, all;
};

static void assert_matches(const struct user *user, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (matches(user, rows[i].mask, FACES_SHOWN) != rows[i].shown ||
			matches(user, rows[i].mask, FACES_ALL) != rows[i].all)
			fail_msg("%s", rows[i].mask);
}

/* Ana, of 192.0.2.77. */
static struct user *ana_of(struct world *world, const char *name)
{
	struct user *ana = user_of(world, 1, "Ana");
	struct address address = address_of("192.0.2.77");
	struct hosts hosts = { .real = name, .cloak = "w.example", .address_cloak = "a.b.c.ip" };

	user_set_address(ana, &address);
	user_set_hosts(ana, &hosts);
	return ana;
}

static void behind_a_cloak_is_only_the_cloak(void **state)
{
	static const struct row rows[] = {
		{ "ana!*@W.example", true, true },
		{ "*!*@*.b.c.ip", true, true },
		{ "*!*@dial9.*", false, true },
		{ "*!*@192.0.2.77", false, true },
		{ "*!*@192.0.2.*", false, true },
		{ "*!*@192.0.2.0/24", false, true },
		{ "*!*@0.0.0.0/0", false, true },
		{ "*!*@192.0.3.0/24", false, false },
		{ "*!*@::/0", false, false },
		{ "bea!*@192.0.2.0/24", false, false },
		{ "A?A!~USER@192.0.2.0/24", false, true },
		{ "192.0.2.0/24", false, false },
		{ "", false, false },
	};
	struct world *world = world_of("");
	struct user *ana = ana_of(world, "dial9.example");

	(void) state;
	user_set_flag(world, ana, USER_FLAG_CLOAKED, true);
	assert_matches(ana, rows, ARRAY_LENGTH(rows));
	world_free(world);
}

static void without_it_are_the_cloak_and_the_real_host(void **state)
{
	static const struct row rows[] = {
		{ "*!*@w.example", true, true },
		{ "*!*@*.b.c.ip", true, true },
		{ "*!*@dial9.*", true, true },
		{ "*!*@192.0.2.77", true, true },
		{ "*!*@192.0.2.7?", true, true },
		{ "*!*@192.0.2.0/24", true, true },
		{ "*!*@192.0.2.77/24", true, true },
		{ "*!*@192.0.2.64/30", false, false },
	};
	struct world *world = world_of("");

	(void) state;
	assert_matches(ana_of(world, "dial9.example"), rows, ARRAY_LENGTH(rows));
	world_free(world);
}

static void a_given_host_hides_the_real_one_and_not_the_cloak(void **state)
{
	static const struct row rows[] = {
		{ "*!*@backyard", true, true },
		{ "*!*@w.example", true, true },
		{ "*!*@*.b.c.ip", true, true },
		{ "*!*@dial9.*", false, true },
		{ "*!*@192.0.2.77", false, true },
		{ "*!*@192.0.2.0/24", false, true },
	};
	struct world *world = world_of("");
	struct user *ana = ana_of(world, "dial9.example");

	(void) state;
	user_give_host(ana, "backyard");
	assert_matches(ana, rows, ARRAY_LENGTH(rows));
	user_set_flag(world, ana, USER_FLAG_CLOAKED, true);
	assert_matches(ana, rows, ARRAY_LENGTH(rows));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_a_cloak_is_only_the_cloak),
		cmocka_unit_test(without_it_are_the_cloak_and_the_real_host),
		cmocka_unit_test(a_given_host_hides_the_real_one_and_not_the_cloak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
