/* What the databases of other services become, and in which calls papod gets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "moving/registry_calls.h"
#include "moving/registry_formats.h"

struct sample {
	struct registry registry;
	struct problems problems;
	struct moving_file file;
};

static void sample_done(struct sample *sample)
{
	registry_done(&sample->registry);
	problems_done(&sample->problems);
}

static void read_sample(
	struct sample *sample, const struct registry_format *format, const char *text)
{
	*sample = (struct sample){ .file = { "old.db", text } };
	registry_init(&sample->registry);
	assert_true(registry_read(format, &sample->file, 1, &sample->registry, &sample->problems));
}

static bool has_note(const struct sample *sample, const char *part)
{
	bool is_there = false;

	for (size_t i = 0; i < sample->registry.notes.count; i++) {
		CLEANUP(buffer_done) struct buffer line = { 0 };

		problem_format(&sample->registry.notes.items[i], &line);
		is_there |= strstr(line.bytes, part) != NULL;
	}
	return is_there;
}

#define ANA "DBV 12\nMU A ana * e@example.org 1600000000 0 +C default\n"

static void flags_of_atheme_become_ranks(void **state)
{
	CLEANUP(sample_done) struct sample sample;
	const struct registry_channel *channel;

	(void) state;
	read_sample(&sample, &registry_atheme,
		ANA "MC #a 1600000000 1 +hp 464 0 7 key\n"
		    "CA #a ana +AFRefiorstv 1 *\n"
		    "CA #a q +q 1 *\nCA #a a +a 1 *\nCA #a o +O 1 *\nCA #a h +H 1 *\n"
		    "CA #a v +v 1 *\nCA #a none +A 1 *\nCA #a bad +b 1 *\n"
		    "CA #a *!*@friend +e 1 ana\n");
	channel = registry_channel(&sample.registry, "#A");
	assert_non_null(channel);
	assert_string_equal(channel->founder, "ana");
	assert_int_equal(channel->n_access, 5);
	for (size_t i = 0; i < channel->n_access; i++)
		assert_int_equal(channel->access[i].rank, channel->access[i].account[0]);
	assert_int_equal(channel->n_masks, 2);
	assert_string_equal(channel->masks[0].mask, "$a:bad");
	assert_int_equal(channel->masks[1].letter, 'e');
	assert_string_equal(channel->modes, "npst");
	assert_string_equal(channel->key, "key");
	assert_int_equal(channel->limit, 7);
	assert_true(channel->is_held && channel->is_private);
	assert_true(has_note(&sample, "entries of access lists without a rank"));
}

static void levels_of_anope_are_those_of_the_channel(void **state)
{
	CLEANUP(sample_done) struct sample sample;
	const struct registry_channel *channel;

	(void) state;
	read_sample(&sample, &registry_anope,
		"OBJECT NickCore\nDATA display ana\nEND\n"
		"OBJECT NickCore\nDATA display bea\nEND\n"
		"OBJECT ChannelInfo\nDATA name #a\nDATA founder ana\n"
		"DATA levels AUTOOP 7 AUTOPROTECT -10000 AUTOVOICE 3 \nEND\n"
		"OBJECT ChannelInfo\nDATA name #b\nDATA founder ana\nEND\n"
		"OBJECT ChanAccess\nDATA provider access/access\nDATA ci #a\nDATA mask bea\n"
		"DATA data 20\nEND\n"
		"OBJECT ChanAccess\nDATA provider access/access\nDATA ci #b\nDATA mask bea\n"
		"DATA data 20\nEND\n"
		"OBJECT ChanAccess\nDATA provider access/access\nDATA ci #b\nDATA mask bea\n"
		"DATA data -1\nEND\n");
	channel = registry_channel(&sample.registry, "#a");
	assert_int_equal(channel->access[0].rank, 'o');
	channel = registry_channel(&sample.registry, "#b");
	assert_int_equal(channel->n_access, 1);
	assert_int_equal(channel->access[0].rank, 'a');
}

static void locks_of_anope_become_modes(void **state)
{
	CLEANUP(sample_done) struct sample sample;

	(void) state;
	read_sample(&sample, &registry_anope,
		"OBJECT NickCore\nDATA display ana\nEND\n"
		"OBJECT ChannelInfo\nDATA name #a\nDATA founder ana\nEND\n"
		"OBJECT ModeLock\nDATA ci #a\nDATA set 0\nDATA name TOPIC\nEND\n"
		"OBJECT ModeLock\nDATA ci #a\nDATA set 1\nDATA name SECRET\nEND\n"
		"OBJECT ModeLock\nDATA ci #a\nDATA set 1\nDATA name FLOOD\nDATA param 5:1\nEND\n");
	assert_string_equal(registry_channel(&sample.registry, "#a")->modes, "ns");
	assert_true(has_note(&sample, "#a: its mode lock has FLOOD"));
}

static void channel_without_its_founder_goes_to_the_heir_or_stays(void **state)
{
	CLEANUP(sample_done) struct sample sample;

	(void) state;
	read_sample(&sample, &registry_anope,
		"OBJECT NickCore\nDATA display ana\nDATA UNCONFIRMED 1\nEND\n"
		"OBJECT NickCore\nDATA display bea\nEND\n"
		"OBJECT ChannelInfo\nDATA name #a\nDATA founder ana\nDATA successor bea\nEND\n"
		"OBJECT ChannelInfo\nDATA name #b\nDATA founder ana\nEND\n");
	assert_string_equal(registry_channel(&sample.registry, "#a")->founder, "bea");
	assert_false(registry_channel(&sample.registry, "#a")->entry.is_left_out);
	assert_true(registry_channel(&sample.registry, "#b")->entry.is_left_out);
}

/* The calls, each as its records' names; the entries with these names are refused. */
static void put_calls(struct sample *sample, const char *refused, struct buffer *out)
{
	struct registry_cursor cursor = { 0 };
	struct registry_call call;

	while (registry_next_call(&sample->registry, &cursor, &call)) {
		for (size_t i = 0; i < call.n_records; i++) {
			buffer_format(out, "%s ", call.entries[i]->name);
			call.entries[i]->is_left_out = strcmp(call.entries[i]->name, refused) == 0;
		}
		buffer_put_byte(out, '/');
		registry_call_done(&call);
	}
}

static void refused_account_takes_its_channels_along(void **state)
{
	static const char text[] = "OBJECT NickCore\nDATA display ana\nEND\n"
				   "OBJECT NickCore\nDATA display bea\nEND\n"
				   "OBJECT ChannelInfo\nDATA name #a\nDATA founder ana\nEND\n"
				   "OBJECT ChannelInfo\nDATA name #b\nDATA founder bea\nEND\n";
	CLEANUP(buffer_done) struct buffer all = { 0 }, some = { 0 };
	CLEANUP(sample_done) struct sample first, second;

	(void) state;
	read_sample(&first, &registry_anope, text);
	put_calls(&first, "", &all);
	assert_string_equal(all.bytes, "ana bea /#a #b /");
	read_sample(&second, &registry_anope, text);
	put_calls(&second, "ana", &some);
	assert_string_equal(some.bytes, "ana bea /#b /");
}

static void refused_account_has_no_rank_and_no_ban(void **state)
{
	CLEANUP(sample_done) struct sample sample;
	struct registry_cursor cursor = { 0 };
	struct registry_call call;
	json_t *record;

	(void) state;
	read_sample(&sample, &registry_atheme,
		ANA "MU B bea * e@example.org 1600000000 0 +C default\n"
		    "MC #a 1600000000 1 + 0 0 0 \nCA #a ana +F 1 *\nCA #a bea +o 1 *\n"
		    "CA #a bea +b 1 *\n");
	assert_true(registry_next_call(&sample.registry, &cursor, &call));
	registry_account(&sample.registry, "bea")->entry.is_left_out = true;
	registry_call_done(&call);
	assert_true(registry_next_call(&sample.registry, &cursor, &call));
	record = json_array_get(json_object_get(call.parameters, "channels"), 0);
	assert_int_equal(json_array_size(json_object_get(record, "access")), 0);
	assert_int_equal(json_array_size(json_object_get(record, "masks")), 0);
	registry_call_done(&call);
}

static void hostile_texts_stay_short_and_clean(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	CLEANUP(sample_done) struct sample sample;
	const char *topic;

	(void) state;
	buffer_put_text(&text, ANA "MC #a 1600000000 1 + 0 0 0 \nCA #a ana +F 1 *\n"
				   "MDC #a private:topic:text a\x01"
				   "b\xff");
	for (int i = 0; i < 100000; i++)
		buffer_put_byte(&text, 'x');
	read_sample(&sample, &registry_atheme, text.bytes);
	topic = registry_channel(&sample.registry, "#a")->topic;
	assert_memory_equal(topic, "ab?xxx", 6);
	assert_int_equal(strlen(topic), REGISTRY_TEXT_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_of_atheme_become_ranks),
		cmocka_unit_test(levels_of_anope_are_those_of_the_channel),
		cmocka_unit_test(locks_of_anope_become_modes),
		cmocka_unit_test(channel_without_its_founder_goes_to_the_heir_or_stays),
		cmocka_unit_test(refused_account_takes_its_channels_along),
		cmocka_unit_test(refused_account_has_no_rank_and_no_ban),
		cmocka_unit_test(hostile_texts_stay_short_and_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
