/* Bans of the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/bans.h"

#include "fixture.h"

static bool is_banned(const struct world *world, const char *text)
{
	struct address address;

	if (!address_parse_range(text, &address))
		fail_msg("%s is no address", text);
	return bans_match_address(&world->bans, &address);
}

static void addresses_are_found_in_their_ranges(void **state)
{
	struct world *world = world_of("");
	struct ban *wide, *one, *other;

	(void) state;
	wide = ban_new(world, BAN_KIND_ADDRESS, "192.0.2.0/24", "ana!a@h", "why");
	one = ban_new(world, BAN_KIND_ADDRESS, "2001:db8::1", "ana!a@h", "why");
	other = ban_new(world, BAN_KIND_USER, "joe@198.51.100.0/24", "ana!a@h", "why");
	assert_sound(world);
	assert_true(is_banned(world, "192.0.2.255"));
	assert_false(is_banned(world, "192.0.3.1"));
	assert_true(is_banned(world, "2001:db8::1"));
	assert_false(is_banned(world, "2001:db8::2"));
	assert_false(is_banned(world, "198.51.100.1"));
	assert_false(is_banned(world, "local"));
	ban_free(&world->bans, wide);
	assert_sound(world);
	assert_false(is_banned(world, "192.0.2.255"));
	ban_free(&world->bans, one);
	ban_free(&world->bans, other);
	assert_int_equal(world->bans.ranges.count, 0);
	assert_sound(world);
	world_free(world);
}

static const struct ban *match(
	const struct world *world, const char *name, const char *host, const char *address)
{
	struct ban_subject subject = { .name = name, .hosts = { host }, .realname = "Real Name" };

	address_parse_range(address, &subject.address);
	return bans_match_subject(&world->bans, &subject);
}

static void users_are_found_by_name_and_place(void **state)
{
	struct world *world = world_of("");

	(void) state;
	ban_new(world, BAN_KIND_USER, "joe@192.0.2.0/24", "ana!a@h", "why");
	ban_new(world, BAN_KIND_USER, "eve@192.0.2.0/24", "ana!a@h", "why");
	ban_new(world, BAN_KIND_USER, "*@*.spam.example", "ana!a@h", "why");
	ban_new(world, BAN_KIND_USER, "*@203.0.113.*", "ana!a@h", "why");
	assert_non_null(match(world, "joe", "h.example", "192.0.2.1"));
	assert_non_null(match(world, "eve", "h.example", "192.0.2.1"));
	assert_null(match(world, "bea", "h.example", "192.0.2.1"));
	assert_null(match(world, NULL, NULL, "192.0.2.1"));
	assert_non_null(match(world, "bea", "a.SPAM.example", "192.0.2.1"));
	assert_non_null(match(world, "bea", NULL, "203.0.113.9"));
	assert_null(match(world, "bea", NULL, "local"));
	ban_new(world, BAN_KIND_REALNAME, "real?name", "ana!a@h", "why");
	assert_non_null(match(world, "bea", NULL, "local"));
	assert_sound(world);
	world_free(world);
}

static void names_are_found_by_mask(void **state)
{
	struct world *world = world_of("");

	(void) state;
	ban_new(world, BAN_KIND_NICK, "*serv", "ana!a@h", "why");
	assert_non_null(bans_match_name(world, BAN_KIND_NICK, "NickServ"));
	assert_null(bans_match_name(world, BAN_KIND_CHANNEL, "NickServ"));
	assert_non_null(bans_find(world, BAN_KIND_NICK, "*SERV"));
	assert_null(bans_find(world, BAN_KIND_NICK, "nickserv"));
	world_free(world);
}

static void the_first_to_expire_decides_the_deadline(void **state)
{
	struct world *world = world_of("");
	struct ban *late, *soon;

	(void) state;
	assert_true(world_next_deadline(world) == UINT64_MAX);
	late = ban_new(world, BAN_KIND_NICK, "late", "ana!a@h", "why");
	soon = ban_new(world, BAN_KIND_NICK, "soon", "ana!a@h", "why");
	assert_null(bans_first_expiring(&world->bans));
	ban_expire_after(world, late, 2000);
	ban_expire_after(world, soon, 1000);
	assert_sound(world);
	assert_ptr_equal(bans_first_expiring(&world->bans), soon);
	assert_int_equal(world_next_deadline(world), NOW_MS + 1000);
	assert_int_equal(soon->expires_wall_ms, WALL_MS + 1000);
	ban_free(&world->bans, soon);
	assert_int_equal(world_next_deadline(world), NOW_MS + 2000);
	world_free(world);
}

static bool load_saved(struct world *world, const struct ban *ban)
{
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;
	bool is_loaded;

	ban_save(&bytes, 9, ban);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	is_loaded = ban_load(world, pack_field_record(&field));
	buffer_done(&bytes);
	return is_loaded;
}

static void the_configuration_takes_a_ban_over(void **state)
{
	struct world *world = world_of("");
	struct ban *ban = ban_new(world, BAN_KIND_NICK, "nickserv", "ana!a@h", "why");

	(void) state;
	ban_expire_after(world, ban, 2000);
	ban_set_configured(&world->bans, ban, "papod.conf:3", "because");
	assert_int_equal(ban->origin, BAN_ORIGIN_CONFIGURATION);
	assert_string_equal(ban->setter, "papod.conf:3");
	assert_string_equal(ban->reason, "because");
	assert_int_equal(ban->expires_wall_ms, 0);
	assert_null(bans_first_expiring(&world->bans));
	assert_sound(world);
	world_free(world);
}

static void an_origin_of_a_later_release_is_a_command(void **state)
{
	char mask[] = "nickserv", reason[] = "why", setter[] = "ana!a@h";
	struct ban ban = {
		.number = 1, .kind = BAN_KIND_NICK, .mask = mask, .reason = reason, .setter = setter
	};
	struct world *world = world_of("");

	(void) state;
	ban.origin = BAN_ORIGIN_CONFIGURATION;
	assert_true(load_saved(world, &ban));
	assert_int_equal(bans_find(world, BAN_KIND_NICK, mask)->origin, BAN_ORIGIN_CONFIGURATION);
	mask[0] = 'N';
	ban.number = 2;
	ban.origin = 200;
	ban_free(&world->bans, bans_find(world, BAN_KIND_NICK, mask));
	assert_true(load_saved(world, &ban));
	assert_int_equal(bans_find(world, BAN_KIND_NICK, mask)->origin, BAN_ORIGIN_COMMAND);
	world_free(world);
}

static const char *find_exemption(
	const struct world *world, enum ban_kind kind, const char *name, const char *address)
{
	struct ban_subject subject = { .name = name, .hosts = { "h.example" } };

	if (!address_parse_range(address, &subject.address))
		fail_msg("%s is no address", address);
	return bans_find_exemption(&world->bans, kind, &subject);
}

static void who_is_exempt_is_not_banned(void **state)
{
	struct world *world = world_of("exempt: { addresses = [ \"192.0.2.0/24\" ]; users = [ "
				       "\"joe@*.example\", \"*@198.51.100.0/24\" ]; };");

	(void) state;
	assert_string_equal(
		find_exemption(world, BAN_KIND_USER, "bea", "192.0.2.1"), "exempt.addresses");
	assert_string_equal(
		find_exemption(world, BAN_KIND_ADDRESS, NULL, "192.0.2.1"), "exempt.addresses");
	assert_string_equal(
		find_exemption(world, BAN_KIND_USER, "joe", "203.0.113.1"), "exempt.users");
	assert_string_equal(
		find_exemption(world, BAN_KIND_USER, "bea", "198.51.100.1"), "exempt.users");
	assert_null(find_exemption(world, BAN_KIND_ADDRESS, "joe", "198.51.100.1"));
	assert_null(find_exemption(world, BAN_KIND_USER, "bea", "203.0.113.1"));
	assert_null(find_exemption(world, BAN_KIND_REALNAME, "joe", "192.0.2.1"));
	ban_new(world, BAN_KIND_ADDRESS, "192.0.0.0/16", "ana!a@h", "why");
	ban_new(world, BAN_KIND_USER, "*@h.example", "ana!a@h", "why");
	assert_null(match(world, "bea", "h.example", "192.0.2.1"));
	assert_null(match(world, "joe", "h.example", "203.0.113.1"));
	assert_non_null(match(world, "bea", "h.example", "203.0.113.1"));
	assert_non_null(match(world, "joe", "h.example", "192.0.3.1"));
	assert_false(is_banned(world, "192.0.2.1"));
	assert_true(is_banned(world, "192.0.3.1"));
	world_free(world);
}

static void only_new_bans_are_tried(void **state)
{
	struct world *world = world_of("");
	const struct ban_subject subject = { .name = "joe", .hosts = { "h.example" } };
	const struct ban *old = ban_new(world, BAN_KIND_USER, "joe@*.example", "ana!a@h", "why");
	const struct ban *new = ban_new(world, BAN_KIND_USER, "*@h.example", "ana!a@h", "why");

	(void) state;
	assert_ptr_equal(bans_match_since(&world->bans, &subject, old->number), old);
	assert_ptr_equal(bans_match_since(&world->bans, &subject, new->number), new);
	assert_null(bans_match_since(&world->bans, &subject, new->number + 1));
	world_free(world);
}

static void a_ban_that_lacks_something_is_none(void **state)
{
	char mask[] = "nickserv", reason[] = "why", setter[] = "ana!a@h";
	const struct ban whole = {
		.number = 1, .kind = BAN_KIND_NICK, .mask = mask, .reason = reason, .setter = setter
	};
	struct ban lacking[] = { whole, whole, whole, whole, whole };
	struct world *world = world_of("");

	(void) state;
	lacking[0].number = 0;
	lacking[1].kind = 0;
	lacking[2].mask = NULL;
	lacking[3].reason = NULL;
	lacking[4].setter = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(lacking); i++)
		assert_false(load_saved(world, &lacking[i]));
	assert_null(bans_find(world, BAN_KIND_NICK, "nickserv"));
	assert_true(load_saved(world, &whole));
	assert_non_null(bans_find(world, BAN_KIND_NICK, "nickserv"));
	assert_false(load_saved(world, &whole)); /* again, with the same number */
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_found_in_their_ranges),
		cmocka_unit_test(users_are_found_by_name_and_place),
		cmocka_unit_test(names_are_found_by_mask),
		cmocka_unit_test(the_first_to_expire_decides_the_deadline),
		cmocka_unit_test(the_configuration_takes_a_ban_over),
		cmocka_unit_test(an_origin_of_a_later_release_is_a_command),
		cmocka_unit_test(who_is_exempt_is_not_banned),
		cmocka_unit_test(only_new_bans_are_tried),
		cmocka_unit_test(a_ban_that_lacks_something_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
